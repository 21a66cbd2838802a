/** What a metric is registered with, and what the registration gives. Types only. */
import type { ExportHints } from '../shared/export-hints.ts'
import type { TimeUnit, Unit } from '../shared/metric.ts'
import type { LabelledMetric } from './labelled-metric.ts'

export interface MetricOptions<
  Names extends readonly string[] = readonly string[],
  MetricUnit extends Unit = Unit,
> {
  /** The unit values are recorded in. Latencies: `ms` unless given. Gauges and counters: `1`. */
  readonly unit?: MetricUnit
  /** One sentence on what is measured. */
  readonly help?: string
  /** Names of the labels that make series of this metric. Bind their values with `labels({…})`. */
  readonly labelNames?: Names
  /** Upper bounds of the histogram that exporters show, in the metric's unit. Latencies: those of `createTelemetry`'s
   *  `buckets` unless given. Gauges have none. */
  readonly buckets?: readonly number[]
  /** How exporters show it, where that is not what name, kind and unit say: for bridges from other libraries. */
  readonly exported?: ExportHints
}

export type LatencyOptions<Names extends readonly string[] = readonly string[]> = MetricOptions<
  Names,
  TimeUnit
>
export type GaugeOptions<Names extends readonly string[] = readonly string[]> = MetricOptions<Names>
export type CounterOptions<Names extends readonly string[] = readonly string[]> = MetricOptions<Names>

/** A metric without label names is its own handle; one with label names gives a handle for each set of values. */
export type MetricOf<Handle, Names extends readonly string[]> = Names extends readonly []
  ? Handle
  : LabelledMetric<Handle, Names[number]>
