/** The publish option: it takes every event, and however it fails, that is counted and harms nothing. */
import type { Publish, SLOViolationEvent, Topic } from 'offloop'
import { expect, test } from 'vitest'
import { eventsOf, eventually, liveTelemetry, loggedTelemetry } from './live-telemetry.ts'

const INTERVAL_MS = 20

/** Violated as soon as `echo` has a sample. */
const VIOLATING = { sloCheckIntervalMs: INTERVAL_MS, slos: [{ metric: 'echo', objective: 'p(95)<60ms' }] }

/** One that fails in a way of its own for each metric. */
const failing: Publish = (_, payload) => {
  const { metric } = payload as SLOViolationEvent
  if (metric === 'throws') throw new Error('thrown')
  if (metric === 'rejects') return Promise.reject(new Error('rejected'))
  if (metric === 'hangs') return new Promise(() => {})
  return metric === 'answers' ? Promise.resolve() : undefined
}

test('it takes every event of every topic, beside the listeners', async () => {
  const published: [Topic, unknown][] = []
  const telemetry = liveTelemetry({
    ...VIOLATING,
    log: false,
    windowCapacity: 1,
    maxSeriesPerMetric: 1,
    publish: (topic, payload) => {
      published.push([topic, payload])
    },
  })
  const violations = eventsOf(telemetry, 'perf.slo_violation')
  const echo = telemetry.latency('echo')
  echo.record(100)
  await eventually(() => expect(violations).toHaveLength(1))
  echo.record(1)
  const http = telemetry.latency('http', { labelNames: ['route'] })
  http.labels({ route: '/a' })
  http.labels({ route: '/b' })
  await eventually(() => expect(published).toHaveLength(3))
  expect(published.map(([topic]) => topic).sort()).toEqual([
    'perf.series_overflow',
    'perf.slo_recovered',
    'perf.slo_violation',
  ])
  expect(published[0]).toEqual(['perf.slo_violation', violations[0]])
})

test('one that throws, rejects or hangs is counted and told, stops nothing, and holds close() up no longer than its bound', async () => {
  const names = ['throws', 'rejects', 'hangs', 'answers', 'is_silent']
  const slos = names.map(metric => ({ metric, objective: 'p(95)<60ms' }))
  const { telemetry, lines } = loggedTelemetry({ sloCheckIntervalMs: INTERVAL_MS, slos, publish: failing })
  const violations = eventsOf(telemetry, 'perf.slo_violation')
  for (const { metric } of slos) telemetry.latency(metric).record(100)
  await eventually(() => expect(violations).toHaveLength(names.length))
  await eventually(() => expect(telemetry.status).toMatchObject({ publishFailures: 2, publishTimeouts: 0 }))
  expect(telemetry.status).toMatchObject({ aggregator: 'running', listenerErrors: 0 })
  expect(lines[0]).toMatch(/publishing perf\.slo_violation failed: (thrown|rejected)/)

  // Failing does not end it: the next event is tried again.
  telemetry.latency('throws')
  await eventually(() => expect(telemetry.status.publishFailures).toBe(3))

  const startMs = performance.now()
  expect(await telemetry.close()).toEqual({ ok: true, lost: 0, timedOut: false })
  expect(performance.now() - startMs).toBeLessThan(2_000)
  expect(telemetry.status).toMatchObject({ publishFailures: 3, publishTimeouts: 1 })
})
