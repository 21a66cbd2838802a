/** query(): current, exact, asked once, and coded errors for what cannot be answered. */
import { createTelemetry, type Telemetry, TelemetryError } from 'offloop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeOf, liveTelemetry } from './live-telemetry.ts'
import { shuffledTo } from './shuffled.ts'

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
    for (let value = 1_001; value <= 1_010; value++) http.labels({ route: '/a', method: 'PUT' }).record(value)
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
