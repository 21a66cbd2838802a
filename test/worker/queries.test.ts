import { describe, expect, test } from 'vitest'
import type { DurationText } from '../../src/shared/slo/definition.ts'
import { RELATIVE_ERROR_MAX } from '../../src/shared/statistics/bucket-index.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { answerQuery, snapshotMetrics } from '../../src/worker/queries.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { createRecording } from '../support/recording.ts'

function answering() {
  const recording = createRecording({ maxSeriesPerMetric: 3 })
  const { recorder, registry, clock, drain } = recording
  const http = recorder.latency('http_request', { labelNames: ['route', 'method'] })
  http.labels({ route: '/a', method: 'GET' }).record(1)
  http.labels({ route: '/a', method: 'PUT' }).record(3)
  http.labels({ route: '/b', method: 'GET' }).record(8)
  recorder.counter('hits').add(5)
  recorder.gauge('empty')
  drain()
  clock.advance(1_500)
  return { ...recording, ask: (name: string, options = {}) => answerQuery(registry, name, options) }
}

describe('a query', () => {
  test('without labels merges all series of the metric, exactly', () => {
    expect(answering().ask('http_request')).toMatchObject({
      metric: 'http_request',
      labels: {},
      kind: 'latency',
      unit: 'ms',
      count: 3,
      sum: 12,
      min: 1,
      max: 8,
      mean: 4,
      p50: 3,
      p99: 8,
      total: 3,
      exact: true,
      timestamp: 1_700_000_001_500,
    })
  })

  test.each<[Record<string, string>, number]>([
    [{ route: '/a' }, 4],
    [{ method: 'GET' }, 9],
    [{ route: '/b', method: 'GET' }, 8],
    [{ method: 'PUT', route: '/a' }, 3],
  ])('with labels %o merges those that have them, and shows them', (labels, sum) => {
    expect(answering().ask('http_request', { labels })).toMatchObject({ labels, sum })
  })

  test('for label values that no series has answers with nothing, not with an error', () => {
    const answer = answering().ask('http_request', { labels: { route: '/never' } })
    expect(answer).toMatchObject({
      metric: 'http_request',
      labels: { route: '/never' },
      count: 0,
      total: 0,
      min: undefined,
      p95: undefined,
    })
  })

  test('of a metric without samples has its description, and no values', () => {
    expect(answering().ask('empty')).toMatchObject({
      kind: 'gauge',
      unit: '1',
      count: 0,
      last: undefined,
      mean: undefined,
      rate: 0,
    })
  })

  test('of a counter has its value', () => {
    expect(answering().ask('hits')).toMatchObject({ kind: 'counter', total: 5, last: 5, p95: undefined })
  })

  test('over a time window says what it covers', () => {
    const { ask, clock } = answering()
    clock.advance(10_000)
    expect(ask('http_request', { window: '1m' })).toMatchObject({
      count: 3,
      exact: false,
      timeWindow: { requestedMs: 60_000 },
    })
    expect(ask('http_request')).not.toHaveProperty('timeWindow')
  })
})

describe('a query since the start', () => {
  test('has percentiles of all samples, those included that no window and no slice holds any more', () => {
    const { recorder, registry, clock, drain } = createRecording({ windowCapacity: 10 })
    const latency = recorder.latency('echo', { labelNames: ['n'] })
    const values: number[] = []
    for (let index = 0; index < 2_000; index++) {
      // Two hours of values over six decades, in no order.
      const value = 1.007 ** ((index * 7_919) % 2_000)
      values.push(value)
      latency.labels({ n: index % 3 }).record(value)
      drain()
      clock.advance(3_600)
    }
    values.sort((a, b) => a - b)
    const answer = answerQuery(registry, 'echo', { window: 'start' })
    expect(answer).toMatchObject({ count: 2_000, min: values[0], max: values[1_999], exact: false })
    for (const [name, q] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const) {
      const exact = values[Math.ceil(q * 2_000) - 1]!
      expect(Math.abs(answer[name]! - exact) / exact).toBeLessThanOrEqual(RELATIVE_ERROR_MAX)
    }
    expect(answer.timeWindow).toEqual({
      requestedMs: 7_200_000,
      coveredMs: 7_200_000,
      relativeErrorMax: RELATIVE_ERROR_MAX,
    })
    expect(answer.rate).toBeCloseTo(1_000 / 3_600)
  })

  test('of a counter has its value, and the increase per second since its start', () => {
    const { ask, clock } = answering()
    clock.advance(3_600_000)
    const answer = ask('hits', { window: 'start' })
    expect(answer).toMatchObject({ count: 5, sum: 5, total: 5, exact: true, p50: undefined })
    expect(answer.rate).toBeCloseTo(5 / 3_601.5)
  })

  test('of a metric without samples covers nothing', () => {
    expect(answering().ask('empty', { window: 'start' })).toMatchObject({
      count: 0,
      p50: undefined,
      timeWindow: { requestedMs: 0, coveredMs: 0 },
    })
  })
})

