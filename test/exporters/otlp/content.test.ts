/** What is sent as OTLP is what was recorded: decoded by OpenTelemetry's own code. */

import { ValueType } from '@opentelemetry/api'
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics'
import { describe, expect, onTestFinished, test } from 'vitest'
import { start } from '../../../src/exporters/otlp/main.ts'
import type { OtlpOptions } from '../../../src/exporters/otlp/options.ts'
import { createClock } from '../../../src/shared/clock.ts'
import type { MetricDefinition } from '../../../src/shared/metric.ts'
import { MetricRegistry } from '../../../src/shared/statistics/registry.ts'
import { hostForTest } from '../../support/extension-host.ts'
import { startReceiver } from './receiver.ts'

async function pushed(
  definitions: readonly MetricDefinition[],
  samples: readonly (readonly [name: string, value: number, labels?: Record<string, string>])[],
  options: OtlpOptions = {},
  registry?: MetricRegistry,
) {
  const receiver = await startReceiver()
  const { host, registry: used } = hostForTest(registry === undefined ? {} : { registry })
  for (const definition of definitions) used.register(definition)
  for (const [name, value, labels] of samples) used.record(name, value, labels)
  const extension = await start(host, { url: receiver.url, intervalMs: 3_600_000, ...options })
  onTestFinished(() => extension.close())
  await extension.push!()
  return { receiver, host }
}

test('a latency in milliseconds is a histogram in seconds: count, sum and buckets', async () => {
  const { receiver, host } = await pushed(
    [{ kind: 'latency', name: 'http.wait', unit: 'ms', help: 'Waiting', labelNames: ['route'] }],
    [3, 5, 5.1, 700, 20_000].map(value => ['http.wait', value, { route: '/a' }] as const),
  )
  const metric = receiver.metric('http.wait')
  expect(metric).toMatchObject({
    type: 'histogram',
    unit: 's',
    description: 'Waiting',
    aggregationTemporality: 2,
    scope: { name: 'offloop', version: '0.0.0' },
  })
  const [point] = metric.points
  expect(point!.attributes).toEqual({ route: '/a' })
  expect(point!.count).toBe(5)
  expect(point!.sum).toBeCloseTo(20.7131, 12)
  expect(point!.explicitBounds).toEqual([
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
  ])
  expect(point!.bucketCounts).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1])
  expect(Number(point!.startTimeUnixNano) / 1e6).toBeCloseTo(host.resource.startTimeMs, 0)
  expect(Number(point!.timeUnixNano)).toBeGreaterThan(Number(point!.startTimeUnixNano))
})

test('the same exponential: scale 5, count, extremes, and quantiles within 2.2 %', async () => {
  const values = Array.from({ length: 1_000 }, (_, index) => 0.7 * 1.01 ** index)
  const { receiver } = await pushed(
    [
      { kind: 'latency', name: 'wait', unit: 'ms' },
      { kind: 'gauge', name: 'level', exported: { instrument: 'histogram', unit: 'By' } },
    ],
    [
      ...values.map(value => ['wait', value] as const),
      ...[-3, 0, 0, 2, 2, 1e-30].map(value => ['level', value] as const),
    ],
    { histograms: 'exponential' },
  )
  const [point] = receiver.metric('wait').points
  expect(receiver.metric('wait')).toMatchObject({
    type: 'exponentialHistogram',
    unit: 's',
    aggregationTemporality: 2,
  })
  expect(point).toMatchObject({ count: 1_000, scale: 5, zeroCount: 0, min: 0.0007 })
  expect(point!.max).toBeCloseTo(values.at(-1)! / 1_000, 9)
  const counts = point!.positive!.bucketCounts!
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_000)
  // What a receiver makes of it: the middle of the bucket in which the rank lies.
  const base = 2 ** (2 ** -5)
  for (const rank of [1, 100, 500, 990]) {
    let seen = 0
    const position = counts.findIndex(count => {
      seen += count
      return seen >= rank
    })
    const estimate = (base ** (point!.positive!.offset! + position) * 2 * base) / (1 + base)
    expect(Math.abs(estimate / (values[rank - 1]! / 1_000) - 1)).toBeLessThan(0.022)
  }
  // In its own unit it is bucket for bucket what OpenTelemetry's mapping says: (base^i, base^(i+1)].
  const [level] = receiver.metric('level').points
  expect(level).toMatchObject({ count: 6, zeroCount: 3, min: -3, max: 2, sum: 1 })
  expect(level!.positive).toEqual({ offset: 31, bucketCounts: [2] })
  expect(level!.negative).toEqual({ offset: 50, bucketCounts: [1] })
})

