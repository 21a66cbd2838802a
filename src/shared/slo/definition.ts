/** What a service level objective is made of. Types only. */
import type { Labels } from '../metric.ts'
import type { Comparison, StatisticName } from '../topics.ts'

/** A duration as people write it: `30s`, `5m`, `1h`. */
export type DurationText = `${number}${'ms' | 's' | 'm' | 'h'}`

/** An objective, either as text or in parts.
 *  `objective: 'p(95)<60ms'` says the same as `percentile: 'p95', op: '<', threshold: 60` on a metric in ms. */
export type SLODefinition = SLOCommon &
  (
    | {
        readonly objective: string
        readonly percentile?: never
        readonly threshold?: never
        readonly op?: never
      }
    | {
        readonly objective?: never
        readonly percentile: StatisticName
        /** In the metric's unit. */
        readonly threshold: number
        /** What should hold of `actual op threshold`. Default `<`. */
        readonly op?: Comparison
      }
  )

interface SLOCommon {
  /** The metric that is judged. */
  readonly metric: string
  /** Default: metric and objective, for example `input_to_echo p95<60ms`. Unique among the SLOs of a monitor. */
  readonly name?: string
  /** Judge only series with these label values. */
  readonly labels?: Labels
  /** `metric` (default) judges all selected series merged; `series` judges each by itself. */
  readonly by?: 'metric' | 'series'
  /** `interval` (default) at the monitor's interval; `tick` at every tick of the aggregator. */
  readonly every?: 'interval' | 'tick'
  /** Judge a time window (5s to 1h) and not the rolling window of the last samples, or a counter's value since the
   *  start. Default for `rate`: 10s. */
  readonly window?: DurationText
  /** Fewer samples than this are no violation. Default 1. With 0 a count or a sum is judged even when nothing came. */
  readonly minSamples?: number
  /** For `ratio` objectives, and only there: the counter that `metric`, a counter too, is divided by. Series are
   *  picked from it by the same labels. */
  readonly total?: string
  readonly description?: string
}
