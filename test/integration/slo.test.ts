/** SLOs from the recorded sample to the event on the bus, judged by the aggregator thread. */
import { createTelemetry, type Telemetry, TelemetryError } from 'offloop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeOf, eventsOf, eventually, liveTelemetry, loggedTelemetry, thrownBy } from './live-telemetry.ts'

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

describe('rate limit', () => {
  test('a violation that goes on is said once in the window; what was held back is counted in the next', async () => {
    const rateLimitWindowMs = 250
    const telemetry = liveTelemetry({ sloCheckIntervalMs: INTERVAL_MS, rateLimitWindowMs })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const echo = telemetry.latency('echo')
    telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' })
    echo.record(100)
    await eventually(() => expect(violations.length).toBeGreaterThanOrEqual(3))
    const [first, second, third] = violations
    expect(first!.suppressed).toBe(0)
    for (const [earlier, later] of [
      [first!, second!],
      [second!, third!],
    ] as const) {
      expect(later.suppressed).toBeGreaterThan(0)
      expect(later.suppressed).toBeLessThanOrEqual(Math.ceil((later.timestamp - earlier.timestamp) / INTERVAL_MS))
      // Timestamps are taken after the moment that is compared.
      expect(later.timestamp - earlier.timestamp).toBeGreaterThanOrEqual(rateLimitWindowMs - 5)
    }
  })

  test('metrics in breach at the same time all emit, each percentile with a limit of its own', async () => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs: INTERVAL_MS })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const names = ['a', 'b', 'c', 'd']
    for (const name of names) {
      telemetry.latency(name).record(100)
      telemetry.slo({ metric: name, objective: 'p(95)<60ms' })
      telemetry.slo({ metric: name, objective: 'p(50)<60ms' })
    }
    await eventually(() => expect(violations).toHaveLength(8))
    expect(violations.map(({ metric, percentile }) => `${metric} ${percentile}`).sort()).toEqual(
      names.flatMap(name => [`${name} p50`, `${name} p95`]),
    )

    // One that comes later is not held back by those that came before, and holds none of them back.
    telemetry.latency('late').record(100)
    telemetry.slo({ metric: 'late', objective: 'p(95)<60ms' })
    await eventually(() => expect(violations).toHaveLength(9))
    expect(violations[8]).toMatchObject({ metric: 'late', suppressed: 0 })
    await telemetry.close()
    expect(violations).toHaveLength(9)
  })

  test("rateLimitScope: 'metric' lets one event of a metric out, whichever percentile is in breach", async () => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs: INTERVAL_MS, rateLimitScope: 'metric' })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    for (const name of ['a', 'b']) {
      telemetry.latency(name).record(100)
      telemetry.slo({ metric: name, objective: 'p(95)<60ms' })
      telemetry.slo({ metric: name, objective: 'p(50)<60ms' })
    }
    await eventually(async () => {
      const { slos } = await telemetry.snapshot()
      expect(slos.map(({ state }) => state)).toEqual(Array(4).fill('violated'))
    })
    await telemetry.close()
    expect(violations.map(({ metric }) => metric).sort()).toEqual(['a', 'b'])
  })

  test('a metric that swings around its threshold fires, is held back, and fires again after the window', async () => {
    const rateLimitWindowMs = 400
    const telemetry = liveTelemetry({ ...SMALL_WINDOW, rateLimitWindowMs })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const recoveries = eventsOf(telemetry, 'perf.slo_recovered')
    const echo = telemetry.latency('echo')
    telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' })
    const becomes = (state: string) =>
      eventually(async () => expect((await telemetry.snapshot()).slos).toMatchObject([{ state }]))

    let swings = 0
    const startMs = nowMs()
    while (violations.length < 2) {
      fill(echo, 100)
      await becomes('violated')
      fill(echo, 10)
      await becomes('ok')
      swings += 1
      expect(nowMs() - startMs).toBeLessThan(rateLimitWindowMs * 10)
    }
    expect(swings).toBeGreaterThanOrEqual(2)
    expect(violations[0]!.suppressed).toBe(0)
    expect(violations[1]!.suppressed).toBeGreaterThan(0)
    expect(violations[1]!.timestamp - violations[0]!.timestamp).toBeGreaterThanOrEqual(rateLimitWindowMs - 5)
    await telemetry.close()
    // Only the end of a violation that was told is news.
    expect(recoveries).toHaveLength(violations.length)
  })

  test('registering the metric again resets its limit, and that of no other', async () => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs: INTERVAL_MS })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    for (const name of ['echo', 'render']) {
      telemetry.latency(name).record(100)
      telemetry.slo({ metric: name, objective: 'p(95)<60ms' })
    }
    await eventually(() => expect(violations).toHaveLength(2))
    telemetry.latency('echo')
    await eventually(() => expect(violations).toHaveLength(3))
    expect(violations[2]).toMatchObject({ metric: 'echo' })
    await telemetry.close()
    expect(violations).toHaveLength(3)
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
    expect((await telemetry.snapshot()).slos).toMatchObject([{ name: 'echo is quick', state: 'ok', actual: 10 }])
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
    expect(violations.map(({ slo, labels, actual, count }) => ({ slo, labels, actual, count }))).toEqual(
      expect.arrayContaining([
        { slo: 'slow only', labels: { route: '/slow' }, actual: 100, count: 5 },
        { slo: 'each', labels: { route: '/slow' }, actual: 100, count: 5 },
        { slo: 'each', labels: { route: '/late' }, actual: 200, count: 1 },
      ]),
    )
  })
})

