/** Samples that arrive counted instead of one by one: what a full lane makes of them. */
import type { ExponentialHistogram } from './exponential-histogram.ts'

/** What has come to a series since it was looked at last. */
export interface SampleSummary {
  /** Of the values: counts, sum and extremes. Its sum is that of increments, too. An extreme is exact where it is new,
   *  and else the bound of its bucket. The sum may come later than the counts. */
  readonly histogram: ExponentialHistogram
  /** Increments of a counter: in the histogram by their sum alone. */
  readonly increments: number
  readonly invalid: number
  /** The most recent value, and the coarse clock then, as i32; undefined where nothing newer has come. */
  readonly last: number | undefined
  readonly lastTimeMs: number
}
