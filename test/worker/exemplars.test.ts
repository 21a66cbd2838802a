import { describe, expect, test } from 'vitest'
import { ControlWord } from '../../src/shared/memory/control-block.ts'
import { LaneWord } from '../../src/shared/memory/lane-layout.ts'
import { createState } from '../../src/shared/memory/state-layout.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { ExemplarStore } from '../../src/worker/exemplar-store.ts'
import { createDurableLanes } from '../support/durable-lanes.ts'
import { hostForTest } from '../support/extension-host.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { createLanes, createRecorder, createShare } from '../support/recording.ts'

const BUCKETS = [10, 100]
/** So often the lanes are looked at without being asked. */
const INTERVAL_MS = 250

function trace(number: number): string {
  return `${'1'.repeat(24)}${number.toString(16).padStart(8, '0')}`
}

function scene(threadCount = 1) {
  const share = createShare()
  const aggregator = createLanes(share)
  const { clock, lanes, registry } = aggregator
  const threads = Array.from({ length: threadCount }, (_, index) =>
    createRecorder(share, { threadId: index + 1 }),
  )
  for (const { announcements } of threads) lanes.adopt(announcements[0]!, 0)
  const advance = (ms: number) => {
    clock.advance(ms)
    Atomics.store(new Int32Array(share.control), ControlWord.clockMs, clock.nowMs() | 0)
  }
  const echoes = threads.map(({ recorder }) => recorder.latency('echo', { buckets: BUCKETS }))
  const drain = () => lanes.drain(clock.nowMs())
  const exemplars = () => {
    const metric = registry.metric('echo')
    return metric === undefined ? [] : lanes.exemplars.of(metric.series([]))
  }
  return { ...aggregator, threads, echoes, advance, drain, exemplars }
}

describe('looking for exemplars', () => {
  test('a tick does it every quarter of a second, a question each time', () => {
    const { echoes, drain, advance, exemplars, lanes, clock } = scene()
    drain()
    echoes[0]!.recordWithTrace(5, trace(1))
    advance(INTERVAL_MS - 1)
    drain()
    expect(exemplars()).toEqual([])
    advance(1)
    drain()
    expect(exemplars()).toMatchObject([{ traceId: trace(1) }])
    echoes[0]!.recordWithTrace(50, trace(2))
    drain()
    expect(exemplars()).toHaveLength(1)
    lanes.drainFully(clock.nowMs())
    expect(exemplars()).toMatchObject([{ traceId: trace(1) }, { traceId: trace(2) }])
  })

  test('finds the latest of each bucket over all threads, in whatever order their lanes are read', () => {
    for (const latest of [0, 1, 2]) {
      const { echoes, advance, drain, exemplars } = scene(3)
      for (const [thread, echo] of echoes.entries()) {
        if (thread !== latest) echo.recordWithTrace(5, trace(thread))
      }
      advance(10)
      echoes[latest]!.recordWithTrace(6, trace(latest))
      echoes[1]!.recordWithTrace(1e6, trace(7))
      drain()
      expect(exemplars()).toMatchObject([
        { value: 6, traceId: trace(latest) },
        { value: 1e6, traceId: trace(7) },
      ])
    }
  })

  test('a bound belongs to the bucket below it, as its samples do', () => {
    const { echoes, drain, exemplars, registry } = scene()
    echoes[0]!.recordWithTrace(10, trace(1))
    echoes[0]!.recordWithTrace(100.5, trace(2))
    drain()
    expect(exemplars().map(({ value }) => value)).toEqual([10, 100.5])
    expect([...registry.metric('echo')!.series([]).buckets!.counts]).toEqual([1, 0, 1])
  })

  test('tells of none whose bucket is still empty: the sample may come later than its exemplar', () => {
    const share = createShare()
    const { lanes, registry } = createLanes(share)
    // In a burst, samples are published in batches.
    const { recorder, announcements } = createRecorder(share, { publishEvery: 64 })
    lanes.adopt(announcements[0]!, 0)
    const echo = recorder.latency('echo', { buckets: BUCKETS })
    for (let count = 0; count < 1_000; count++) echo.record(50)
    echo.recordWithTrace(5, trace(1))
    lanes.drainFully(0)
    const series = registry.metric('echo')!.series([])
    expect([series.buckets!.counts[0], lanes.exemplars.of(series)]).toEqual([0, []])
    recorder.publish()
    lanes.drainFully(0)
    expect(lanes.exemplars.of(series)).toMatchObject([{ value: 5, traceId: trace(1) }])
  })

  test('an exemplar of a series that is not read from the directory yet waits for it', () => {
    const { threads, drain, advance, lanes, registry } = scene()
    const metric = threads[0]!.recorder.latency('late', { labelNames: ['n'] })
    // More than two drains read.
    for (let n = 0; n < 9_000; n++) threads[0]!.recorder.gauge(`late_${n}`)
    const last = metric.labels({ n: 'last' })
    last.recordWithTrace(5, trace(1))
    drain()
    for (let drains = 1; lanes.readers.get(0)!.isBehind; drains++) {
      expect(drains).toBeLessThan(5)
      expect(registry.metric('late')!.allSeries).toHaveLength(0)
      advance(INTERVAL_MS)
      drain()
    }
    const [series] = registry.metric('late')!.allSeries
    expect(lanes.exemplars.of(series!)).toMatchObject([{ traceId: trace(1) }])
  })

  test('a metric in conflict and a counter have none', () => {
    const { threads, drain, lanes, registry } = scene(2)
    threads[0]!.recorder.counter('level').add()
    threads[1]!.recorder.gauge('level').recordWithTrace(5, trace(1))
    drain()
    expect(lanes.exemplars.of(registry.metric('level')!.series([]))).toEqual([])
  })

  test('series beyond the limit share those of the overflow series', () => {
    const { threads, drain, lanes, registry } = scene()
    const metric = threads[0]!.recorder.latency('many', { labelNames: ['n'] })
    for (let n = 0; n < 8; n++) metric.labels({ n }).recordWithTrace(5, trace(n + 1))
    drain()
    const overflow = registry.metric('many')!.allSeries.find(({ isOverflow }) => isOverflow)
    expect(lanes.exemplars.of(overflow!)).toHaveLength(1)
  })
})

