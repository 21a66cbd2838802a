/** The rate limit of violations: held back, counted, and let out again, each metric and percentile by itself. */
import { expect, test } from 'vitest'
import { eventsOf, eventually, liveTelemetry } from './live-telemetry.ts'

/** As many samples as this replace everything in a window, so that a metric gets better as fast as it got worse. */
const WINDOW_SAMPLES = 20
const INTERVAL_MS = 20

function fill(metric: { record(value: number): void }, value: number): void {
  for (let count = 0; count < WINDOW_SAMPLES; count++) metric.record(value)
}

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
    expect(later.suppressed).toBeLessThanOrEqual(
      Math.ceil((later.timestamp - earlier.timestamp) / INTERVAL_MS),
    )
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
  const telemetry = liveTelemetry({
    windowCapacity: WINDOW_SAMPLES,
    sloCheckIntervalMs: INTERVAL_MS,
    rateLimitWindowMs,
  })
  const violations = eventsOf(telemetry, 'perf.slo_violation')
  const recoveries = eventsOf(telemetry, 'perf.slo_recovered')
  const echo = telemetry.latency('echo')
  telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' })
  const becomes = (state: string) =>
    eventually(async () => expect((await telemetry.snapshot()).slos).toMatchObject([{ state }]))

  let swings = 0
  const startMs = performance.now()
  while (violations.length < 2) {
    fill(echo, 100)
    await becomes('violated')
    fill(echo, 10)
    await becomes('ok')
    swings += 1
    expect(performance.now() - startMs).toBeLessThan(rateLimitWindowMs * 10)
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