test('counters are monotonic sums since the start, gauges their last value', async () => {
  const { receiver } = await pushed(
    [
      { kind: 'counter', name: 'bytes.sent', unit: 'bytes' },
      { kind: 'gauge', name: 'cpu', unit: 'percent' },
      { kind: 'gauge', name: 'never.set' },
    ],
    [
      ['bytes.sent', 10],
      ['bytes.sent', 0.5],
      ['cpu', 40],
      ['cpu', 25],
    ],
  )
  expect(receiver.metric('bytes.sent')).toMatchObject({
    type: 'sum',
    unit: 'By',
    isMonotonic: true,
    aggregationTemporality: 2,
    points: [{ asDouble: 10.5, attributes: {} }],
  })
  expect(receiver.metric('cpu')).toMatchObject({ type: 'gauge', unit: '1', points: [{ asDouble: 0.25 }] })
  expect(receiver.metrics().map(({ name }) => name)).not.toContain('never.set')
})

test('what goes by one exported name is one metric: key sets beside each other, what is negative taken off', async () => {
  const scope = { name: 'lib', version: '1.2.3' }
  const updown = { name: 'queue.length', instrument: 'updown', unit: '{jobs}', scope } as const
  const { receiver } = await pushed(
    [
      { kind: 'counter', name: 'q1', labelNames: ['a'], exported: updown },
      { kind: 'counter', name: 'q2', labelNames: ['a'], exported: { ...updown, isNegative: true } },
      {
        kind: 'counter',
        name: 'q3',
        labelNames: ['a_b', 'n'],
        exported: { ...updown, labelNames: ['a/b', 'n'], labelTypes: ['string', 'json'] },
      },
      { kind: 'counter', name: 'q4', exported: { ...updown, name: 'queue.other' } },
    ],
    [
      ['q1', 5, { a: 'x' }],
      ['q2', 7, { a: 'x' }],
      ['q1', 1, { a: 'y' }],
      ['q3', 3, { a_b: 'z', n: '[1,"two"]' }],
      ['q3', 4, { a_b: '', n: '200' }],
      ['q4', 1],
    ],
  )
  const metric = receiver.metric('queue.length')
  expect(metric).toMatchObject({ type: 'sum', unit: '{jobs}', scope })
  expect(metric.isMonotonic ?? false).toBe(false)
  expect(metric.points.map(({ attributes, asDouble }) => [attributes, asDouble])).toEqual([
    [{ a: 'x' }, -2],
    [{ a: 'y' }, 1],
    [{ 'a/b': 'z', n: [1, 'two'] }, 3],
    [{ n: 200 }, 4],
  ])
  expect(receiver.requests[0]!.metrics.filter(({ name }) => name === 'queue.length')).toHaveLength(1)
})

test('a sum that is set, such as bytes in use, is what was set last; key sets of it are added', async () => {
  const updown = { name: 'memory.usage', instrument: 'updown' } as const
  const gauge = { kind: 'gauge', unit: 'bytes', exported: updown } as const
  const { receiver } = await pushed(
    [
      { ...gauge, name: 'm1' },
      { ...gauge, name: 'm2' },
    ],
    [
      ['m1', 5e8],
      ['m1', 1e9],
      ['m2', 7],
    ],
  )
  const metric = receiver.metric('memory.usage')
  expect(metric).toMatchObject({ type: 'sum', unit: 'By', points: [{ asDouble: 1e9 + 7 }] })
})

