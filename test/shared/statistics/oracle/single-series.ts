/** A series of its own, and its statistics as a reader gets them. */
import { describeMetric } from '../../../../src/shared/metric.ts'
import type { SeriesSnapshot } from '../../../../src/shared/snapshot.ts'
import { snapshotSeries } from '../../../../src/shared/statistics/reading.ts'
import { Series } from '../../../../src/shared/statistics/series.ts'
import { summarizeWindows } from '../../../../src/shared/statistics/window-summary.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { type Percentiles, QUANTILES } from './sort-oracle.ts'

export class SingleSeries {
  readonly clock: ManualClock = new ManualClock()
  readonly series: Series

  constructor(windowCapacity: number) {
    this.series = new Series(describeMetric('gauge', 'm'), {}, { clock: this.clock, windowCapacity })
  }

  record(value: number): void {
    this.series.record(value, this.clock.nowMs() >>> 0)
  }

  recordAll(values: readonly number[]): this {
    for (const value of values) this.record(value)
    return this
  }

  /** Of the rolling window. */
  get percentiles(): Percentiles {
    const { window } = this.series
    return window === undefined
      ? QUANTILES.map(() => undefined)
      : summarizeWindows([window], QUANTILES).quantiles
  }

  snapshot(timeWindowMs?: number): SeriesSnapshot {
    return snapshotSeries([this.series], {
      nowMs: this.clock.nowMs(),
      timestamp: 0,
      labels: {},
      timeWindowMs,
    })
  }
}
