/** The main job on one thread: record, and read back what the aggregator made of it. */
import { createTelemetry, type SeriesSnapshot, type Telemetry, TelemetryError } from 'offloop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeOf, eventually, liveTelemetry } from './live-telemetry.ts'

/** From 1 to `count`, in an order that is not sorted. */
function shuffledTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => ((index * 7_919) % count) + 1)
}

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
    expect(await telemetry.query('echo')).toMatchObject({ count: 1_000, min: 1, max: 1_000, p50: 500, lost: 0 })
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

describe('query', () => {
  test('an answer covers everything recorded before the question, batches not yet published included', async () => {
    const telemetry = liveTelemetry({ publishEvery: 64 })
    const echo = telemetry.latency('echo')
    await telemetry.ready
    for (let round = 1; round <= 20; round++) {
      // Past the samples that are published one by one, and not a whole number of batches.
      for (let index = 0; index < 101; index++) echo.record(round)
      expect(await telemetry.query('echo')).toMatchObject({ total: round * 101, last: round })
    }
  })

  test('percentiles are recorded values, exact over the rolling window, whatever was evicted', async () => {
    const telemetry = liveTelemetry({ windowCapacity: 200 })
    const echo = telemetry.latency('echo')
    for (let index = 0; index < 500; index++) echo.record(1e9)
    for (const value of shuffledTo(200)) echo.record(value)
    expect(await telemetry.query('echo')).toMatchObject({
      metric: 'echo',
      labels: {},
      kind: 'latency',
      unit: 'ms',
      count: 200,
      sum: 20_100,
      min: 1,
      max: 200,
      mean: 100.5,
      p50: 100,
      p90: 180,
      p95: 190,
      p99: 198,
      total: 700,
      totalSum: 500e9 + 20_100,
      invalid: 0,
      window: { capacity: 200, size: 200, evicted: 500 },
      lost: 0,
      exact: true,
      overflow: false,
    })
  })

  test('labels pick a series; without them all series are merged, by rank and not by average', async () => {
    const telemetry = liveTelemetry()
    const http = telemetry.latency('http', { labelNames: ['route', 'method'] })
    for (let value = 1; value <= 90; value++) http.labels({ route: '/a', method: 'GET' }).record(value)
    for (let value = 1_001; value <= 1_010; value++)
      http.labels({ route: '/a', method: 'PUT' }).record(value)
    http.labels({ route: '/b', method: 'GET' }).record(5)

    expect(await telemetry.query('http')).toMatchObject({ labels: {}, count: 101, p50: 50, p99: 1_009 })
    expect(await telemetry.query('http', { labels: { route: '/a' } })).toMatchObject({
      labels: { route: '/a' },
      count: 100,
      p90: 90,
      p95: 1_005,
    })
    expect(await telemetry.query('http', { labels: { route: '/a', method: 'PUT' } })).toMatchObject({
      count: 10,
      min: 1_001,
    })
    expect(await telemetry.query('http', { labels: { route: '/none' } })).toMatchObject({
      count: 0,
      p50: undefined,
    })
  })

  test('a time window answers within the error it states, beside the exact rolling window', async () => {
    const telemetry = liveTelemetry()
    const echo = telemetry.latency('echo')
    for (const value of shuffledTo(1_000)) echo.record(value)
    const answer = await telemetry.query('echo', { window: '1m' })
    const { relativeErrorMax } = answer.timeWindow!
    expect(answer).toMatchObject({ count: 1_000, exact: false, timeWindow: { requestedMs: 60_000 } })
    expect(relativeErrorMax).toBeLessThan(0.05)
    expect(Math.abs(answer.p95! - 950) / 950).toBeLessThanOrEqual(relativeErrorMax)
    expect(await telemetry.query('echo')).toMatchObject({ p95: 950, exact: true })
    expect(await telemetry.query('echo')).not.toHaveProperty('timeWindow')
  })

  test('equal questions in flight are asked once, unequal ones are not mixed up', async () => {
    const telemetry = liveTelemetry()
    const http = telemetry.latency('http', { labelNames: ['route'] })
    http.labels({ route: '/a' }).record(1)
    http.labels({ route: '/b' }).record(2)
    const questions = [
      telemetry.query('http'),
      telemetry.query('http'),
      telemetry.query('http', { labels: { route: '/a' } }),
      telemetry.query('http', { labels: { route: '/b' } }),
      telemetry.query('http', { window: '1m' }),
      telemetry.snapshot(),
      telemetry.snapshot(),
    ] as const
    const [all, allAgain, a, b, minute, whole, wholeAgain] = await Promise.all(questions)
    expect(allAgain).toBe(all)
    expect(wholeAgain).toBe(whole)
    expect([all.count, a.last, b.last, minute.exact]).toEqual([2, 1, 2, false])

    const later = await telemetry.query('http')
    expect(later, 'a later question is asked anew').not.toBe(all)
  })

  test('equal questions that fail do so for everyone who asked, and the next one is asked anew', async () => {
    const telemetry = liveTelemetry()
    const outcomes = await Promise.allSettled([telemetry.query('echo'), telemetry.query('echo')])
    expect(outcomes.map(outcome => outcome.status)).toEqual(['rejected', 'rejected'])
    telemetry.latency('echo').record(1)
    expect(await telemetry.query('echo')).toMatchObject({ count: 1 })
  })
})

