import { describe, expect, test } from 'vitest'
import { createDirectory, RETIRED_WORD } from '../../src/shared/memory/directory.ts'
import { LaneTotal, LaneWord, Lease } from '../../src/shared/memory/lane-layout.ts'
import { describeMetric } from '../../src/shared/metric.ts'
import { createLanePair } from '../support/lane-pair.ts'
import { createLanes, createRecorder, createShare } from '../support/recording.ts'

describe('registration before samples', () => {
  test('a series registered after the last drain is known to its first sample', () => {
    const share = createShare()
    const { lanes, registry } = createLanes(share)
    const { recorder, announcements } = createRecorder(share)
    lanes.adopt(announcements[0]!, 0)
    const http = recorder.latency('http', { labelNames: ['route'] })
    for (let route = 0; route < 4; route++) {
      http.labels({ route }).record(route)
      lanes.drain(0)
      expect(registry.metric('http')?.series([String(route)]).last).toBe(route)
    }
  })

  test('the same metric and labels of several threads are one series', () => {
    const share = createShare()
    const { lanes, registry } = createLanes(share)
    for (let thread = 0; thread < 3; thread++) {
      const { recorder, announcements } = createRecorder(share, { threadId: thread })
      lanes.adopt(announcements[0]!, 0)
      recorder.latency('other').record(1)
      const by = { labelNames: ['route'] } as const
      recorder.latency('http', by).labels({ route: '/a' }).record(thread)
      recorder
        .counter('hits', by)
        .labels({ route: '/a' })
        .add(10 ** thread)
    }
    lanes.drain(0)
    expect(registry.metric('http')?.allSeries.map(({ total }) => total)).toEqual([3])
    expect(registry.metric('hits')?.allSeries.map(({ total }) => total)).toEqual([111])
  })

  test('registering on a second thread is no registration anew; registering again on the first is', () => {
    const share = createShare()
    const { lanes, registry } = createLanes(share)
    const [one, two] = [createRecorder(share), createRecorder(share)]
    for (const { recorder, announcements } of [one, two]) {
      recorder.latency('echo')
      lanes.adopt(announcements[0]!, 0)
      lanes.drain(0)
    }
    expect(registry.metric('echo')?.registrations).toBe(1)
    one.recorder.latency('echo')
    two.recorder.latency('echo')
    lanes.drain(0)
    expect(registry.metric('echo')?.registrations).toBe(3)
  })
})

describe('a name that two threads gave to different metrics', () => {
  function conflicting() {
    const share = createShare()
    const aggregator = createLanes(share)
    const [first, second] = [createRecorder(share, { threadId: 1 }), createRecorder(share, { threadId: 2 })]
    for (const { announcements } of [first, second]) aggregator.lanes.adopt(announcements[0]!, 0)
    const echo = first.recorder.latency('echo')
    aggregator.lanes.drain(0)
    const wrong = second.recorder.gauge('echo')
    return { ...aggregator, echo, wrong, fine: second.recorder.latency('fine') }
  }

  test('stays the first’s, and the conflict is said once with both shapes', () => {
    const { lanes, registry, conflicts, wrong } = conflicting()
    for (let count = 0; count < 3; count++) {
      wrong.set(1)
      lanes.drain(0)
    }
    expect(conflicts).toEqual([expect.objectContaining({ code: 'OFFLOOP_METRIC_CONFLICT' })])
    expect(String(conflicts[0])).toMatch(/gauge in 1 .*latency in ms/)
    expect(registry.metric('echo')?.descriptor.kind).toBe('latency')
  })

  test('loses the second’s samples visibly: counted once, as dropped, and the balance holds', () => {
    const { lanes, registry, losses, echo, wrong, fine } = conflicting()
    echo.record(1)
    for (let count = 0; count < 5; count++) wrong.set(count)
    fine.record(7)
    lanes.drain(0)
    expect(lanes.snapshot(0)).toMatchObject([
      { recorded: 1, drained: 1, dropped: 0, pending: 0 },
      { recorded: 6, drained: 1, dropped: 5, pending: 0 },
    ])
    expect(lanes.droppedCount).toBe(5)
    expect(losses).toEqual([{ count: 5, threadId: 2 }])
    expect(['echo', 'fine'].map(name => registry.metric(name)?.series([]).total)).toEqual([1, 1])
  })
})

