import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ControlWord } from '../../src/shared/memory/control-block.ts'
import { EXEMPLAR_SLOTS } from '../../src/shared/memory/exemplar-layout.ts'
import { LaneWord } from '../../src/shared/memory/lane-layout.ts'
import { createRecording } from '../support/recording.ts'

const BUCKETS = [10, 100, 1_000]
const SPAN = 'b7ad6b7169203331'
const INTERVAL_MS = 1_000

/** A trace id that is told from others by its last digits. */
function trace(number: number): string {
  return `0af7651916cd43dd8448eb21${number.toString(16).padStart(8, '0')}`
}

function recording(options: Parameters<typeof createRecording>[0] = {}) {
  const created = createRecording(options)
  const { recorder, clock, lanes, share, announcements, registry } = created
  const words = new Int32Array(announcements[0]!.lane)
  const advance = (ms: number) => {
    clock.advance(ms)
    Atomics.store(new Int32Array(share.control), ControlWord.clockMs, clock.nowMs() | 0)
  }
  /** Of a question: whatever is there by now. */
  const exemplarsOf = (name: string, labelValues: readonly string[] = []) => {
    recorder.publish()
    lanes.drainFully(clock.nowMs())
    return lanes.exemplars.of(registry.metric(name)!.series(labelValues))
  }
  return {
    ...created,
    words,
    advance,
    exemplarsOf,
    writtenCount: () => words[LaneWord.exemplars],
    rejectedCount: () => words[LaneWord.exemplarsRejected],
    latency: (name = 'echo') => recorder.latency(name, { buckets: BUCKETS }),
  }
}

describe('a sample with a trace', () => {
  test('is recorded as any other, and is the exemplar of its bucket with value, time and both ids', () => {
    const { latency, advance, exemplarsOf, seriesOf, clock } = recording()
    advance(1_234)
    latency().recordWithTrace(42.5, trace(1), SPAN)
    expect(seriesOf('echo')).toMatchObject({ total: 1, totalSum: 42.5, last: 42.5 })
    const timeMs = clock.originEpochMs + 1_234
    expect(exemplarsOf('echo')).toEqual([{ value: 42.5, timeMs, traceId: trace(1), spanId: SPAN }])
  })

  test('may come without a span, and without a trace', () => {
    const { latency, exemplarsOf, seriesOf, rejectedCount } = recording()
    const echo = latency()
    echo.recordWithTrace(5, trace(1))
    echo.recordWithTrace(50, undefined)
    echo.recordWithTrace(500, undefined, SPAN)
    expect(seriesOf('echo').total).toBe(3)
    expect(exemplarsOf('echo')).toMatchObject([{ value: 5, traceId: trace(1), spanId: undefined }])
    expect(rejectedCount()).toBe(0)
  })

  test('is what a mark measured, ended by its latency or by the telemetry', () => {
    const { latency, recorder, exemplarsOf, laneOf } = recording()
    const [echo, other] = [latency(), latency('other')]
    echo.markEndWithTrace(echo.markStart(), trace(1), SPAN)
    recorder.markEndWithTrace(other.markStart(), trace(2))
    const [first] = exemplarsOf('echo')
    expect(first).toMatchObject({ traceId: trace(1), spanId: SPAN })
    expect(first!.value).toBeGreaterThan(0)
    expect(exemplarsOf('other')).toMatchObject([{ traceId: trace(2) }])
    echo.markEndWithTrace(7, trace(3))
    other.markEndWithTrace(echo.markStart(), trace(3))
    recorder.markEndWithTrace(7, trace(3))
    expect(laneOf()).toMatchObject({ recorded: 2, marksRejected: 3, exemplarsRejected: 0 })
  })

  test('of a gauge is the exemplar of its bucket, or its only one without bounds', () => {
    const { recorder, exemplarsOf, advance } = recording()
    recorder.gauge('size', { buckets: [-1, 1] }).recordWithTrace(-4, trace(1))
    recorder.gauge('size', { buckets: [-1, 1] }).recordWithTrace(4, trace(2))
    expect(exemplarsOf('size')).toMatchObject([
      { value: -4, traceId: trace(1) },
      { value: 4, traceId: trace(2) },
    ])
    const level = recorder.gauge('level')
    level.recordWithTrace(1, trace(3))
    advance(1)
    level.recordWithTrace(1_000, trace(4))
    expect(exemplarsOf('level')).toMatchObject([{ value: 1_000, traceId: trace(4) }])
  })

  test('that finds the lane full is summarized or dropped, and names its trace all the same', () => {
    for (const overflow of ['summarize', 'drop'] as const) {
      const { latency, exemplarsOf, seriesOf } = recording({ laneCapacity: 16, overflow })
      const echo = latency()
      for (let count = 0; count < 16; count++) echo.record(50)
      echo.recordWithTrace(51, trace(1))
      expect(exemplarsOf('echo')).toMatchObject([{ value: 51, traceId: trace(1) }])
      expect(seriesOf('echo').total + seriesOf('echo').lost).toBe(17)
    }
  })

  test('any id comes back digit for digit, and any finite value bit for bit', () => {
    const hex = (length: number) =>
      fc
        .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
        .filter(id => !/^0+$/.test(id))
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(hex(32), fc.option(hex(16), { nil: undefined }), finite, (traceId, spanId, value) => {
        const { recorder, exemplarsOf } = recording()
        recorder.gauge('level').recordWithTrace(value, traceId, spanId)
        expect(exemplarsOf('level')).toMatchObject([{ value: value + 0, traceId, spanId }])
      }),
      { numRuns: 200 },
    )
  })
})

