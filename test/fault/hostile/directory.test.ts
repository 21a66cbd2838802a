/** A directory that says anything, and far too much of it: what breaks the rules of registration is refused, the rest waits
 *  its turn, and no other thread waits for it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDirectory, DirectoryReader, EntryWord } from '../../../src/shared/memory/directory.ts'
import { METRICS_MAX } from '../../../src/shared/statistics/registry.ts'
import { createLanes, createRecorder, createShare } from '../../support/recording.ts'
import { besideHostileThread } from './hostile-thread.ts'

const ENTRY_HEADER_BYTES = 40

/** Appends entries of any text, rightly framed, and publishes them. */
function append(directory: SharedArrayBuffer, texts: readonly string[]): void {
  let end = new Uint32Array(directory, 0, 1)[0]!
  for (const text of texts) {
    const bytes = new TextEncoder().encode(text)
    const entryBytes = (ENTRY_HEADER_BYTES + bytes.length + 7) & ~7
    if (end + entryBytes > directory.byteLength)
      directory.grow(Math.min(directory.maxByteLength, end + entryBytes + 2 ** 20))
    const words = new Uint32Array(directory, end, 10)
    words[EntryWord.length] = entryBytes
    words[EntryWord.textLength] = bytes.length
    new Uint8Array(directory, end + ENTRY_HEADER_BYTES, bytes.length).set(bytes)
    end += entryBytes
  }
  Atomics.store(new Uint32Array(directory, 0, 1), 0, end)
}

const metric = (descriptor: unknown) => JSON.stringify({ type: 'metric', descriptor })
const series = (rest: object) =>
  JSON.stringify({ type: 'series', metricEntryId: 0, labelValues: ['x'], isOverflow: false, ...rest })
const GOOD = { name: 'm', kind: 'gauge', unit: '1', help: '', labelNames: ['l'] }

function afterAppending(texts: readonly string[]) {
  const thread = besideHostileThread()
  thread.adoptBad()
  thread.record()
  thread.drain()
  append(thread.directory, texts)
  thread.record()
  thread.drain()
  thread.record()
  thread.drain()
  thread.expectOthersServed()
  return thread
}

describe('an entry that no producer writes puts the lane in quarantine', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', '{"type":"metric"'],
    ['a number', '7'],
    ['null', 'null'],
    ['an array', '[]'],
    ['another type', '{"type":"constructor"}'],
    ['a type that is an object', '{"type":{"toString":1}}'],
    ['200,000 brackets', '['.repeat(200_000)],
    ['bytes that are no UTF-8 text', '\ud800{}'],
  ])('%s', (_, text) => {
    expect(afterAppending([text]).broken).toHaveLength(1)
  })

  test('a text longer than any that can be registered', () => {
    expect(afterAppending([`"${'x'.repeat(300_000)}"`]).broken).toHaveLength(1)
  })
})

