/** stats(): what the aggregator last published, read from shared memory, and no different from what query() says. */
import type { SeriesSnapshot } from 'offloop'
import { expect, test } from 'vitest'
import { eventually, liveTelemetry } from './live-telemetry.ts'
import { shuffledTo } from './shuffled.ts'

/** All but the moment it was taken. */
function timeless({ timestamp, rate, ...rest }: SeriesSnapshot): Omit<SeriesSnapshot, 'timestamp' | 'rate'> {
  expect(timestamp).toBeGreaterThan(0)
  expect(rate).toBeGreaterThanOrEqual(0)
  return rest
}

test('stats() has nothing before the first publication, and never waits', () => {
  const telemetry = liveTelemetry()
  const echo = telemetry.latency('echo')
  echo.record(1)
  expect(echo.stats()).toBeUndefined()
})

test('after flush() stats() says the same as query(): latency, gauge and counter, invalid values included', async () => {
  const telemetry = liveTelemetry({ windowCapacity: 100 })
  const echo = telemetry.latency('echo', { unit: 'us' })
  const heap = telemetry.gauge('heap', { unit: 'bytes' })
  const hits = telemetry.counter('hits')
  const http = telemetry.latency('http', { labelNames: ['route'] }).labels({ route: '/a' })
  for (const value of shuffledTo(250)) echo.record(value)
  heap.set(-5)
  heap.set(Number.NaN)
  hits.add(41)
  hits.add(1.5)
  http.record(3)
  expect(await telemetry.flush()).toEqual({ ok: true, lost: 0, timedOut: false })

  expect(timeless(echo.stats()!)).toEqual(timeless(await telemetry.query('echo')))
  expect(timeless(heap.stats()!)).toEqual(timeless(await telemetry.query('heap')))
  expect(timeless(hits.stats()!)).toEqual(timeless(await telemetry.query('hits')))
  expect(timeless(http.stats()!)).toEqual(
    timeless(await telemetry.query('http', { labels: { route: '/a' } })),
  )
})

test('a series that was registered and never recorded is empty, not made up', async () => {
  const telemetry = liveTelemetry()
  const echo = telemetry.latency('echo')
  await telemetry.flush()
  expect(echo.stats()?.count ?? 0).toBe(0)
  expect(await telemetry.query('echo')).toMatchObject({
    count: 0,
    min: undefined,
    p99: undefined,
    last: undefined,
  })
})

test('stats() catch up by themselves while nobody asks', async () => {
  const telemetry = liveTelemetry()
  const echo = telemetry.latency('echo')
  echo.record(4)
  await eventually(() => expect(echo.stats()).toMatchObject({ count: 1, last: 4 }))
  echo.record(6)
  await eventually(() => expect(echo.stats()).toMatchObject({ count: 2, last: 6 }))
})

test('thousands of series outgrow directory and board, and every one keeps its own figures', async () => {
  const seriesCount = 3_000
  const telemetry = liveTelemetry({ maxSeriesPerMetric: 5_000 })
  const hits = telemetry.counter('hits', { labelNames: ['user'] })
  const echo = telemetry.latency('echo', { labelNames: ['user'] })
  const handles = Array.from({ length: seriesCount }, (_, user) => ({
    user,
    hits: hits.labels({ user }),
    echo: echo.labels({ user }),
  }))
  for (const handle of handles) {
    handle.hits.add(handle.user)
    handle.echo.record(handle.user)
  }
  await telemetry.flush()
  // Cells that were bound before the memory grew are still the ones that are read.
  for (const handle of handles) handle.hits.add(1)
  await telemetry.flush()
  const wrong = handles.filter(
    handle => handle.hits.stats()?.total !== handle.user + 1 || handle.echo.stats()?.last !== handle.user,
  )
  expect(wrong.map(({ user }) => user)).toEqual([])
  expect(await telemetry.query('hits')).toMatchObject({ total: (seriesCount * (seriesCount + 1)) / 2 })
})
