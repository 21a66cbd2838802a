/** What was written against prom-client's types compiles against ours: one program, compiled with both. Never run. */
import type * as promClient from 'prom-client'
import * as ours from '../../src/prom-client/index.ts'

type Theirs = typeof promClient
type Ours = typeof ours

/** Everything that prom-client has at run time, under its names, can be put in its place. Its types also name an enum
 *  MetricType, which does not exist. */
type AtRunTime = Omit<Theirs, 'MetricType'>
export const replaced: { readonly [Name in keyof AtRunTime]: unknown } = ours

/** A program that is given its client. `C` is each of both. */
interface Client {
  readonly Counter: Theirs['Counter'] | Ours['Counter']
}
export const both: readonly Client[] = [ours]

// Functions and constants, wholly.
export const functions: Pick<
  Theirs,
  | 'linearBuckets'
  | 'exponentialBuckets'
  | 'validateMetricName'
  | 'contentType'
  | 'prometheusContentType'
  | 'openMetricsContentType'
> = ours

// Metrics: what is made by one is used as the other.
const counter: promClient.Counter<'method' | 'code'> = new ours.Counter({
  name: 'hits_total',
  help: 'Hits',
  labelNames: ['method', 'code'],
})
const gauge: promClient.Gauge<'method'> = new ours.Gauge({
  name: 'level',
  help: 'Level',
  labelNames: ['method'],
  async collect() {
    this.set({ method: 'GET' }, 1)
    await this.get()
  },
})
const histogram: promClient.Histogram<'method'> = new ours.Histogram({
  name: 'size',
  help: 'Size',
  labelNames: ['method'],
  buckets: ours.linearBuckets(0, 1, 3),
})
const summary: promClient.Summary<'method'> = new ours.Summary({
  name: 'wait',
  help: 'Wait',
  labelNames: ['method'],
  percentiles: [0.5],
  maxAgeSeconds: 600,
  ageBuckets: 5,
  pruneAgedBuckets: true,
  compressCount: 1,
})
export const metrics: readonly promClient.Metric<string>[] = [] as ours.Metric<string>[]

counter.inc()
counter.inc(2)
counter.inc({ method: 'GET', code: 200 })
counter.inc({ method: 'GET' }, 2)
counter.inc({ value: 1, labels: { method: 'GET' }, exemplarLabels: { method: 'GET' } })
counter.labels('GET', '200').inc()
counter.labels({ method: 'GET' }).inc(3)
counter.remove('GET', '200')
counter.remove({ method: 'GET' })
gauge.set(1)
gauge.set({ method: 'GET' }, 1)
gauge.inc({ method: 'GET' })
gauge.dec()
gauge.setToCurrentTime({ method: 'GET' })
export const seconds: number = gauge.startTimer({ method: 'GET' })({ method: 'PUT' })
gauge.labels('GET').setToCurrentTime()
histogram.observe({ method: 'GET' }, 1)
histogram.observe(1)
histogram.observe({ value: 1, exemplarLabels: {} })
histogram.zero({ method: 'GET' })
export const observed: number = histogram.startTimer({}, {})({}, {})
histogram.labels({ method: 'GET' }).startTimer()
export const metricName: Promise<string | undefined> = histogram
  .get()
  .then(({ values }) => values[0]?.metricName)
summary.observe({ method: 'GET' }, 1)
summary.labels('GET').observe(1)

// @ts-expect-error: no such label
new ours.Counter({ name: 'a', help: 'a', labelNames: ['method'] as const }).inc({ methods: 1 })
// @ts-expect-error: no such label
new ours.Histogram({ name: 'b', help: 'b', labelNames: ['method'] as const }).observe({ methods: 1 }, 1)
// @ts-expect-error: help is mandatory
new ours.Gauge({ name: 'c' })

// Types that programs name.
export const bound: ours.Counter.Internal = counter.labels('GET', '200')
export const boundGauge: ours.Gauge.Internal<'method'> = gauge.labels('GET')
export const boundSummary: promClient.Summary.Internal<'method'> = new ours.Summary({
  name: 'd',
  help: 'd',
  labelNames: ['method'] as const,
}).labels('GET')
export const configuration: ours.CounterConfiguration<'a'> = {
  name: 'e',
  help: 'e',
  labelNames: ['a'],
} satisfies promClient.CounterConfiguration<'a'>
export const histogramConfiguration: ours.HistogramConfiguration<'a'> = {
  name: 'f',
  help: 'f',
  aggregator: 'max',
} satisfies promClient.HistogramConfiguration<'a'>
export const aggregator: ours.Aggregator = 'sum' as promClient.Aggregator
export const collector: promClient.Collector = (() => {}) as ours.Collector

// Registries.
const registry = new ours.Registry()
export const text: Promise<string> = registry.metrics()
export const asTheirs: Pick<
  promClient.Registry,
  | 'metrics'
  | 'clear'
  | 'resetMetrics'
  | 'removeSingleMetric'
  | 'getSingleMetricAsString'
  | 'setDefaultLabels'
  | 'contentType'
  | 'setContentType'
> = registry
registry.registerMetric(new ours.Counter({ name: 'g', help: 'g', registers: [] }))
export const found: ours.Counter<'method'> | undefined = registry.getSingleMetric(
  'g',
) as ours.Counter<'method'>
export const merged: ours.Registry = ours.Registry.merge([registry, ours.register])
const openMetrics = new ours.Registry<ours.OpenMetricsContentType>()
openMetrics.setContentType(ours.Registry.OPENMETRICS_CONTENT_TYPE)
new ours.Counter({ name: 'h', help: 'h', registers: [openMetrics, registry] })
ours.collectDefaultMetrics()
ours.collectDefaultMetrics({
  register: registry,
  prefix: 'a_',
  gcDurationBuckets: [1],
  eventLoopMonitoringPrecision: 20,
  labels: { a: 1 },
})
export const names: string[] = ours.collectDefaultMetrics.metricsList
export const cluster: ours.AggregatorRegistry<ours.PrometheusContentType> = new ours.AggregatorRegistry()
export const clusterText: Promise<string> = cluster.clusterMetrics()
export const aggregated: ours.Registry<ours.PrometheusContentType> = ours.AggregatorRegistry.aggregate([])
ours.AggregatorRegistry.setRegistries([registry])
export const gateway: promClient.Pushgateway<promClient.PrometheusContentType> =
  new ours.Pushgateway<ours.PrometheusContentType>('http://127.0.0.1:9091', { timeout: 1 }, registry)