describe('a query that cannot be answered', () => {
  test.each([
    ['http_requests', 'did you mean "http_request"?'],
    ['HTTP_REQUEST', 'did you mean "http_request"?'],
    ['hit', 'did you mean "hits"?'],
    ['something_else_altogether', 'register it first, on any thread'],
  ])('for the unknown metric %s gives advice', (name, advice) => {
    expect(() => answering().ask(name)).toThrow(
      expect.objectContaining({ code: 'OFFLOOP_METRIC_UNKNOWN', message: expect.stringContaining(advice) }),
    )
  })

  test.each(['__proto__', 'constructor', 'toString', '', undefined, null, 5, {}])(
    'for the name %s is refused with a code',
    name => {
      expect(() => answering().ask(name as string)).toThrow(
        expect.objectContaining({ code: 'OFFLOOP_METRIC_UNKNOWN' }),
      )
    },
  )

  test.each<[unknown, string, string]>([
    [{ rout: '/a' }, 'OFFLOOP_LABEL_UNKNOWN', 'use only route, method'],
    [{ route: null }, 'OFFLOOP_LABEL_VALUE', 'http_request.route'],
    ['/a', 'OFFLOOP_LABEL_MISSING', 'as an object'],
  ])('with labels %j', (labels, code, message) => {
    expect(() => answering().ask('http_request', { labels })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    )
  })

  test.each(['1x', '', '0s', '2h', '-1s', 60_000, null])('over the time window %s', window => {
    expect(() => answering().ask('http_request', { window: window as DurationText })).toThrow(
      expect.objectContaining({ code: 'OFFLOOP_TIME_WINDOW' }),
    )
  })
})

test('a snapshot has every series, the overflow series included, in order, the own ones apart', () => {
  const { registry, recorder, drain } = answering()
  recorder
    .latency('http_request', { labelNames: ['route', 'method'] })
    .labels({ route: '/c', method: 'GET' })
    .record(2)
  drain()
  registry.register({ kind: 'counter', name: 'offloop_own' }).series([])
  const { series, self } = snapshotMetrics(registry)
  expect(
    series
      .filter(({ kind }) => kind === 'latency')
      .map(({ labels, total, overflow }) => [labels['route'], labels['method'], total, overflow]),
  ).toEqual([
    ['/a', 'GET', 1, false],
    ['/a', 'PUT', 1, false],
    ['/b', 'GET', 1, false],
    ['__overflow__', '__overflow__', 1, true],
  ])
  expect(series.map(({ metric }) => metric)).not.toContain('offloop_own')
  expect(self.map(({ metric }) => metric)).toEqual(['offloop_own'])
})

test('a snapshot has every metric as it was registered, without series, too, and the buckets of its histogram', () => {
  const clock = new ManualClock()
  const registry = new MetricRegistry({ clock, bucketsSeconds: [0.01, 0.06] })
  registry.register({ kind: 'latency', name: 'echo', unit: 'ms', help: 'Key press to echo' })
  registry.register({ kind: 'latency', name: 'startup', unit: 's', buckets: [1, 2] })
  registry.register({ kind: 'counter', name: 'hits', labelNames: ['route'] })
  registry.register({ kind: 'counter', name: 'offloop_own' })
  expect(snapshotMetrics(registry).metrics).toEqual([
    {
      kind: 'latency',
      name: 'echo',
      unit: 'ms',
      help: 'Key press to echo',
      labelNames: [],
      buckets: [10, 60],
    },
    { kind: 'latency', name: 'startup', unit: 's', help: '', labelNames: [], buckets: [1, 2] },
    { kind: 'counter', name: 'hits', unit: '1', help: '', labelNames: ['route'] },
    { kind: 'counter', name: 'offloop_own', unit: '1', help: '', labelNames: [] },
  ])
})