describe('what outlives what', () => {
  test('a thread that has ended leaves its exemplars, though its lane is released', () => {
    const { threads, echoes, drain, exemplars, released } = scene()
    drain()
    echoes[0]!.recordWithTrace(5, trace(1))
    threads[0]!.recorder.close()
    drain()
    expect([released, exemplars()]).toMatchObject([[0], [{ traceId: trace(1) }]])
  })

  test('so does one that has fallen silent', () => {
    const { echoes, drain, advance, exemplars, released } = scene()
    echoes[0]!.recordWithTrace(5, trace(1))
    for (let second = 0; second < 15; second++) {
      advance(1_000)
      drain()
    }
    expect([released, exemplars()]).toMatchObject([[0], [{ traceId: trace(1) }]])
  })

  test('a successor of a dead aggregator finds them in the lanes', () => {
    const share = createShare()
    const clock = new ManualClock()
    const { recorder, announcements } = createRecorder(share)
    const memories = { state: createState(), lanes: announcements }
    const first = createDurableLanes(share, memories, clock)
    const echo = recorder.latency('echo', { buckets: BUCKETS })
    echo.recordWithTrace(5, trace(1))
    echo.recordWithTrace(50, trace(2))
    recorder.publish()
    first.drain()
    const read = ({ registry, lanes }: typeof first) =>
      lanes.exemplars.of(registry.metric('echo')!.series([]))
    expect(read(first)).toHaveLength(2)
    const second = createDurableLanes(share, memories, clock)
    second.drain()
    expect(read(second)).toEqual(read(first))
    echo.recordWithTrace(500, trace(3))
    recorder.publish()
    second.lanes.drainFully(0)
    expect(read(second)).toMatchObject([{ value: 5 }, { value: 50 }, { value: 500, traceId: trace(3) }])
  })

  test('a lane that was given up and comes back tells no older one than was known', () => {
    const { threads, echoes, drain, advance, exemplars, lanes, clock } = scene(2)
    echoes[0]!.recordWithTrace(5, trace(1))
    for (let second = 0; second < 15; second++) {
      advance(1_000)
      threads[1]!.recorder.latency('echo', { buckets: BUCKETS }).recordWithTrace(6, trace(2))
      drain()
    }
    expect(lanes.readers.size).toBe(1)
    lanes.adopt(threads[0]!.announcements[0]!, clock.nowMs())
    lanes.drainFully(clock.nowMs())
    expect(lanes.readers.size).toBe(2)
    expect(exemplars()).toMatchObject([{ value: 6, traceId: trace(2) }])
  })
})

test('extensions get them with their series, in Unix time', () => {
  const { echoes, advance, lanes, registry, clock } = scene()
  const drain = () => lanes.drainFully(clock.nowMs())
  const { host } = hostForTest({ registry, drain, exemplarsOf: series => lanes.exemplars.of(series) })
  advance(77)
  echoes[0]!.recordWithTrace(5, trace(1), 'b7ad6b7169203331')
  const series = host.collect()[0]!.series[0]!
  expect(series.exemplars).toEqual([
    { value: 5, timeMs: clock.originEpochMs + 77, traceId: trace(1), spanId: 'b7ad6b7169203331' },
  ])
  expect(series.lastTimeMs).toBe(series.exemplars[0]!.timeMs)
})

test('a store keeps them of 10,000 series: whoever got none for longest goes first', () => {
  const clock = new ManualClock()
  const registry = new MetricRegistry({ clock, maxSeriesPerMetric: 20_000 })
  const metric = registry.register({ kind: 'gauge', name: 'level', labelNames: ['n'] })
  const store = new ExemplarStore(clock)
  const ids = Int32Array.of(1, 2, 3, 4, 0, 0)
  const all = Array.from({ length: 10_001 }, (_, n) => metric.series([String(n)]))
  for (const series of all) series.record(1, 0)
  for (const series of all.slice(0, 10_000)) store.add(series, 1, 0, ids)
  store.add(all[0]!, 2, 0, ids)
  store.add(all[10_000]!, 1, 0, ids)
  const counts = [0, 1, 2, 10_000].map(n => store.of(all[n]!).length)
  expect(counts).toEqual([1, 0, 1, 1])
})

test('a thread that names no trace costs one load: its lane is not looked at', () => {
  const { threads, echoes, lanes } = scene()
  echoes[0]!.record(5)
  const words = new Int32Array(threads[0]!.announcements[0]!.lane)
  lanes.drainFully(0)
  expect(words[LaneWord.exemplars]).toBe(0)
  expect(words.subarray(-16 * 512).every(word => word === 0)).toBe(true)
})