test('of gauges of one name and equal attributes the one that was set last is sent', async () => {
  const clock = createClock()
  const registry = new MetricRegistry({ clock })
  const exported = { name: 'level' }
  const first = registry.register({ kind: 'gauge', name: 'l1', exported }).series([])
  const second = registry.register({ kind: 'gauge', name: 'l2', exported }).series([])
  second.record(2, 10)
  first.record(1, 20)
  const { receiver } = await pushed([], [], {}, registry)
  expect(receiver.metric('level').points).toMatchObject([{ asDouble: 1 }])
})

test('times are converted into the unit of time that instrumentation gave', async () => {
  const { receiver } = await pushed(
    [
      {
        kind: 'latency',
        name: 'x',
        unit: 'ms',
        buckets: [100, 1_000],
        exported: { name: 'wait', unit: 's' },
      },
    ],
    [['x', 500]],
  )
  expect(receiver.metric('wait')).toMatchObject({
    unit: 's',
    points: [{ sum: 0.5, explicitBounds: [0.1, 1], bucketCounts: [0, 1, 0] }],
  })
})

test('series beyond the limit are one, by the attribute that OpenTelemetry has for it', async () => {
  const registry = new MetricRegistry({ maxSeriesPerMetric: 2 })
  const exported = { name: 'hits' }
  const { receiver } = await pushed(
    [
      { kind: 'counter', name: 'h1', labelNames: ['a'], exported },
      { kind: 'counter', name: 'h2', labelNames: ['b'], exported },
    ],
    [1, 2, 3, 4].flatMap(value => [
      ['h1', value, { a: `${value}` }] as const,
      ['h2', value, { b: `${value}` }] as const,
    ]),
    {},
    registry,
  )
  const { points } = receiver.metric('hits')
  expect(points.filter(({ attributes }) => attributes['otel.metric.overflow'] === true)).toMatchObject([
    { asDouble: 14 },
  ])
  expect(points).toHaveLength(5)
})

test.each(['explicit', 'exponential'] as const)(
  'histograms of equal attributes are added: %s',
  async histograms => {
    const registry = new MetricRegistry({ maxSeriesPerMetric: 1 })
    const kind = {
      kind: 'latency',
      unit: 's',
      exported: { name: 'wait', unit: 's' },
      buckets: [1, 10],
    } as const
    const { receiver } = await pushed(
      [
        { ...kind, name: 'w1', labelNames: ['a'] },
        { ...kind, name: 'w2', labelNames: ['b'] },
      ],
      [
        ['w1', 4, { a: '1' }],
        ['w1', 2, { a: '2' }],
        ['w1', 2, { a: '3' }],
        ['w2', 5, { b: '1' }],
        ['w2', 64, { b: '2' }],
        ['w2', 0, { b: '3' }],
      ],
      { histograms },
      registry,
    )
    const { points } = receiver.metric('wait')
    expect(points).toHaveLength(3)
    const overflow = points.find(({ attributes }) => attributes['otel.metric.overflow'] === true)
    expect(overflow).toMatchObject(
      histograms === 'explicit'
        ? { count: 4, sum: 68, bucketCounts: [1, 2, 1] }
        : { count: 4, sum: 68, min: 0, max: 64, zeroCount: 1, positive: { offset: 31 } },
    )
    const counts = overflow!.positive?.bucketCounts ?? []
    // 2 lies in (1.96, 2], 64 five octaves above it.
    if (histograms === 'exponential')
      expect([counts[0], counts.at(-1), counts.length]).toEqual([2, 1, 5 * 32 + 1])
  },
)