describe('a bad definition is refused by slo() where it is given', () => {
  let telemetry: Telemetry

  beforeAll(() => {
    telemetry = createTelemetry({ service: 'integration' })
    telemetry.latency('input_to_echo')
    telemetry.latency('echo')
    telemetry.counter('hits')
  })

  afterAll(async () => {
    await telemetry.close()
  })

  test('on an unknown metric it is OFFLOOP_SLO_METRIC, with the name that was meant', () => {
    const error = thrownBy(() => telemetry.slo({ metric: 'input_to_eco', objective: 'p(95)<60ms' }))
    expect(error).toBeInstanceOf(TelemetryError)
    expect(codeOf(error)).toBe('OFFLOOP_SLO_METRIC')
    expect((error as Error).message).toContain('did you mean "input_to_echo"?')
  })

  test.each([
    [{ metric: 'echo', objective: 'p(95)<60 parsecs' }, 'OFFLOOP_OBJECTIVE', /slo\.objective, column 10[\s\S]*\n {11}\^ here/],
    [{ metric: 'echo', objective: 'p(95)' }, 'OFFLOOP_OBJECTIVE', /column 6/],
    [{ metric: 'echo', objective: 'p(95)<60MB' }, 'OFFLOOP_OBJECTIVE', /slo\.objective/],
    [{ metric: 'echo', percentile: 'p95' }, 'OFFLOOP_SLO_DEFINITION', /slo\.threshold/],
    [{ metric: 'echo', objective: 'p95<60', lables: {} }, 'OFFLOOP_SLO_DEFINITION', /slo\.lables/],
    [{ metric: 'echo', objective: 'p95<60', labels: { route: '/a' } }, 'OFFLOOP_SLO_DEFINITION', /slo\.labels\.route/],
    [{ metric: 'hits', objective: 'p95<60' }, 'OFFLOOP_SLO_DEFINITION', /rate, value, sum, count/],
    [{ metric: 'hits', objective: 'ratio<1%', total: 'nothing' }, 'OFFLOOP_SLO_METRIC', /nothing/],
  ])('the message points at the place: %j', (definition, code, place) => {
    const error = thrownBy(() => telemetry.slo(definition as never))
    expect(codeOf(error)).toBe(code)
    expect((error as Error).message).toMatch(place)
  })
})

describe('definitions', () => {
  test('a second SLO of the same name is refused, by slo() and among the slos option', () => {
    const slo = { metric: 'echo', objective: 'p(95)<60ms' }
    const telemetry = liveTelemetry({ slos: [slo] })
    telemetry.latency('echo')
    expect(codeOf(thrownBy(() => telemetry.slo(slo)))).toBe('OFFLOOP_SLO_DEFINITION')

    const error = thrownBy(() => liveTelemetry({ slos: [slo, { ...slo, objective: 'p95 < 60 ms' }] }))
    expect(codeOf(error)).toBe('OFFLOOP_SLO_DEFINITION')
    expect((error as Error).message).toContain('slos[1]')
  })

  test('the slos option takes SLOs of metrics that are registered later, on whichever thread', async () => {
    const telemetry = liveTelemetry({
      sloCheckIntervalMs: INTERVAL_MS,
      slos: [{ metric: 'later', objective: 'p(95)<60ms' }],
    })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    expect((await telemetry.snapshot()).slos).toMatchObject([{ metric: 'later', state: 'no-data' }])
    // In seconds: the threshold follows the metric's unit.
    telemetry.latency('later', { unit: 's' }).record(0.1)
    await eventually(() => expect(violations).toMatchObject([{ metric: 'later', actual: 0.1, unit: 's' }]))
    expect(violations[0]!.threshold).toBeCloseTo(0.06, 12)
  })

  test('an SLO of the slos option that does not fit the metric that comes is logged, and the others are judged', async () => {
    const { telemetry, lines } = loggedTelemetry({
      sloCheckIntervalMs: INTERVAL_MS,
      slos: [
        { metric: 'echo', objective: 'p(95)<60MB' },
        { metric: 'echo', objective: 'p(95)<60ms' },
      ],
    })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    telemetry.latency('echo').record(100)
    await eventually(() => expect(violations).toHaveLength(1))
    await eventually(() => expect(lines.join()).toMatch(/echo p95<60MB could not be judged.*OFFLOOP_OBJECTIVE.*slos\[0\]/))
  })

  test('a removed SLO is judged no more', async () => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs: INTERVAL_MS })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const echo = telemetry.latency('echo')
    const remove = telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' })
    remove()
    remove()
    echo.record(100)
    await eventually(async () => expect((await telemetry.snapshot()).slos).toEqual([]))
    await telemetry.close()
    expect(violations).toEqual([])
  })

  test('an SLO that is removed and given again at once is judged', async () => {
    const { telemetry, lines } = loggedTelemetry({ sloCheckIntervalMs: INTERVAL_MS })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const echo = telemetry.latency('echo')
    const slo = { metric: 'echo', objective: 'p(95)<60ms' }
    telemetry.slo(slo)()
    telemetry.slo(slo)
    echo.record(100)
    await eventually(() => expect(violations).toHaveLength(1))
    expect((await telemetry.snapshot()).slos).toHaveLength(1)
    expect(lines).toEqual([])
  })
})