test('the increments of a counter in conflict are lost visibly: whole ones by their sum, and once', () => {
  const share = createShare()
  const { lanes, registry, losses } = createLanes(share)
  const [first, second] = [createRecorder(share, { threadId: 1 }), createRecorder(share, { threadId: 2 })]
  for (const { announcements } of [first, second]) lanes.adopt(announcements[0]!, 0)
  first.recorder.latency('echo')
  lanes.drain(0)
  const wrong = second.recorder.counter('echo')
  second.recorder.counter('fine').add(4)
  wrong.add(3)
  wrong.add(7)
  lanes.drain(0)
  lanes.drain(0)
  expect(losses).toEqual([{ count: 10, threadId: 2 }])
  expect(lanes.snapshot(0)[1]).toMatchObject({ recorded: 10, drained: 0, dropped: 10, pending: 0 })
  expect(registry.metric('fine')?.series([]).total).toBe(4)
})

test('an entry that says it stands for all others is the overflow series; label values alone do not make it', () => {
  const { directory, metric, reader, series } = createLanePair()
  for (const isOverflow of [false, true]) {
    directory.append({
      type: 'series',
      metricEntryId: metric.entryId,
      labelValues: ['__overflow__'],
      isOverflow,
    })
  }
  reader.drain(0)
  expect(series.map(one => one.isOverflow)).toEqual([false, false, true])
})

describe('a reader that takes over where another stopped', () => {
  test('takes no sample or drop twice, and misses none', () => {
    const pair = createLanePair({ capacity: 16 })
    let value = 0
    const push = (count: number) => {
      for (const end = value + count; value < end; value++) pair.writer.push(pair.entryIds[0]!, value)
    }
    push(5)
    pair.reader.drain(0)
    push(20)
    pair.reader.drain(0)
    push(3)
    const next = pair.newReader()
    push(2)
    next.drain(0)
    expect(pair.arrivals.map(arrival => arrival.value)).toEqual([
      ...Array.from({ length: 21 }, (_, index) => index),
      ...Array.from({ length: 5 }, (_, index) => 25 + index),
    ])
    expect(pair.series[0]?.lost).toBe(4)
    expect(next.snapshot(0)).toMatchObject({ recorded: 30, drained: 26, dropped: 4, pending: 0 })
  })

  test('keeps the lane’s totals, which outlive it in shared memory', () => {
    const pair = createLanePair({ capacity: 16 })
    for (let count = 0; count < 20; count++) pair.writer.push(pair.entryIds[0]!, 1)
    pair.reader.drain(0)
    pair.reader.retire(0)
    expect(pair.lane.words[LaneWord.lease]).toBe(Lease.retired)
    const next = pair.newReader()
    next.renew(0)
    expect(pair.lane.words[LaneWord.lease]).toBe(Lease.adopted)
    expect([next.drainedCount, next.droppedCount, next.pendingCount]).toEqual([16, 4, 0])
  })
})

test('notice is given where lane and counters look for it, and taken back in both places', () => {
  const { reader, lane, directory } = createLanePair()
  const noticed = () => [lane.words[LaneWord.lease], directory.words[RETIRED_WORD], reader.retiredAtMs]
  reader.retire(7)
  expect(noticed()).toEqual([Lease.retired, 1, 7])
  reader.renew(9)
  expect(noticed()).toEqual([Lease.adopted, 0, undefined])
})

test('drain takes what was published when it was called, and says how much', () => {
  const { reader, writer, entryIds } = createLanePair({ capacity: 64 })
  expect(reader.drain(0)).toBe(0)
  for (let count = 0; count < 40; count++) writer.push(entryIds[0]!, 1)
  expect([reader.pendingCount, reader.fill]).toEqual([40, 40 / 64])
  expect(reader.drain(0)).toBe(40)
  expect([reader.pendingCount, reader.fill]).toEqual([0, 0])
})

test('a long lane is drained in batches, so that a full one has room early', () => {
  const capacity = 16_384
  const { reader, writer, lane, entryIds, series } = createLanePair({ capacity, publishEvery: 64 })
  for (let count = 0; count < capacity; count++) writer.push(entryIds[0]!, count)
  writer.publish()
  reader.drain(0)
  const fold = series[0]!.record
  const readIndices = new Set<number>()
  series[0]!.record = (value, timeMs) => {
    readIndices.add(lane.words[LaneWord.readIndex]!)
    fold(value, timeMs)
  }
  for (let count = 0; count < capacity; count++) writer.push(entryIds[0]!, count)
  writer.publish()
  reader.drain(0)
  expect(readIndices.size).toBeGreaterThanOrEqual(4)
  expect(series[0]?.total).toBe(2 * capacity)
})