describe('what is no id', () => {
  const NO_TRACES: readonly unknown[] = [
    null,
    '',
    'x',
    trace(1).slice(1),
    `${trace(1)}0`,
    trace(1).toUpperCase(),
    `${trace(1).slice(1)}g`,
    ` ${trace(1).slice(1)}`,
    `${trace(1).slice(2)}é0`,
    '0'.repeat(32),
    7,
    7n,
    Symbol('trace'),
    {},
    [trace(1)],
    { length: 32, charCodeAt: () => 48 },
    new Proxy({}, { get: () => expect.unreachable() }),
  ]
  const NO_SPANS: readonly unknown[] = [
    null,
    '',
    SPAN.slice(1),
    `${SPAN}0`,
    SPAN.toUpperCase(),
    '0'.repeat(16),
    5,
  ]

  test('is counted, throws nothing, and costs no sample', () => {
    const { latency, recorder, exemplarsOf, seriesOf, laneOf } = recording()
    const echo = latency()
    for (const traceId of NO_TRACES) echo.recordWithTrace(5, traceId as string, SPAN)
    for (const spanId of NO_SPANS) echo.recordWithTrace(5, trace(1), spanId as string)
    echo.markEndWithTrace(echo.markStart(), 'x')
    recorder.markEndWithTrace(echo.markStart(), 'x')
    const count = NO_TRACES.length + NO_SPANS.length + 2
    expect(seriesOf('echo')).toMatchObject({ total: count, invalid: 0 })
    expect(laneOf()).toMatchObject({ recorded: count, exemplarsRejected: count, marksRejected: 0 })
    expect(exemplarsOf('echo')).toEqual([])
  })

  test('leaves the exemplar as it was', () => {
    const { latency, advance, exemplarsOf } = recording()
    latency().recordWithTrace(5, trace(1), SPAN)
    advance(INTERVAL_MS)
    latency().recordWithTrace(5, `${trace(2).slice(1)}x`, SPAN)
    latency().recordWithTrace(5, trace(2), '0'.repeat(16))
    expect(exemplarsOf('echo')).toMatchObject([{ traceId: trace(1), spanId: SPAN }])
  })

  test('is no number either: an invalid sample is no example of anything', () => {
    const { latency, exemplarsOf, seriesOf, writtenCount } = recording()
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '5', null, {}] as number[]
    for (const value of values) latency().recordWithTrace(value, trace(1), SPAN)
    expect(seriesOf('echo')).toMatchObject({ total: 0, invalid: values.length })
    expect([exemplarsOf('echo'), writtenCount()]).toEqual([[], 0])
  })
})