test('a unit that instrumentation gave is kept, with its values and bounds', async () => {
  const { receiver } = await pushed(
    [
      {
        kind: 'latency',
        name: 'x',
        unit: 'ms',
        buckets: [1, 10],
        exported: { name: 'rpc.duration', unit: 'ms' },
      },
    ],
    [['x', 5]],
  )
  expect(receiver.metric('rpc.duration')).toMatchObject({
    unit: 'ms',
    points: [{ sum: 5, explicitBounds: [1, 10], bucketCounts: [0, 1, 0] }],
  })
})

test('a histogram or summary without bounds has count and sum', async () => {
  const { receiver } = await pushed(
    [{ kind: 'gauge', name: 'sizes', exported: { instrument: 'summary', unit: 'By' } }],
    [
      ['sizes', 5],
      ['sizes', 6],
    ],
  )
  expect(receiver.metric('sizes').points).toMatchObject([
    { count: 2, sum: 11, bucketCounts: [2], explicitBounds: [] },
  ])
})

test('many series go in several requests, each with the same time, and nothing twice', async () => {
  const { receiver } = await pushed(
    [{ kind: 'counter', name: 'hits', labelNames: ['n'] }],
    Array.from({ length: 777 }, (_, index) => ['hits', index, { n: `${index}` }] as const),
    { maxDataPointsPerRequest: 100 },
  )
  // The pipeline's own metrics come last.
  expect(receiver.requests.length).toBe(8)
  const points = receiver
    .metrics()
    .filter(({ name }) => name === 'hits')
    .flatMap(metric => metric.points)
  expect(points.map(({ asDouble }) => asDouble)).toEqual(Array.from({ length: 777 }, (_, index) => index))
  expect(new Set(points.map(({ timeUnixNano }) => timeUnixNano)).size).toBe(1)
})

describe('the resource', () => {
  test('says who is measured; the environment and options add to it, and the options win', async () => {
    process.env['OTEL_RESOURCE_ATTRIBUTES'] =
      'deployment.environment.name=staging,team=a%2Cb,service.name=no,broken,bad=%'
    process.env['OTEL_SERVICE_NAME'] = 'from-environment'
    onTestFinished(() => {
      delete process.env['OTEL_RESOURCE_ATTRIBUTES']
      delete process.env['OTEL_SERVICE_NAME']
    })
    const { receiver } = await pushed([{ kind: 'counter', name: 'hits' }], [], {
      resource: { team: 'us', shard: 3, canary: true },
    })
    const { resource } = receiver.requests[0]!
    expect(resource).toMatchObject({
      'service.name': 'from-environment',
      'service.instance.id': '00000000-0000-4000-8000-000000000000',
      'process.pid': process.pid,
      'deployment.environment.name': 'staging',
      'telemetry.sdk.name': 'offloop',
      team: 'us',
      shard: 3,
      canary: true,
    })
    expect(resource).not.toHaveProperty('bad')
  })

  test('is named by the telemetry without it', async () => {
    const { receiver } = await pushed([{ kind: 'counter', name: 'hits' }], [])
    expect(receiver.requests[0]!.resource).toMatchObject({ 'service.name': 'test' })
  })
})

test('gzip and headers go along', async () => {
  const { receiver } = await pushed([{ kind: 'counter', name: 'hits' }], [['hits', 1]], {
    compression: 'gzip',
    headers: { authorization: 'Bearer secret' },
  })
  const [request] = receiver.requests
  expect(request!.headers).toMatchObject({
    'content-encoding': 'gzip',
    authorization: 'Bearer secret',
    'content-type': 'application/x-protobuf',
  })
  expect(receiver.metric('hits').points).toMatchObject([{ asDouble: 1 }])
})

test('the numbers that stand for the SDK’s enumerations are theirs', () => {
  expect([ValueType.DOUBLE, AggregationTemporality.CUMULATIVE]).toEqual([1, 1])
  const { HISTOGRAM, EXPONENTIAL_HISTOGRAM, GAUGE, SUM } = DataPointType
  expect([HISTOGRAM, EXPONENTIAL_HISTOGRAM, GAUGE, SUM]).toEqual([0, 1, 2, 3])
})
