/** The main job on one thread: record from the first line on, measure, and see everything in a snapshot. */
import { describe, expect, test } from 'vitest'
import { eventually, liveTelemetry } from './live-telemetry.ts'
import { shuffledTo } from './shuffled.ts'

describe('start', () => {
  test('createTelemetry is synchronous: what is recorded before the aggregator is up is kept', async () => {
    const telemetry = liveTelemetry()
    const echo = telemetry.latency('echo')
    for (const value of shuffledTo(1_000)) echo.record(value)
    telemetry.counter('hits').add(3)
    telemetry.gauge('level').set(7)
    expect(telemetry.status.aggregator).toBe('booting')

    await telemetry.ready
    expect(telemetry.status.aggregator).toBe('running')
    expect(await telemetry.query('echo')).toMatchObject({
      count: 1_000,
      min: 1,
      max: 1_000,
      p50: 500,
      lost: 0,
    })
    expect(await telemetry.query('hits')).toMatchObject({ total: 3 })
    expect(await telemetry.query('level')).toMatchObject({ last: 7 })
  })

  test('ready is one promise, and may be awaited before, after and many times', async () => {
    const telemetry = liveTelemetry()
    expect(telemetry.ready).toBe(telemetry.ready)
    await Promise.all([telemetry.ready, telemetry.ready])
    await telemetry.ready
  })

  test('a metric registered again is the same handle, also by its labels', () => {
    const telemetry = liveTelemetry()
    expect(telemetry.latency('echo', { unit: 'ms' })).toBe(telemetry.latency('echo'))
    const http = telemetry.latency('http', { labelNames: ['route', 'method'] })
    const again = telemetry.latency('http', { labelNames: ['route', 'method'] })
    expect(http.labels({ route: '/a', method: 'GET' })).toBe(again.labels({ method: 'GET', route: '/a' }))
    expect(http.labels({ route: '/a', method: 'GET' })).not.toBe(http.labels({ route: '/a', method: 'PUT' }))
  })
})

describe('snapshot', () => {
  test('it has every series, the lane, the SLOs and what the pipeline measures of itself', async () => {
    const telemetry = liveTelemetry()
    const http = telemetry.latency('http', { labelNames: ['route'] })
    http.labels({ route: '/a' }).record(1)
    http.labels({ route: '/b' }).record(2)
    telemetry.gauge('heap', { unit: 'bytes' }).set(1e8)
    telemetry.counter('hits').add(2)
    telemetry.slo({ metric: 'http', objective: 'p(95)<60ms' })
    const whole = await eventually(async () => {
      const snapshot = await telemetry.snapshot()
      expect(snapshot.slos).toHaveLength(1)
      expect(snapshot.self.find(({ metric }) => metric === 'offloop_tick_lag')?.count).toBeGreaterThan(0)
      return snapshot
    })
    expect(whole).toMatchObject({ service: 'integration', lost: 0, busDropped: 0 })
    expect(whole.series.map(({ metric, labels, total }) => [metric, labels, total])).toEqual([
      ['http', { route: '/a' }, 1],
      ['http', { route: '/b' }, 1],
      ['heap', {}, 1],
      ['hits', {}, 2],
    ])
    expect(whole.slos[0]).toMatchObject({ metric: 'http', objective: 'p95<60ms', threshold: 60 })
    expect(whole.self.every(({ metric }) => metric.startsWith('offloop_'))).toBe(true)
    expect(whole.lanes).toMatchObject([{ recorded: 3, drained: 3, dropped: 0, pending: 0 }])
    expect(whole.lanes[0]!.silentMs).toBeLessThan(2_000)
    expect(Math.abs(whole.timestamp - (performance.timeOrigin + performance.now()))).toBeLessThan(1_000)
  })
})

describe('measuring', () => {
  test('marks, time and timeAsync record what passed, in the unit of the metric, also when the work fails', async () => {
    const telemetry = liveTelemetry()
    const work = telemetry.latency('work', { unit: 's' })
    const mark = work.markStart()
    await new Promise(resolve => setTimeout(resolve, 20))
    work.markEnd(mark)
    telemetry.markEnd(telemetry.markStart(work))
    expect(work.time(() => 'result')).toBe('result')
    expect(await work.timeAsync(async () => 'later')).toBe('later')
    expect(() =>
      work.time(() => {
        throw new Error('broken')
      }),
    ).toThrow('broken')
    await expect(work.timeAsync(() => Promise.reject(new Error('rejected')))).rejects.toThrow('rejected')
    const answer = await telemetry.query('work')
    expect(answer).toMatchObject({ count: 6, invalid: 0 })
    expect(answer.min).toBeGreaterThanOrEqual(0)
    expect(answer.max).toBeGreaterThanOrEqual(0.019)
    expect(answer.max).toBeLessThan(5)
  })

  test('the latest of a gauge is its value, over its series too', async () => {
    const telemetry = liveTelemetry()
    const level = telemetry.gauge('level', { unit: 'ratio', labelNames: ['pool'] })
    level.labels({ pool: 'a' }).set(0.5)
    await telemetry.flush()
    level.labels({ pool: 'b' }).set(-0.25)
    await telemetry.flush()
    expect(await telemetry.query('level')).toMatchObject({
      kind: 'gauge',
      unit: 'ratio',
      last: -0.25,
      count: 2,
    })
    expect(await telemetry.query('level', { labels: { pool: 'a' } })).toMatchObject({ last: 0.5 })
  })
})
