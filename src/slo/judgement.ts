/** What one SLO says of one set of series, from check to check: whether it holds, and since when it does not. */

import type { Labels } from '../shared/metric.ts'
import { holds } from '../shared/slo/objective.ts'
import type { SloStatus } from '../shared/snapshot.ts'
import type { StatisticReading } from '../shared/statistics/reading.ts'
import type { Series } from '../shared/statistics/series.ts'
import type { Comparison } from '../shared/topics.ts'

/** What should hold, and from how many samples on. */
export interface Bar {
  readonly op: Comparison
  readonly threshold: number
  readonly minSamples: number
}

/** What a judgement knows of those before it. */
export interface JudgementState {
  readonly state: SloStatus['state']
  readonly actual: number | undefined
  readonly violatedSinceMs: number | undefined
  readonly isAnnounced: boolean
}

/** Without data an open violation stays open: only samples that hold can end it. Its state says `no-data` meanwhile. */
export class Judgement {
  readonly labels: Labels
  readonly series: readonly Series[]
  /** Series of the counter a ratio divides by. */
  readonly totalSeries: readonly Series[]
  state: SloStatus['state'] = 'no-data'
  actual: number | undefined
  /** Time of the first failed check of the open violation. */
  violatedSinceMs: number | undefined
  /** Whether an event of the open violation was let out, so that its end is news. */
  isAnnounced = false
  #judgedRevision = -1

  constructor(labels: Labels, series: readonly Series[], totalSeries: readonly Series[]) {
    this.labels = labels
    this.series = series
    this.totalSeries = totalSeries
  }

  /** Whether samples have arrived since the last judgement. O(series). */
  hasNewSamples(): boolean {
    return this.#revision() !== this.#judgedRevision
  }

  /** Carries on where the judgement of fewer series stood. */
  continueFrom(earlier: JudgementState): void {
    this.state = earlier.state
    this.actual = earlier.actual
    this.violatedSinceMs = earlier.violatedSinceMs
    this.isAnnounced = earlier.isAnnounced
  }

  /** Takes a reading into account.
   *  @returns `violated` at every failed check; `recovered` with the violation's start at the first that holds after it */
  judge(reading: StatisticReading, bar: Bar, nowMs: number): Verdict {
    this.#judgedRevision = this.#revision()
    const { value, sampleCount } = reading
    if (value === undefined || Number.isNaN(value) || sampleCount < bar.minSamples) {
      this.state = 'no-data'
      this.actual = undefined
      return NO_NEWS
    }
    this.actual = value
    if (!holds(value, bar.op, bar.threshold)) {
      this.state = 'violated'
      this.violatedSinceMs ??= nowMs
      return { change: 'violated', sinceMs: this.violatedSinceMs }
    }
    this.state = 'ok'
    const sinceMs = this.violatedSinceMs
    const isNews = this.isAnnounced
    this.violatedSinceMs = undefined
    this.isAnnounced = false
    return sinceMs !== undefined && isNews ? { change: 'recovered', sinceMs } : NO_NEWS
  }

  #revision(): number {
    // Revisions only grow, so an equal sum means equal parts.
    let sum = 0
    for (const series of this.series) sum += series.revision
    for (const series of this.totalSeries) sum += series.revision
    return sum
  }
}

export interface Verdict {
  readonly change: 'none' | 'violated' | 'recovered'
  /** Start of the violation that goes on or has ended. */
  readonly sinceMs: number
}

const NO_NEWS: Verdict = { change: 'none', sinceMs: 0 }
