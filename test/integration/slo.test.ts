/** SLOs from the recorded sample to the event on the bus, judged by the aggregator thread. */
import { describe, expect, test } from 'vitest'
import { eventsOf, eventually, liveTelemetry } from './live-telemetry.ts'

/** As many samples as this replace everything in a window, so that a metric gets better as fast as it got worse. */
const WINDOW_SAMPLES = 20
const INTERVAL_MS = 20
/** For a busy machine: a test that fails by this much has found something else. */
const SLACK_MS = 500

const SMALL_WINDOW = { windowCapacity: WINDOW_SAMPLES, sloCheckIntervalMs: INTERVAL_MS }

function fill(metric: { record(value: number): void }, value: number): void {
  for (let count = 0; count < WINDOW_SAMPLES; count++) metric.record(value)
}

function nowMs(): number {
  return performance.timeOrigin + performance.now()
}

describe('detection', () => {
  test.each([
    ['within one interval', 'interval', 100],
    ["at the next tick, however long the interval, with every: 'tick'", 'tick', 3_600_000],
  ] as const)('a violation is found %s', async (_, every, sloCheckIntervalMs) => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs })
    const echo = telemetry.latency('input_to_echo')
    telemetry.slo({ metric: 'input_to_echo', objective: 'p(95)<60ms', every })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    await telemetry.ready
    for (let index = 0; index < 90; index++) echo.record(10)
    for (let index = 0; index < 10; index++) echo.record(80)
    const recordedAtMs = nowMs()
    await eventually(() => expect(violations).toHaveLength(1))
    expect(violations[0]).toEqual({
      slo: 'input_to_echo p95<60ms',
      metric: 'input_to_echo',
      labels: {},
      percentile: 'p95',
      op: '<',
      threshold: 60,
      actual: 80,
      unit: 'ms',
      count: expect.any(Number),
      window: 'rolling',
      exact: true,
      suppressed: 0,
      timestamp: expect.any(Number),
    })
    // A check may fall between two batches: it then has the bad samples that were published by then.
    expect(violations[0]!.count).toBeGreaterThan(90)
    const tookMs = violations[0]!.timestamp - recordedAtMs
    expect(tookMs).toBeLessThan(Math.min(sloCheckIntervalMs, 100) + SLACK_MS)
  })

  test('a check judges what was recorded just before it, also while the aggregator ticks seldom', async () => {
    const sloCheckIntervalMs = 400
    const metrics = ['first', 'second', 'third']
    const telemetry = liveTelemetry({
      sloCheckIntervalMs,
      rateLimitWindowMs: 0,
      slos: [...metrics, 'beat'].map(metric => ({ metric, objective: 'p50<60ms' })),
    })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const timesOf = (wanted: string) =>
      violations.filter(({ metric }) => metric === wanted).map(({ timestamp }) => timestamp)
    // In breach from the start: tells when a check ran.
    telemetry.latency('beat').record(100)
    for (const metric of metrics) {
      const latency = telemetry.latency(metric)
      const beatCount = timesOf('beat').length
      await eventually(() => expect(timesOf('beat').length).toBeGreaterThan(beatCount))
      await new Promise(resolve => setTimeout(resolve, sloCheckIntervalMs - 40))
      latency.record(100)
      const recordedAtMs = nowMs()
      const nextBeat = () => timesOf('beat').find(timestamp => timestamp > recordedAtMs + 1)
      // Events of one check arrive one after the other.
      await eventually(() => expect([timesOf(metric)[0], nextBeat()]).not.toContain(undefined))
      expect(timesOf(metric)[0]! - nextBeat()!).toBeLessThan(sloCheckIntervalMs / 2)
    }
  })

  test('nothing is said while the objective holds, at the threshold of <= included', async () => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs: INTERVAL_MS })
    const echo = telemetry.latency('echo')
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    telemetry.slo({ metric: 'echo', objective: 'p(95)<=60ms' })
    telemetry.slo({ metric: 'echo', objective: 'max<61ms' })
    for (let index = 0; index < 100; index++) echo.record(60)
    await eventually(async () => {
      const { slos } = await telemetry.snapshot()
      expect(slos.map(({ state, actual }) => [state, actual])).toEqual([
        ['ok', 60],
        ['ok', 60],
      ])
    })
    // Checks once more, and hands over whatever is on its way.
    await telemetry.close()
    expect(violations).toEqual([])
  })

  test('without samples, or with fewer than minSamples, nothing is judged', async () => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs: INTERVAL_MS })
    const echo = telemetry.latency('echo')
    telemetry.latency('silent')
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms', minSamples: 10 })
    telemetry.slo({ metric: 'silent', objective: 'p(95)<60ms' })
    for (let index = 0; index < 9; index++) echo.record(100)
    await telemetry.flush()
    expect((await telemetry.snapshot()).slos.map(({ state }) => state)).toEqual(['no-data', 'no-data'])
    echo.record(100)
    await eventually(() => expect(violations).toMatchObject([{ metric: 'echo', count: 10 }]))
    await telemetry.close()
    expect(violations).toHaveLength(1)
  })

  test('what is recorded in the last moment before close() is still judged, and the event handed over', async () => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs: 3_600_000 })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const echo = telemetry.latency('echo')
    telemetry.slo({ metric: 'echo', objective: 'max<60ms' })
    echo.record(61)
    await telemetry.close()
    expect(violations).toMatchObject([{ percentile: 'max', actual: 61 }])
  })

  test('gauges, counters and ratios are judged too, with the unit said', async () => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs: INTERVAL_MS })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const heap = telemetry.gauge('heap', { unit: 'bytes' })
    const corrupt = telemetry.counter('corrupt')
    const errors = telemetry.counter('errors')
    const requests = telemetry.counter('requests')
    telemetry.slo({ metric: 'heap', objective: 'value<500MB' })
    telemetry.slo({ metric: 'corrupt', objective: 'count<=0' })
    telemetry.slo({ metric: 'errors', total: 'requests', objective: 'ratio<1%' })
    telemetry.slo({ metric: 'requests', percentile: 'rate', op: '>=', threshold: 1_000_000 })
    heap.set(6e8)
    corrupt.add(1)
    requests.add(100)
    errors.add(2)
    await eventually(() => expect(violations).toHaveLength(4))
    expect(violations).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ metric: 'heap', percentile: 'value', unit: 'bytes', actual: 6e8 }),
        expect.objectContaining({ metric: 'corrupt', percentile: 'count', actual: 1, window: 'total' }),
        expect.objectContaining({ metric: 'errors', percentile: 'ratio', actual: 0.02, threshold: 0.01 }),
        expect.objectContaining({ metric: 'requests', percentile: 'rate', op: '>=', window: '10s' }),
      ]),
    )
  })
})

