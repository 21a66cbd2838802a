/** The limit of series: whoever puts user ids into a label gets one overflow series, and exact totals still. */
import { expect, test } from 'vitest'
import { eventsOf, eventually, loggedTelemetry } from './live-telemetry.ts'
import { ToldThread } from './told-thread.ts'

const SERIES_MAX = 10
const USER_COUNT = 50

test('beyond the limit samples go to one overflow series, counted, and that is said once', async () => {
  const { telemetry, lines } = loggedTelemetry({ maxSeriesPerMetric: SERIES_MAX })
  const overflows = eventsOf(telemetry, 'perf.series_overflow')
  await telemetry.flush()
  const http = telemetry.latency('http', { labelNames: ['user', 'route'] })
  const hits = telemetry.counter('hits', { labelNames: ['user'] })
  for (let round = 0; round < 3; round++) {
    for (let user = 0; user < USER_COUNT; user++) {
      http.labels({ user, route: '/a' }).record(user)
      hits.labels({ user }).add(2)
    }
    await telemetry.flush()
  }

  const { series } = await telemetry.snapshot()
  for (const metric of ['http', 'hits'])
    expect(series.filter(one => one.metric === metric)).toHaveLength(SERIES_MAX + 1)
  expect(series.filter(({ overflow }) => overflow)).toMatchObject([
    {
      metric: 'http',
      labels: { user: '__overflow__', route: '__overflow__' },
      total: (USER_COUNT - SERIES_MAX) * 3,
      min: SERIES_MAX,
    },
    { metric: 'hits', labels: { user: '__overflow__' }, total: (USER_COUNT - SERIES_MAX) * 3 * 2 },
  ])
  expect(await telemetry.query('http')).toMatchObject({
    total: USER_COUNT * 3,
    max: USER_COUNT - 1,
    overflow: false,
  })
  expect(await telemetry.query('http', { labels: { user: 3 } })).toMatchObject({ total: 3, last: 3 })
  expect(http.labels({ user: 3, route: '/a' }).stats()).toMatchObject({ total: 3, overflow: false })
  expect(http.labels({ user: 40, route: '/a' })).toBe(http.labels({ user: 41, route: '/b' }))
  expect(http.labels({ user: 40, route: '/a' }).stats()).toMatchObject({
    overflow: true,
    total: (USER_COUNT - SERIES_MAX) * 3,
  })

  await telemetry.close()
  expect(overflows.map(({ metric, seriesMax }) => [metric, seriesMax])).toEqual([
    ['http', SERIES_MAX],
    ['hits', SERIES_MAX],
  ])
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain('http has reached its limit of 10 series')
  expect(lines[0]).toContain('maxSeriesPerMetric')
})

test('a metric that has just as many series as it may has not overflowed', async () => {
  const { telemetry, lines } = loggedTelemetry({ maxSeriesPerMetric: SERIES_MAX })
  const http = telemetry.latency('http', { labelNames: ['user'] })
  for (let user = 0; user < SERIES_MAX; user++) http.labels({ user }).record(user)
  await telemetry.close()
  expect(lines).toEqual([])
})

test('threads that pass the limit only together overflow together, and their totals stay exact', async () => {
  const { telemetry, lines } = loggedTelemetry({ maxSeriesPerMetric: SERIES_MAX })
  const overflows = eventsOf(telemetry, 'perf.series_overflow')
  await telemetry.flush()
  const threads = Array.from({ length: 3 }, () => new ToldThread(telemetry.share()))
  await Promise.all(
    threads.map((thread, threadIndex) =>
      thread.run(async ({ telemetry }, threadIndex) => {
        const http = telemetry.latency('http', { labelNames: ['user'] })
        // Five of its own, which is within the limit, and five that all threads have.
        for (let user = 0; user < 5; user++) {
          http.labels({ user: `${threadIndex}-${user}` }).record(1)
          http.labels({ user: `shared-${user}` }).record(1)
        }
        await telemetry.flush()
      }, threadIndex),
    ),
  )
  expect(await telemetry.query('http')).toMatchObject({ total: 30, totalSum: 30, lost: 0 })
  const { series } = await telemetry.snapshot()
  const overflow = series.filter(({ overflow }) => overflow)
  expect(series).toHaveLength(SERIES_MAX + 1)
  expect(overflow).toHaveLength(1)
  const within = series.filter(({ overflow }) => !overflow).reduce((sum, { total }) => sum + total, 0)
  expect(overflow[0]!.total).toBe(30 - within)
  await telemetry.close()
  expect(overflows).toHaveLength(1)
  expect(lines).toHaveLength(1)
})

test('a handle that belongs to the overflow series for the sake of other threads says so in its statistics', async () => {
  const { telemetry } = loggedTelemetry({ maxSeriesPerMetric: SERIES_MAX })
  const http = telemetry.latency('http', { labelNames: ['user'] })
  for (let user = 0; user < SERIES_MAX; user++) http.labels({ user }).record(1)
  await telemetry.flush()
  const thread = new ToldThread(telemetry.share())
  const stats = await thread.run(async ({ telemetry }) => {
    const users = telemetry.latency('http', { labelNames: ['user'] })
    const [first, second] = [users.labels({ user: 'first' }), users.labels({ user: 'second' })]
    first.record(1)
    second.record(1)
    await telemetry.flush()
    return [first.stats(), second.stats()]
  })
  await eventually(async () => expect(await telemetry.query('http')).toMatchObject({ total: SERIES_MAX + 2 }))
  // Both read the one overflow series, and it must not pass for their own.
  expect(stats).toMatchObject([
    { total: 2, overflow: true },
    { total: 2, overflow: true },
  ])
})
