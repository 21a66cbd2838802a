/** An extension of the aggregator: a module of its own that the aggregator thread loads when it is asked for. Whatever
 *  serves or sends what others scrape and receive is one. Types, and a name. */
import type { Labels, MetricDefinition, MetricDescriptor } from '../metric.ts'
import type { SLODefinition } from '../slo/definition.ts'
import type { SloStatus, TelemetrySnapshot } from '../snapshot.ts'
import type { ExponentialHistogram } from '../statistics/exponential-histogram.ts'

/** The extension that renders what is scraped, by HTTP or by `telemetry.scrape()`. */
export const SCRAPE_EXTENSION = 'prometheus'

/** Names an extension: structured-cloneable, so that it reaches the aggregator thread, and each of its successors. */
export interface ExtensionSpec {
  /** Each name once. Shown in log lines and errors. */
  readonly name: string
  /** Address of an ES module that exports `start`: see ExtensionModule. */
  readonly module: string
  /** Structured-cloneable; checked by whoever made the spec. */
  readonly options: unknown
}

/** What the module of an extension exports. */
export interface ExtensionModule {
  /** Runs on the aggregator thread. What it throws is logged, makes `telemetry.ready` reject, and harms nothing else.
   *  @param previous what the same extension had as `info` in an aggregator that died */
  start(
    host: ExtensionHost,
    options: unknown,
    previous: ExtensionInfo | undefined,
  ): Extension | Promise<Extension>
}

/** What others may know of a running extension; structured-cloneable. `url` becomes that of `telemetry.ready`. */
export type ExtensionInfo = Readonly<Record<string, unknown>>

/** A running extension. */
export interface Extension {
  readonly info?: ExtensionInfo
  /** Sends what there is, now. Bounded by itself. Rejects when it did not arrive. */
  push?(): Promise<void>
  /** Answers a question that another thread has put to it. */
  answer?(question: unknown): unknown
  /** Ends it, after a last push; waited for 2 s at most. */
  close(): void | Promise<void>
}

/** What the aggregator gives an extension. Everything on the aggregator thread: no call may take long. */
export interface ExtensionHost {
  readonly resource: ExportResource
  /** Drains first. In order of registration, the pipeline's own (`offloop_…`) last. A series costs nothing until it is
   *  read: whoever reads many yields in between, see `pause`. */
  collect(): readonly ExportMetric[]
  /** Reads every window: with thousands of series it takes long. */
  snapshot(): TelemetrySnapshot
  health(): ExportHealth
  /** The SLOs in force. */
  slos(): readonly SLODefinition[]
  /** How each SLO stood when it was last judged: what a snapshot says of them, without its cost. */
  sloStatuses(): readonly SloStatus[]
  /** A series of the aggregator's own. Registering the same again gives the same.
   *  @throws TelemetryError as registering does */
  series(definition: MetricDefinition, labels?: Labels): OwnSeries
  /** One line of log, where the aggregator's lines go. Of all extensions twenty within ten seconds; more are counted. */
  log(line: string): void
  /** Resolves in a later turn of the loop, after a tick: to be awaited whenever some milliseconds were worked. */
  pause(): Promise<void>
  /** Unix time in milliseconds, from the telemetry's clock: never goes backward. */
  now(): number
}

/** Where an extension records what it knows itself. */
export interface OwnSeries {
  /** A gauge's or latency's value, in the metric's unit. */
  record(value: number): void
  /** A counter's increment. */
  increment(by: number): void
  /** A counter's value so far. */
  readonly total: number
}

/** Who is measured. */
export interface ExportResource {
  readonly service: string
  /** Unique for each telemetry, the same for every aggregator of it: a UUID. */
  readonly instanceId: string
  readonly pid: number
  readonly hostName: string
  /** Unix time in milliseconds at which the telemetry was created: everything is counted since then. */
  readonly startTimeMs: number
  /** Version of offloop. */
  readonly version: string
}

export interface ExportHealth {
  /** How long ago the creating thread last showed that its loop turns, in milliseconds; undefined before it has a lane. */
  readonly heartbeatAgeMs: number | undefined
  readonly uptimeMs: number
  /** Aggregators started after the first. */
  readonly restarts: number
}

/** A metric as an exporter sees it. */
export interface ExportMetric {
  readonly descriptor: MetricDescriptor
  /** Whether it is one of the pipeline's own. */
  readonly isSelf: boolean
  readonly series: readonly ExportSeries[]
}

/** Everything about one series, since the telemetry was created unless said otherwise, in the metric's unit. Each getter
 *  reads what is current; what is read together within one turn of the loop agrees. */
export interface ExportSeries {
  readonly labels: Labels
  readonly isOverflow: boolean
  /** Samples; a counter's value. */
  readonly total: number
  /** Sum of all samples; a counter's value. */
  readonly totalSum: number
  /** The latest value of a gauge or latency; undefined before the first. */
  readonly last: number | undefined
  /** Unix time of the latest sample, in milliseconds; undefined before the first. */
  readonly lastTimeMs: number | undefined
  /** Samples by upper bound, the bounds being the metric's. Undefined for counters, and for gauges
   *  without bounds. */
  readonly buckets: ExportBuckets | undefined
  /** Base-2 exponential histogram, of scale 5. Merged when asked: some microseconds. Empty for counters. */
  distribution(): ExponentialHistogram
  /** Exact nearest-rank quantiles of the rolling window.
   *  @param ranks in [0, 1]
   *  @param latest of so many samples that came last, instead of all in the window */
  quantiles(ranks: readonly number[], latest?: number): readonly (number | undefined)[]
  /** The latest one of each bucket that has any. */
  readonly exemplars: readonly Exemplar[]
}

/** A histogram with explicit bounds. */
export interface ExportBuckets {
  /** Upper bounds, inclusive, ascending, without the infinite one. */
  readonly bounds: readonly number[]
  /** Not cumulative: one more than there are bounds. */
  readonly counts: Float64Array
  /** Whether every sample was counted by its value: false once samples came summarized, whose bucket is known within 1.1 %
   *  of their value. */
  readonly isExact: boolean
}

/** One sample that a trace is known for. */
export interface Exemplar {
  readonly value: number
  /** Unix time in milliseconds. */
  readonly timeMs: number
  /** 32 lower-case hex digits. */
  readonly traceId: string
  /** 16 lower-case hex digits; undefined where none was given. */
  readonly spanId: string | undefined
}