describe('recovery', () => {
  test('the end of a violation is told once, with how long it lasted', async () => {
    const telemetry = liveTelemetry(SMALL_WINDOW)
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const recoveries = eventsOf(telemetry, 'perf.slo_recovered')
    const echo = telemetry.latency('echo')
    telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms', name: 'echo is quick' })
    fill(echo, 100)
    await eventually(() => expect(violations).toHaveLength(1))
    fill(echo, 10)
    await eventually(() => expect(recoveries).toHaveLength(1))
    const { violatedForMs, timestamp, ...event } = recoveries[0]!
    expect(event).toMatchObject({ slo: 'echo is quick', metric: 'echo', actual: 10, threshold: 60, op: '<' })
    expect(violatedForMs).toBeGreaterThan(0)
    expect(violatedForMs).toBeLessThanOrEqual(timestamp - violations[0]!.timestamp + SLACK_MS)
    expect((await telemetry.snapshot()).slos).toMatchObject([
      { name: 'echo is quick', state: 'ok', actual: 10 },
    ])
    await telemetry.close()
    expect(recoveries).toHaveLength(1)
  })
})

describe('labels', () => {
  test('a labelled metric is judged merged, by the labels given, or each series by itself', async () => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs: INTERVAL_MS })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const http = telemetry.latency('http', { labelNames: ['route'] })
    const objective = 'p(90)<60ms'
    telemetry.slo({ metric: 'http', objective, name: 'merged' })
    telemetry.slo({ metric: 'http', objective, name: 'slow only', labels: { route: '/slow' } })
    telemetry.slo({ metric: 'http', objective, name: 'fast only', labels: { route: '/fast' } })
    telemetry.slo({ metric: 'http', percentile: 'p99', threshold: 60, name: 'each', by: 'series' })
    for (let index = 0; index < 95; index++) http.labels({ route: '/fast' }).record(10)
    for (let index = 0; index < 5; index++) http.labels({ route: '/slow' }).record(100)
    await eventually(() => expect(violations).toHaveLength(2))

    // A series that comes up later is judged as well, under a limit of its own.
    http.labels({ route: '/late' }).record(200)
    await eventually(() => expect(violations).toHaveLength(3))
    await telemetry.close()
    expect(violations.map(({ slo, labels, actual }) => ({ slo, labels, actual }))).toEqual(
      expect.arrayContaining([
        { slo: 'slow only', labels: { route: '/slow' }, actual: 100 },
        { slo: 'each', labels: { route: '/slow' }, actual: 100 },
        { slo: 'each', labels: { route: '/late' }, actual: 200 },
      ]),
    )
  })
})