describe('of many samples', () => {
  test('one a second is written for each series and magnitude, however many there are', () => {
    const { latency, advance, writtenCount } = recording()
    const [echo, other] = [latency(), latency('other')]
    const recordAll = () => {
      for (let count = 0; count < 1_000; count++) {
        echo.recordWithTrace(5, trace(count))
        other.recordWithTrace(5, trace(count))
        echo.recordWithTrace(500, trace(count))
      }
    }
    for (let second = 1; second <= 3; second++) {
      recordAll()
      advance(INTERVAL_MS - 1)
      recordAll()
      expect(writtenCount()).toBe(3 * second)
      advance(1)
    }
  })

  test('the latest is the exemplar of its bucket, and a slow one outlives the many fast ones', () => {
    const { latency, advance, exemplarsOf } = recording()
    const echo = latency()
    echo.recordWithTrace(900, trace(1))
    for (let second = 2; second <= 100; second++) {
      advance(INTERVAL_MS)
      echo.recordWithTrace(5, trace(second))
    }
    expect(exemplarsOf('echo')).toMatchObject([
      { value: 5, traceId: trace(100) },
      { value: 900, traceId: trace(1) },
    ])
  })

  test('the clock’s wrap after 49.7 days holds nothing up', () => {
    const { latency, advance, exemplarsOf, clock } = recording()
    advance(2 ** 32 - 500)
    latency().recordWithTrace(5, trace(1))
    const firstMs = clock.nowMs()
    expect(exemplarsOf('echo')).toMatchObject([{ traceId: trace(1), timeMs: clock.originEpochMs + firstMs }])
    advance(INTERVAL_MS)
    latency().recordWithTrace(5, trace(2))
    expect(exemplarsOf('echo')).toMatchObject([
      { traceId: trace(2), timeMs: clock.originEpochMs + firstMs + INTERVAL_MS },
    ])
  })

  test('a rare one finds place among busy ones that renew theirs as soon as they may', () => {
    const { recorder, advance, drain, exemplarsOf } = recording({ maxSeriesPerMetric: 10_000 })
    const metric = recorder.latency('echo', { labelNames: ['n'], buckets: BUCKETS })
    const busy = Array.from({ length: EXEMPLAR_SLOTS }, (_, n) => metric.labels({ n }))
    const rare = Array.from({ length: 50 }, (_, n) => metric.labels({ n: `rare ${n}` }))
    for (let step = 0; step < 600; step++) {
      for (const handle of busy) handle.recordWithTrace(5, trace(step))
      // Each comes six times a minute, at no fixed time.
      rare[(step * 7) % 50]!.recordWithTrace(5, trace(step))
      drain()
      advance(100)
    }
    const served = rare.filter((_, n) => exemplarsOf('echo', [`rare ${n}`]).length === 1)
    expect(served.length).toBe(rare.length)
  })

  test('of more series than there are slots each comes to its turn', () => {
    const seriesCount = 4 * EXEMPLAR_SLOTS
    const { recorder, registry, lanes, clock, advance } = recording({ maxSeriesPerMetric: seriesCount })
    const metric = recorder.latency('echo', { labelNames: ['n'], buckets: BUCKETS })
    const handles = Array.from({ length: seriesCount }, (_, n) => metric.labels({ n }))
    for (let second = 0; second < 60; second++) {
      // As requests come: in no order.
      for (let count = 0; count < seriesCount; count++) {
        handles[(count * 7 + second * 131) % seriesCount]!.recordWithTrace(5, trace(count))
      }
      recorder.publish()
      lanes.drain(clock.nowMs())
      advance(INTERVAL_MS)
    }
    const served = registry
      .metric('echo')!
      .allSeries.filter(series => lanes.exemplars.of(series).length === 1)
    expect(served.length).toBe(seriesCount)
  })

  test('the larger value gets the slot when all four it may have are taken', () => {
    const { recorder, advance, writtenCount } = recording({ maxSeriesPerMetric: 10_000 })
    const metric = recorder.latency('echo', { labelNames: ['n'] })
    const handles = Array.from({ length: 8_000 }, (_, n) => metric.labels({ n }))
    for (const handle of handles) handle.recordWithTrace(1, trace(1))
    expect(writtenCount()).toBe(EXEMPLAR_SLOTS)
    for (const handle of handles) handle.recordWithTrace(0.25, trace(2))
    expect(writtenCount()).toBe(EXEMPLAR_SLOTS)
    for (const handle of handles) handle.recordWithTrace(64, trace(3))
    expect(writtenCount()).toBe(2 * EXEMPLAR_SLOTS)
    advance(INTERVAL_MS)
    for (const handle of handles) handle.recordWithTrace(0.25, trace(4))
    expect(writtenCount()).toBe(3 * EXEMPLAR_SLOTS)
  })
})