describe('a lane whose memory makes no sense is refused', () => {
  test.each<[string, number]>([
    ['one more than it holds', 17],
    ['far ahead', 2 ** 30],
    ['behind the reader', -1],
    ['2^31 away', -(2 ** 31)],
  ])('a write index that is %s', (_, writeIndex) => {
    const { reader, lane, arrivals } = createLanePair({ capacity: 16 })
    lane.words[LaneWord.writeIndex] = writeIndex
    expect(() => reader.drain(0)).toThrow(/a lane holds at most its capacity/)
    expect(arrivals).toEqual([])
  })

  test.each([Number.NaN, -5, Number.POSITIVE_INFINITY, 2 ** 60, 0.5, 2 ** 20 - 1])(
    'a slot’s header of %s is nobody’s sample: lost, and counted',
    header => {
      const { reader, lane, arrivals } = createLanePair({ capacity: 16 })
      lane.doubles[48] = header
      lane.words[LaneWord.writeIndex] = 1
      expect(reader.drain(0)).toBe(1)
      expect(arrivals).toEqual([])
      expect(reader.snapshot(0)).toMatchObject({ recorded: 1, drained: 0, dropped: 1 })
    },
  )
})

test('an entry of the directory that makes no sense costs only itself', () => {
  const pair = createLanePair()
  const { reader, directory, writer, metric, arrivals, lane } = pair
  const bad = [
    { type: 'series', metricEntryId: 99, labelValues: ['x'], isOverflow: false },
    { type: 'series', metricEntryId: 1, labelValues: ['x'], isOverflow: false },
    { type: 'series', metricEntryId: metric.entryId, labelValues: null, isOverflow: false },
    { type: 'metric', descriptor: { ...describeMetric('gauge', 'level'), kind: 'counter' } },
  ].map(entry => directory.append(entry as never).entryId)
  const good = directory.append({
    type: 'series',
    metricEntryId: metric.entryId,
    labelValues: ['9'],
    isOverflow: false,
  })
  for (const entryId of [...bad, good.entryId]) writer.push(entryId, 5)
  reader.drain(0)
  expect(arrivals).toEqual([{ series: 9, value: 5, timeMs: 0 }])
  expect(reader.snapshot(0)).toMatchObject({ drained: 1, dropped: bad.length })
  expect(lane.doubles[LaneTotal.dropped]).toBe(bad.length)
  expect(pair.conflicts.length).toBeGreaterThan(0)
  expect([pair.registry.metrics().length, pair.series.length]).toEqual([1, 2])
})

test('a directory may grow between two drains', () => {
  const { directory, metric, writer, reader, arrivals } = createLanePair({ capacity: 4_096 })
  for (let index = 1; index < 1_000; index++) {
    const labelValues = [String(index)]
    const place = directory.append({
      type: 'series',
      metricEntryId: metric.entryId,
      labelValues,
      isOverflow: false,
    })
    writer.push(place.entryId, index)
    if (index % 300 === 0) reader.drain(0)
  }
  reader.drain(0)
  expect(directory.buffer.byteLength).toBeGreaterThan(createDirectory().byteLength)
  expect(arrivals).toHaveLength(999)
  expect(arrivals.every(({ series, value }) => series === value)).toBe(true)
})

test('a series whose first sample finds the lane full, in the middle of a drain, is told of its loss', () => {
  const pair = createLanePair({ capacity: 16 })
  const { writer, reader, entryIds, directory, metric } = pair
  const fill = () => {
    for (let value = 0; value < 16; value++) writer.push(entryIds[0]!, value)
  }
  fill()
  reader.drain(0)
  fill()
  const [first] = pair.series
  const fold = first!.record
  let isRegistered = false
  first!.record = (value, timeMs) => {
    if (!isRegistered) {
      isRegistered = true
      const labelValues = ['late']
      const late = directory.append({
        type: 'series',
        metricEntryId: metric.entryId,
        labelValues,
        isOverflow: false,
      })
      writer.push(late.entryId, 1)
    }
    fold(value, timeMs)
  }
  reader.drain(0)
  expect(reader.droppedCount).toBe(1)
  expect(pair.series[1]?.lost).toBe(1)
})
