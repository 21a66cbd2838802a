import { expect, test } from 'vitest'
import { describeMetric, type MetricDescriptor } from '../../../src/shared/metric.ts'
import { resolveSLO } from '../../../src/shared/slo/definition-check.ts'
import { fitToMetric } from '../../../src/shared/slo/metric-fit.ts'

const latency = describeMetric('latency', 'http_request', { unit: 's', labelNames: ['route', 'method'] })
const errors = describeMetric('counter', 'errors', { labelNames: ['route'] })
const requests = describeMetric('counter', 'requests', { labelNames: ['route', 'status'] })
const plainRequests = describeMetric('counter', 'plain_requests')
const heap = describeMetric('gauge', 'heap', { unit: 'bytes' })

test.each<[object, MetricDescriptor, MetricDescriptor | undefined, { threshold: number; unit: string }]>([
  [{ objective: 'p95<60ms' }, latency, undefined, { threshold: 0.06, unit: 's' }],
  [{ percentile: 'p95', threshold: 60 }, latency, undefined, { threshold: 60, unit: 's' }],
  [{ objective: 'rate>50/s', labels: { route: '/a' } }, latency, undefined, { threshold: 50, unit: 'hz' }],
  [{ objective: 'count<50' }, errors, undefined, { threshold: 50, unit: '1' }],
  [{ objective: 'value<1MB' }, heap, undefined, { threshold: 1e6, unit: 'bytes' }],
  [
    { objective: 'ratio<1%', total: 'requests', by: 'series' },
    errors,
    requests,
    { threshold: 0.01, unit: 'ratio' },
  ],
])('%j is judged in the unit of its statistic', (input, metric, total, expected) => {
  expect(fitToMetric(resolveSLO({ metric: metric.name, ...input }), metric, total)).toEqual(expected)
})

test.each<[string, object, MetricDescriptor, MetricDescriptor | undefined, string]>([
  [
    'a label the metric does not have',
    { objective: 'p95<1s', labels: { rout: '/a' } },
    latency,
    undefined,
    'slo.labels.rout',
  ],
  [
    'a label on a metric without labels',
    { objective: 'value<1', labels: { a: 'b' } },
    heap,
    undefined,
    'slo.labels.a',
  ],
  ['a percentile of a counter', { objective: 'p95<5' }, errors, undefined, 'slo.objective'],
  ['a ratio of a gauge', { objective: 'ratio<1%', total: 'requests' }, heap, requests, 'slo.metric'],
  ['a ratio by a latency', { objective: 'ratio<1%', total: 'http_request' }, errors, latency, 'slo.total'],
  [
    'a ratio by series whose total lacks the labels',
    { objective: 'ratio<1%', total: 'plain_requests', by: 'series' },
    errors,
    plainRequests,
    'slo.total',
  ],
  [
    'a ratio of some series whose total lacks the label',
    { objective: 'ratio<1%', total: 'plain_requests', labels: { route: '/a' } },
    errors,
    plainRequests,
    'slo.total',
  ],
])('%s is refused at its path', (_, input, metric, total, at) => {
  const slo = resolveSLO({ metric: metric.name, ...input })
  expect(() => fitToMetric(slo, metric, total)).toThrow(
    expect.objectContaining({ code: 'OFFLOOP_SLO_DEFINITION', details: expect.objectContaining({ at }) }),
  )
})

test('a threshold in a unit of something else is refused as an objective', () => {
  const slo = resolveSLO({ metric: 'heap', objective: 'value<60ms' })
  expect(() => fitToMetric(slo, heap, undefined)).toThrow(
    expect.objectContaining({ code: 'OFFLOOP_OBJECTIVE' }),
  )
})
