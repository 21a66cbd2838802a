/** Topics of the bus and what their events carry. Types only, but for the list of names. */
import type { Labels, Unit } from './metric.ts'

/** A percentile or other statistic, as event payloads name it: `p95`, `p99.9`, `avg`, `rate` … */
export type StatisticName =
  | `p${number}`
  | 'avg'
  | 'min'
  | 'max'
  | 'sum'
  | 'count'
  | 'rate'
  | 'value'
  | 'ratio'

export type Comparison = '<' | '<=' | '>' | '>='

/** An objective that does not hold. Topic `perf.slo_violation`. */
export interface SLOViolationEvent {
  /** Name of the SLO: its definition's, or metric and objective. */
  readonly slo: string
  readonly metric: string
  /** Labels the objective was judged for: empty when all series were merged. */
  readonly labels: Labels
  /** The statistic that was judged. */
  readonly percentile: StatisticName
  /** The objective that should hold: `actual op threshold`, both in `unit`. */
  readonly op: Comparison
  readonly threshold: number
  readonly actual: number
  readonly unit: Unit
  /** Samples the statistic was taken from. */
  readonly count: number
  /** What was judged: a time window such as `1m`, the last samples (`rolling`), or a counter since the start (`total`). */
  readonly window: string
  /** Whether `actual` is exact, or a sketch's answer. */
  readonly exact: boolean
  /** Violations of the same key held back by the rate limit since the last event. */
  readonly suppressed: number
  /** Unix time in milliseconds, from the monotonic clock. */
  readonly timestamp: number
}

/** An objective holds again after a violation was reported. Topic `perf.slo_recovered`. */
export interface SLORecoveryEvent extends SLOViolationEvent {
  /** From the first failed check to the first that held. */
  readonly violatedForMs: number
}

/** A metric has more series than its limit: further ones share the overflow series. Topic `perf.series_overflow`. */
export interface SeriesOverflowEvent {
  readonly metric: string
  readonly seriesMax: number
  readonly timestamp: number
}

/** A reader of the bus was too slow: events it missed. Topic `perf.bus_dropped`. */
export interface BusDroppedEvent {
  readonly count: number
  readonly timestamp: number
}

/** A lane lost samples since the last such event (at most one a second for each lane). Topic `perf.samples_lost`. */
export interface SamplesLostEvent {
  readonly threadId: number
  readonly count: number
  readonly timestamp: number
}

/** The aggregator thread had died, and another goes on in its place. Topic `perf.aggregator_restarted`. */
export interface AggregatorRestartedEvent {
  /** Why it died, in one line. */
  readonly cause: string
  /** From its last sign of life to its successor's start: nothing was judged or reported meanwhile. */
  readonly downMs: number
  /** Restarts since the telemetry was created, this one included. */
  readonly restarts: number
  readonly timestamp: number
}

/** A lane's memory makes no sense: it is set aside, and nothing more is taken from it. Said once for each lane. Topic
 *  `perf.lane_corrupt`. */
export interface LaneCorruptEvent {
  /** As the lane's own memory has it, like `threadId`: in doubt, as everything there. */
  readonly laneId: number
  readonly threadId: number
  /** What should have held. */
  readonly reason: string
  readonly timestamp: number
}

/** Every topic of the bus with its payload. */
export interface TopicPayloads {
  'perf.slo_violation': SLOViolationEvent
  'perf.slo_recovered': SLORecoveryEvent
  'perf.series_overflow': SeriesOverflowEvent
  'perf.bus_dropped': BusDroppedEvent
  'perf.samples_lost': SamplesLostEvent
  'perf.aggregator_restarted': AggregatorRestartedEvent
  'perf.lane_corrupt': LaneCorruptEvent
}

export type Topic = keyof TopicPayloads

export const TOPICS: readonly Topic[] = [
  'perf.slo_violation',
  'perf.slo_recovered',
  'perf.series_overflow',
  'perf.bus_dropped',
  'perf.samples_lost',
  'perf.aggregator_restarted',
  'perf.lane_corrupt',
]

/** Hands an event over: to a bus, a pager, a test. May return a promise; may fail. */
export type Publish = <T extends Topic>(topic: T, payload: TopicPayloads[T]) => unknown
