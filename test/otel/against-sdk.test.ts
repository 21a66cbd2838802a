/** The same calls of OpenTelemetry's API give what the official SDK makes of them: sums, counts, buckets, by attributes. */
import { type Attributes, type Meter, ValueType } from '@opentelemetry/api'
import {
  AggregationTemporality,
  type Histogram as HistogramValue,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
  MeterProvider as SdkMeterProvider,
} from '@opentelemetry/sdk-metrics'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MeterProvider } from '../../src/otel/index.ts'
import type { ReceivedPoint } from '../exporters/otlp/receiver.ts'
import { attributesKey, startBridge } from './bridge.ts'

type Call = (value: number, attributes?: Attributes) => void

/** Instruments of every kind, made alike of either meter. */
function instrumentsOf(meter: Meter): Record<string, Call> {
  const counter = meter.createCounter('requests', { unit: '{request}', description: 'Requests' })
  const whole = meter.createCounter('whole.numbers', { valueType: ValueType.INT })
  const active = meter.createUpDownCounter('active')
  const sizes = meter.createHistogram('sizes', { unit: 'By' })
  const wait = meter.createHistogram('wait', {
    unit: 's',
    advice: { explicitBucketBoundaries: [0.1, 0.5, 1, 5] },
  })
  const slow = meter.createHistogram('slow-wait', { unit: 'ms' })
  const single = meter.createHistogram('single', { unit: 'ms', advice: { explicitBucketBoundaries: [] } })
  const unsorted = meter.createHistogram('unsorted', {
    advice: { explicitBucketBoundaries: [10, Number.POSITIVE_INFINITY, 1, -5] },
  })
  const level = meter.createGauge('level', { unit: 'Cel' })
  return {
    requests: (...given) => counter.add(...given),
    'whole.numbers': (...given) => whole.add(...given),
    active: (...given) => active.add(...given),
    sizes: (...given) => sizes.record(...given),
    wait: (...given) => wait.record(...given),
    'slow-wait': (...given) => slow.record(...given),
    single: (...given) => single.record(...given),
    unsorted: (...given) => unsorted.record(...given),
    level: (...given) => level.record(...given),
  }
}

const attributes: fc.Arbitrary<Attributes | undefined> = fc.option(
  fc.dictionary(
    fc.constantFrom('route', 'http.request.method', 'k8s/pod-name', 'ключ', '__proto_', '1st'),
    fc.oneof(
      fc.constantFrom('/a', '/b', 'GET', 'ünïcode', '1', 'true', ' '),
      fc.constantFrom(1, 200, -0.5, 1e21),
      fc.boolean(),
      fc.constantFrom<string[] | number[]>(['a', 'b'], [1, 2], []),
    ),
    { maxKeys: 3, noNullPrototype: true },
  ),
  { nil: undefined, freq: 5 },
)
const value = fc.oneof(
  fc.integer({ min: -20, max: 20_000 }),
  fc.double({ min: -10, max: 12_000, noNaN: true }),
  fc.constantFrom(0, -0, 5, 10, 0.1, 1, 10_000, 2 ** 40),
)
const names = Object.keys(instrumentsOf(new SdkMeterProvider().getMeter('names')))
const calls = fc.array(fc.tuple(fc.constantFrom(...names), value, attributes), {
  maxLength: 150,
  size: 'max',
})

test('sums, counts, buckets and last values by attributes are the SDK’s, whatever is called', {
  timeout: 60_000,
}, async () => {
  const { telemetry, collect } = await startBridge({}, { maxSeriesPerMetric: 100_000 })
  let run = 0
  let pointsCompared = 0
  await fc.assert(
    fc.asyncProperty(calls, async sequence => {
      const scope = { name: `run-${++run}`, version: '1.0.0' }
      const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
      const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
      const sdk = new SdkMeterProvider({ readers: [reader] })
      const theirs = instrumentsOf(sdk.getMeter(scope.name, scope.version))
      const ours = instrumentsOf(new MeterProvider(telemetry).getMeter(scope.name, scope.version))
      for (const [name, number, given] of sequence) {
        theirs[name]!(number, given)
        ours[name]!(number, given)
      }
      await reader.forceFlush()
      const metrics = (await collect()).filter(metric => metric.scope.name === scope.name)
      expect(metrics.every(metric => metric.scope.version === scope.version)).toBe(true)
      const received = new Map<string, ReceivedPoint>()
      for (const { name, points } of metrics) {
        for (const point of points) {
          if (point.asDouble !== 0) received.set(`${name} ${attributesKey(point.attributes)}`, point)
        }
      }
      const expected = new Map<string, unknown>()
      for (const { descriptor, dataPoints } of exporter.getMetrics().at(-1)?.scopeMetrics[0]?.metrics ?? []) {
        const { name, unit, description } = descriptor
        for (const point of dataPoints) {
          // A sum of zero need not be there: adding nothing leaves no trace.
          if (point.value !== 0) expected.set(`${name} ${attributesKey(point.attributes)}`, point.value)
        }
        const ours = metrics.filter(metric => metric.name === name)
        for (const metric of ours) expect(metric).toMatchObject({ unit, description })
      }
      expect([...received.keys()].sort()).toEqual([...expected.keys()].sort())
      for (const [key, value] of expected) expectAlike(received.get(key)!, value)
      pointsCompared += expected.size
      await sdk.shutdown()
    }),
    { numRuns: 25, endOnFailure: true },
  )
  expect(pointsCompared).toBeGreaterThan(500)
})

function expectAlike(ours: ReceivedPoint, theirs: unknown): void {
  if (typeof theirs === 'number') {
    expectClose(ours.asDouble!, theirs)
    return
  }
  const { count, sum, buckets } = theirs as HistogramValue
  expect(ours.count).toBe(count)
  expectClose(ours.sum!, sum!)
  expect(ours.explicitBounds).toEqual(buckets.boundaries)
  expect(ours.bucketCounts).toEqual(buckets.counts)
}

/** Sums of ours are compensated, theirs are not. */
function expectClose(ours: number, theirs: number): void {
  expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(theirs)))
}
