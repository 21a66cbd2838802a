import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Counter } from '../../src/producer/counter.ts'
import { SeriesEntry } from '../../src/producer/series-handle.ts'
import { BoardReader, createBoard } from '../../src/shared/memory/board.ts'
import { EntryWord } from '../../src/shared/memory/directory.ts'
import { LaneWord } from '../../src/shared/memory/lane-layout.ts'
import { describeMetric } from '../../src/shared/metric.ts'
import { createLanePair } from '../support/lane-pair.ts'
import { createRecording } from '../support/recording.ts'

const LOW_MAX = 2 ** 32 - 1

/** A counter with the lane's reader beside it, and its cell at hand. */
function createCell() {
  const pair = createLanePair({ kind: 'counter' })
  const descriptor = describeMetric('counter', 'level', { labelNames: ['n'] })
  const place = pair.directory.append({
    type: 'series',
    metricEntryId: pair.metric.entryId,
    labelValues: ['0'],
    isOverflow: false,
  })
  const entry = new SeriesEntry({
    metric: descriptor,
    labels: { n: '0' },
    ...place,
    directory: pair.directory,
    board: new BoardReader(createBoard()),
    windowCapacity: 1,
  })
  const counter = new Counter(entry, pair.writer, pair.directory.words)
  const low = place.firstWord + EntryWord.counterLow
  const high = place.firstWord + EntryWord.counterHigh
  const total = () => {
    pair.writer.publish()
    pair.reader.drain(0)
    return pair.series[0]!.total
  }
  return { ...pair, counter, low, high, total }
}

test('whole increments go past the lane: a full one loses none of them', () => {
  const { counter, lane, writer, entryIds, total } = createCell()
  for (let count = 0; count < 100; count++) writer.push(entryIds[0]!, 0)
  for (let count = 0; count < 1_000; count++) counter.add()
  expect(lane.words[LaneWord.writeIndex]).toBe(16)
  expect(total()).toBe(1_000)
})

test('fractional and huge increments go through the lane, and add up with the whole ones', () => {
  const { counter, lane, total } = createCell()
  counter.add(0.25)
  counter.add(2)
  counter.add(2 ** 32)
  counter.add(0.25)
  counter.add(LOW_MAX)
  expect(lane.words[LaneWord.writeIndex]).toBe(3)
  expect(total()).toBe(2 ** 33 + 1.5)
})

test('a counter is the sum of what it was given, however large and however often it is read', () => {
  const amount = fc.oneof(
    fc.nat(1_000),
    fc.integer({ min: 2 ** 31, max: LOW_MAX }),
    fc.constantFrom(0, 1, LOW_MAX),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(amount, fc.boolean()), { maxLength: 50 }), additions => {
      const { counter, total } = createCell()
      let expected = 0
      for (const [by, isRead] of additions) {
        counter.add(by)
        expected += by
        if (isRead) expect(total()).toBe(expected)
      }
      expect(total()).toBe(expected)
    }),
    { numRuns: 50 },
  )
})

test('-0 is 0', () => {
  const { counter, total } = createCell()
  counter.add(3)
  counter.add(-0)
  expect(total()).toBe(3)
})

describe('carrying over 2^32', () => {
  test('keeps the value, one step at a time', () => {
    const { counter, directory, low, high, total } = createCell()
    directory.words[low] = LOW_MAX - 1
    directory.words[high] = 5
    for (let step = -1; step < 3; step++) {
      expect(total()).toBe(6 * 2 ** 32 + step - 1)
      counter.add(1)
    }
    expect([directory.words[low], directory.words[high]]).toEqual([2, 6])
  })

  test('a reader that comes between the two words waits, and never counts too much', () => {
    const { directory, low, high, total } = createCell()
    directory.words[low] = LOW_MAX
    expect(total()).toBe(LOW_MAX)
    directory.words[low] = 4
    expect(total()).toBe(LOW_MAX)
    directory.words[high] = 1
    expect(total()).toBe(2 ** 32 + 4)
    expect(total()).toBe(2 ** 32 + 4)
  })
})

test.each<[string, unknown]>([
  ['a negative number', -1],
  ['a negative fraction', -0.5],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['a string', '5'],
  ['null', null],
  ['true', true],
  ['a BigInt', 5n],
  ['a Symbol', Symbol('by')],
  ['an object whose valueOf throws', { valueOf: () => expect.unreachable() }],
])('%s never throws, adds nothing, and is counted as invalid', (_, by) => {
  const { counter, series, total } = createCell()
  counter.add(2)
  counter.add(by as number)
  expect([total(), series[0]?.invalid]).toEqual([2, 1])
})

test('undefined is the default: it adds one', () => {
  const { counter, total } = createCell()
  counter.add(undefined)
  expect(total()).toBe(1)
})

test('what finds the lane full is lost to the counter, and counted as lost', () => {
  const { counter, series, total } = createCell()
  for (let count = 0; count < 20; count++) counter.add(0.5)
  expect([total(), series[0]?.lost]).toEqual([8, 4])
})

test('a counter goes on counting when its directory has grown', () => {
  const { recorder, seriesOf } = createRecording({ maxSeriesPerMetric: 1_000 })
  const hits = recorder.counter('hits')
  hits.add(1)
  const wide = recorder.counter('wide', { labelNames: ['n'] })
  const handles = Array.from({ length: 200 }, (_, n) => wide.labels({ n: `${n} ${'x'.repeat(1_000)}` }))
  for (const handle of [hits, ...handles]) handle.add(2)
  expect(seriesOf('hits').total).toBe(3)
  expect(handles.map(({ seriesLabels }) => seriesOf('wide', [seriesLabels['n']!]).total)).toEqual(
    new Array(200).fill(2),
  )
})

test('after close nothing reaches the aggregator, and each increment is counted', () => {
  const { recorder, seriesOf } = createRecording()
  const hits = recorder.counter('hits')
  hits.add(1)
  recorder.close()
  hits.add(1)
  hits.add(10)
  hits.add(0.5)
  expect(seriesOf('hits').total).toBe(1)
  expect(recorder.recordedAfterClose).toBe(12)
})
