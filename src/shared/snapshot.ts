/** What a query answers: the shape of series, lane and pipeline snapshots. Types only. */
import type { Labels, MetricDescriptor, MetricKind, Unit } from './metric.ts'
import type { SLODefinition } from './slo/definition.ts'

/** Statistics of one series, or of several series merged.
 *  `count` to `p99` speak of the rolling window (or of the time window asked for); `total` and `totalSum` are since
 *  the start. Values are in the metric's unit. What has no value yet is undefined. */
export interface SeriesSnapshot {
  readonly metric: string
  readonly labels: Labels
  readonly kind: MetricKind
  readonly unit: Unit
  /** Samples in the window. */
  readonly count: number
  readonly sum: number
  readonly min: number | undefined
  readonly max: number | undefined
  readonly mean: number | undefined
  /** The most recent value. */
  readonly last: number | undefined
  /** Nearest-rank (type 1) percentiles: recorded values when `exact`, else within the stated relative error. */
  readonly p50: number | undefined
  readonly p90: number | undefined
  readonly p95: number | undefined
  readonly p99: number | undefined
  /** Per second, over the last ten seconds or the time window asked for: samples, or a counter's increments. */
  readonly rate: number
  /** Samples since the start, evicted ones included; a counter's value. */
  readonly total: number
  /** Sum of all samples since the start; a counter's value. */
  readonly totalSum: number
  /** NaN, infinities and non-numbers that were recorded: counted, never folded in. */
  readonly invalid: number
  /** The rolling window: samples it may hold, holds, and has let go. */
  readonly window: { readonly capacity: number; readonly size: number; readonly evicted: number }
  /** Present when a time window was asked for. */
  readonly timeWindow?: TimeWindowSpan
  /** Samples of this series that never reached the aggregator. Exact. */
  readonly lost: number
  /** Samples among `total` that found their lane full, and came summarized: in time windows and totals, not in the
   *  rolling window. Of a counter, increments that did not fit its cell. */
  readonly summarized: number
  /** Whether the percentiles are recorded values of every sample in the window, and none that belongs in it is missing:
   *  false from a summarized sample on until `windowCapacity` others have come. */
  readonly exact: boolean
  /** Whether this is the series that stands for all those beyond the series limit. */
  readonly overflow: boolean
  /** Unix time in milliseconds, from the monotonic clock. */
  readonly timestamp: number
}

/** What an answer over a time window really covers. */
export interface TimeWindowSpan {
  readonly requestedMs: number
  /** From the oldest slice merged to now: at least what was asked for, once that much time has passed. */
  readonly coveredMs: number
  /** Bound of the percentiles' relative error. */
  readonly relativeErrorMax: number
}

/** One producing thread's lane. `recorded = drained + summarized + dropped + pending`, exactly. */
export interface LaneSnapshot {
  readonly laneId: number
  readonly threadId: number
  readonly capacity: number
  readonly recorded: number
  readonly drained: number
  /** Samples that found the lane full, and came summarized. */
  readonly summarized: number
  readonly dropped: number
  readonly pending: number
  /** Marks begun and never ended, and given up for newer ones. */
  readonly marksAbandoned: number
  /** `markEnd` calls with a stale, doubled or foreign handle. */
  readonly marksRejected: number
  /** Trace or span ids that were none: their samples were recorded all the same, without an exemplar. */
  readonly exemplarsRejected: number
  /** For how long the thread has given no sign of life: its loop has not turned, and it has recorded nothing. */
  readonly silentMs: number
}

/** State of one SLO as of its latest check. */
export interface SloStatus {
  readonly name: string
  readonly metric: string
  readonly labels: Labels
  readonly objective: string
  readonly state: 'ok' | 'violated' | 'no-data'
  readonly actual: number | undefined
  readonly threshold: number
  /** Of `actual` and `threshold`. */
  readonly unit: Unit
}

/** Everything the aggregator knows, at one moment. */
export interface TelemetrySnapshot {
  readonly service: string
  readonly timestamp: number
  readonly uptimeMs: number
  /** Every metric as it was registered, the pipeline's own among them; `buckets` are those its histogram has. */
  readonly metrics: readonly MetricDescriptor[]
  /** Series of the application, in order of registration. */
  readonly series: readonly SeriesSnapshot[]
  /** Series the pipeline keeps about itself (`offloop_…`). */
  readonly self: readonly SeriesSnapshot[]
  readonly lanes: readonly LaneSnapshot[]
  readonly slos: readonly SloStatus[]
  /** The SLOs in force, as they were given. */
  readonly sloDefinitions: readonly SLODefinition[]
  /** Samples lost on all lanes, ended threads included. Exact. */
  readonly lost: number
  /** Lanes that were set aside because their memory made no sense. What they lost by then is in `lost`. */
  readonly lanesQuarantined: number
  /** Messages to the aggregator that made no sense: no announcements, no calls, no orders. */
  readonly messagesRefused: number
  /** Samples that came summarized on all lanes, ended threads included. Exact. */
  readonly summarized: number
  readonly busDropped: number
}
