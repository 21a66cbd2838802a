import { describe, expect, test } from 'vitest'
import type { DurationText } from '../../src/shared/slo/definition.ts'
import { answerQuery, snapshotMetrics } from '../../src/worker/queries.ts'
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

test('a snapshot has every series of the metrics wanted, the overflow series included, in order', () => {
  const { registry, recorder, drain } = answering()
  recorder
    .latency('http_request', { labelNames: ['route', 'method'] })
    .labels({ route: '/c', method: 'GET' })
    .record(2)
  drain()
  const all = snapshotMetrics(registry, ({ descriptor }) => descriptor.kind === 'latency')
  expect(
    all.map(({ labels, total, overflow }) => [labels['route'], labels['method'], total, overflow]),
  ).toEqual([
    ['/a', 'GET', 1, false],
    ['/a', 'PUT', 1, false],
    ['/b', 'GET', 1, false],
    ['__overflow__', '__overflow__', 1, true],
  ])
})
