/** What metrics are made with and what they say, as prom-client's types have it. Types only. */
import type { Counter } from './counter.ts'
import type { Gauge } from './gauge.ts'
import type { Histogram } from './histogram.ts'
import type { OpenMetricsContentType, PrometheusContentType, Registry } from './registry.ts'
import type { Summary } from './summary.ts'

/** Any metric. */
export type Metric<T extends string = string> = Counter<T> | Gauge<T> | Summary<T> | Histogram<T>

/** How values of several processes become one. */
export type Aggregator = 'omit' | 'sum' | 'first' | 'min' | 'max' | 'average'

export type Collector = () => void

/** Runs before the metric is read; `this` is the metric. */
type CollectFunction<T> = (this: T) => void | Promise<void>

export type LabelValues<T extends string> = Partial<Record<T, string | number>>

export interface MetricConfiguration<T extends string> {
  name: string
  help: string
  labelNames?: T[] | readonly T[]
  registers?: (Registry<PrometheusContentType> | Registry<OpenMetricsContentType>)[] | undefined
  aggregator?: Aggregator
  // biome-ignore lint/suspicious/noExplicitAny: each kind of metric says what `this` is
  collect?: CollectFunction<any>
  enableExemplars?: boolean
}

export interface CounterConfiguration<T extends string> extends MetricConfiguration<T> {
  collect?: CollectFunction<Counter<T>>
}

export interface GaugeConfiguration<T extends string> extends MetricConfiguration<T> {
  collect?: CollectFunction<Gauge<T>>
}

export interface HistogramConfiguration<T extends string> extends MetricConfiguration<T> {
  /** Upper bounds, without the infinite one: at most 200. */
  buckets?: number[]
  collect?: CollectFunction<Histogram<T>>
}

export interface SummaryConfiguration<T extends string> extends MetricConfiguration<T> {
  percentiles?: number[]
  /** Taken and not heeded: percentiles are exact, of the latest 10,000 samples. */
  maxAgeSeconds?: number
  /** Taken and not heeded. */
  ageBuckets?: number
  /** Leaves out label values without a sample. */
  pruneAgedBuckets?: boolean
  /** Taken and not heeded. */
  compressCount?: number
  collect?: CollectFunction<Summary<T>>
}

export interface IncreaseDataWithExemplar<T extends string> {
  value?: number
  labels?: LabelValues<T>
  exemplarLabels?: LabelValues<T>
}

export interface ObserveDataWithExemplar<T extends string> {
  value: number
  labels?: LabelValues<T>
  exemplarLabels?: LabelValues<T>
}

export interface MetricValue<T extends string> {
  value: number
  labels: LabelValues<T>
}

export type MetricValueWithName<T extends string> = MetricValue<T> & { metricName?: string }

export interface MetricObjectWithValues<T extends MetricValue<string>> {
  name: string
  help: string
  /** `counter`, `gauge`, `histogram` or `summary`. prom-client's types call it a number, which it is not. */
  // biome-ignore lint/suspicious/noExplicitAny: fits what was written against either
  type: any
  aggregator: Aggregator
  // biome-ignore lint/suspicious/noExplicitAny: each kind of metric says what `this` is
  collect: CollectFunction<any>
  values: T[]
}