describe('an entry that breaks the rules of registration is refused, and costs only itself', () => {
  test.each([
    ['no descriptor', '{"type":"metric"}'],
    ['a descriptor that is null', metric(null)],
    ['a descriptor that is a text', metric('m')],
    ['no name', metric({ ...GOOD, name: undefined })],
    ['a name that is an object', metric({ ...GOOD, name: { toString: 1 } })],
    ['a name too long', metric({ ...GOOD, name: 'x'.repeat(100_000) })],
    ['a name of the pipeline’s own', metric({ ...GOOD, name: 'offloop_lane_fill', labelNames: [] })],
    ['a kind that every object has', metric({ ...GOOD, kind: 'constructor' })],
    ['a unit that is none', metric({ ...GOOD, unit: '__proto__' })],
    ['a help of 200,000 characters', metric({ ...GOOD, help: 'x'.repeat(200_000) })],
    ['label names that are no array', metric({ ...GOOD, labelNames: { length: 1e9 } })],
    [
      'a thousand label names',
      metric({ ...GOOD, labelNames: Array.from({ length: 1_000 }, (_, n) => `l${n}`) }),
    ],
    ['a label name twice', metric({ ...GOOD, labelNames: ['a', 'a'] })],
    ['a label name that is a prototype', metric({ ...GOOD, labelNames: ['__proto__'] })],
    [
      'a key nobody knows',
      `{"type":"metric","descriptor":{"name":"m","kind":"gauge","__proto__":{"polluted":1}}}`,
    ],
    ['a nested descriptor', `{"type":"metric","descriptor":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['the name of another thread’s metric', metric({ ...GOOD, name: 'good_0' })],
  ])('metric: %s', (_, text) => {
    const { registry, broken, conflicts } = afterAppending([text])
    expect(broken).toEqual([])
    expect(conflicts).toHaveLength(1)
    expect(registry.metrics().map(({ descriptor }) => descriptor.name)).toEqual([
      'good_0',
      'good_hits',
      'good_1',
      'bad',
      'bad_hits',
    ])
    expect({}).not.toHaveProperty('polluted')
  })

  test.each([
    ['a metric that is not there', { metricEntryId: 2 ** 31 }],
    ['a metric before the first', { metricEntryId: -1 }],
    ['half a metric', { metricEntryId: 0.5 }],
    ['a metric by a name every array has', { metricEntryId: 'length' }],
    ['a metric by its prototype', { metricEntryId: '__proto__' }],
    ['a metric by an object', { metricEntryId: { toString: 1 } }],
    ['a series for a metric', { metricEntryId: 1 }],
    ['no label values', { labelValues: undefined }],
    ['label values that are null', { labelValues: null }],
    ['label values that only look like an array', { labelValues: { length: 1, 0: 'x' } }],
    ['too many label values', { labelValues: ['x', 'y'] }],
    ['a label value that is an object', { labelValues: [{ toString: 1 }] }],
    ['a label value of 100,000 characters', { labelValues: ['x'.repeat(100_000)] }],
  ])('series: %s', (_, rest) => {
    const { registry, broken } = afterAppending([series(rest)])
    expect(broken).toEqual([])
    expect(registry.metrics().map(({ allSeries }) => allSeries.length)).toEqual([1, 1, 1, 1, 1])
  })

  test('any JSON at all: others are served, and the lane goes on or is set aside', () => {
    fc.assert(
      fc.property(fc.array(fc.json(), { maxLength: 5 }), texts => {
        afterAppending(texts)
      }),
      { numRuns: 200 },
    )
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), values => {
        const texts = values.flatMap(value => [
          metric(value),
          series({ labelValues: value, metricEntryId: value }),
        ])
        expect(afterAppending(texts).broken).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})

describe('too much', () => {
  test('metrics without end: a registry holds so many, and what is recorded to further ones is lost, counted', () => {
    const share = createShare()
    const { lanes, registry, conflicts, losses } = createLanes(share)
    const flood = createRecorder(share)
    const late = createRecorder(share, { threadId: 2 })
    for (const { announcements } of [flood, late]) lanes.adopt(announcements[0]!, 0)
    const texts = Array.from({ length: METRICS_MAX + 10 }, (_, n) =>
      metric({ ...GOOD, name: `m${n}`, labelNames: [] }),
    )
    append(flood.announcements[0]!.directory, texts)
    lanes.drainFully(0)
    late.recorder.gauge('too_late').set(1)
    late.recorder.gauge('m1').set(1)
    lanes.drainFully(0)
    expect(registry.metrics()).toHaveLength(METRICS_MAX)
    expect(conflicts).toHaveLength(11)
    expect(conflicts[10]).toMatchObject({ code: 'OFFLOOP_METRIC_LIMIT' })
    expect(losses).toEqual([{ count: 1, threadId: 2 }])
    expect(registry.metric('m1')?.series([]).total).toBe(1)
  })

  test('100,000 series at once are taken in parts, between which others are served; no sample is lost on the way', () => {
    const share = createShare({ maxSeriesPerMetric: 1_000_000, windowCapacity: 10 })
    const { lanes, registry } = createLanes(share)
    const [huge, other] = [createRecorder(share, { threadId: 1 }), createRecorder(share, { threadId: 2 })]
    for (const { announcements } of [huge, other]) lanes.adopt(announcements[0]!, 0)
    const labelled = huge.recorder.gauge('huge', { labelNames: ['n'] })
    let last = labelled.labels({ n: 'first' })
    for (let n = 0; n < 100_000; n++) last = labelled.labels({ n })
    for (let count = 0; count < 10; count++) last.set(count)
    const echo = other.recorder.latency('echo')
    let drains = 0
    const total = () => registry.metric('huge')?.series(['99999']).total
    while (lanes.pendingCount > 0) {
      echo.record(drains++)
      lanes.drain(0)
      expect(registry.metric('echo')?.series([]).total).toBe(drains)
    }
    expect(drains).toBeGreaterThan(5)
    expect([total(), lanes.droppedCount]).toEqual([10, 0])
  })

  test('a thread that ended right after registering much is released once all of it is taken', () => {
    const share = createShare({ maxSeriesPerMetric: 1_000_000, windowCapacity: 10 })
    const { lanes, registry, released } = createLanes(share)
    const { recorder, announcements } = createRecorder(share)
    lanes.adopt(announcements[0]!, 0)
    const labelled = recorder.counter('huge', { labelNames: ['n'] })
    for (let n = 0; n < 40_000; n++) labelled.labels({ n }).add(1)
    recorder.close()
    lanes.drain(0)
    expect(released).toEqual([])
    lanes.drainFully(0)
    expect(released).toEqual([0])
    const sum = registry.metric('huge')?.allSeries.reduce((total, one) => total + one.total, 0)
    expect(sum).toBe(40_000)
  })

  test('a question covers 100,000 series that were registered before it', () => {
    const share = createShare({ maxSeriesPerMetric: 1_000_000, windowCapacity: 10 })
    const { lanes, registry } = createLanes(share)
    const { recorder, announcements } = createRecorder(share)
    lanes.adopt(announcements[0]!, 0)
    const labelled = recorder.gauge('huge', { labelNames: ['n'] })
    for (let n = 0; n < 100_000; n++) labelled.labels({ n })
    labelled.labels({ n: 99_999 }).set(5)
    lanes.drainFully(0)
    expect(registry.metric('huge')?.series(['99999']).total).toBe(1)
  })

  test('a directory that is nothing but growth costs nothing', () => {
    const directory = createDirectory()
    directory.grow(directory.maxByteLength)
    const reader = new DirectoryReader(directory)
    const entries: unknown[] = []
    expect(reader.readNew(entry => entries.push(entry))).toBe(true)
    expect(entries).toEqual([])
  })
})