describe('a question that cannot be answered', () => {
  let telemetry: Telemetry

  beforeAll(() => {
    telemetry = createTelemetry({ service: 'integration' })
    telemetry.latency('echo')
    telemetry.latency('http', { labelNames: ['route'] }).labels({ route: '/a' })
  })

  afterAll(async () => {
    await telemetry.close()
  })

  test.each([
    ['echoo', {}, 'OFFLOOP_METRIC_UNKNOWN', 'did you mean "echo"?'],
    ['something else entirely', {}, 'OFFLOOP_METRIC_UNKNOWN', 'register it first'],
    ['http', { labels: { rout: '/a' } }, 'OFFLOOP_LABEL_UNKNOWN', 'route'],
    ['echo', { labels: { route: '/a' } }, 'OFFLOOP_LABEL_UNKNOWN', 'labelNames'],
    ['http', { labels: { route: {} } }, 'OFFLOOP_LABEL_VALUE', 'http.route'],
    ['echo', { window: '1 minute' }, 'OFFLOOP_TIME_WINDOW', '30s'],
    ['echo', { window: '1s' }, 'OFFLOOP_TIME_WINDOW', '5s'],
    ['echo', { window: '2h' }, 'OFFLOOP_TIME_WINDOW', '1h'],
  ])('gets a coded error with advice: %s %j', async (name, options, code, advice) => {
    const error = await telemetry.query(name, options as never).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(TelemetryError)
    expect(codeOf(error)).toBe(code)
    expect((error as Error).message).toContain(advice)
  })

  test.each([
    ['a name that is no text', 12, {}],
    ['no name', undefined, {}],
    ['options that are null', 'echo', null],
    ['options that are a text', 'echo', '1m'],
    ['labels that are a text', 'http', { labels: '/a' }],
    ['a label value that is a bigint', 'http', { labels: { route: 1n } }],
    ['a label value that cannot be cloned', 'http', { labels: { route: () => {} } }],
    ['a window that is a number', 'echo', { window: 60_000 }],
  ])('is rejected with a coded error, and never thrown: %s', async (_, name, options) => {
    const asked = telemetry.query(name as never, options as never)
    await expect(asked).rejects.toMatchObject({ code: expect.stringMatching(/^OFFLOOP_/) })
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
    expect(whole.lanes).toMatchObject([{ recorded: 3, drained: 3, dropped: 0, pending: 0, afterClose: 0 }])
    expect(whole.lanes[0]!.heartbeatAgeMs).toBeLessThan(2_000)
    expect(Math.abs(whole.timestamp - (performance.timeOrigin + performance.now()))).toBeLessThan(1_000)
  })
})

describe('stats', () => {
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
    expect(timeless(http.stats()!)).toEqual(timeless(await telemetry.query('http', { labels: { route: '/a' } })))
  })

  test('a series that was registered and never recorded is empty, not made up', async () => {
    const telemetry = liveTelemetry()
    const echo = telemetry.latency('echo')
    await telemetry.flush()
    expect(echo.stats()?.count ?? 0).toBe(0)
    expect(await telemetry.query('echo')).toMatchObject({ count: 0, min: undefined, p99: undefined, last: undefined })
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
    expect(await telemetry.query('level')).toMatchObject({ kind: 'gauge', unit: 'ratio', last: -0.25, count: 2 })
    expect(await telemetry.query('level', { labels: { pool: 'a' } })).toMatchObject({ last: 0.5 })
  })
})
