/** Says once where samples went that found no room: full lanes, and metrics with too many series. Aggregator thread. */
import { type Clock, timestampOf } from '../shared/clock.ts'
import type { Metric } from '../shared/statistics/registry.ts'
import type { Bus } from './bus.ts'

export class LimitReports {
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #log: (line: string) => void
  readonly #seriesMax: number
  #hasReportedSummarized = false

  constructor(bus: Bus, clock: Clock, log: (line: string) => void, seriesMax: number) {
    this.#bus = bus
    this.#clock = clock
    this.#log = log
    this.#seriesMax = seriesMax
  }

  /** Said once: nothing is lost, and `offloop_samples_summarized` tells how it goes on. */
  summarized(count: number, threadId: number): void {
    if (this.#hasReportedSummarized) return
    this.#hasReportedSummarized = true
    this.#log(
      `offloop: ${count} samples of thread ${threadId} found their lane full and were summarized: totals are exact, ` +
        'percentiles within 1.1 %. Raise laneCapacity where that is not enough. Said once.',
    )
  }

  overflow(metric: Metric): void {
    const { name } = metric.descriptor
    const seriesMax = this.#seriesMax
    this.#log(
      `offloop: ${name} has reached its limit of ${seriesMax} series: further label values share one overflow series. ` +
        'Use labels with fewer values, or raise maxSeriesPerMetric.',
    )
    this.#bus.publish('perf.series_overflow', {
      metric: name,
      seriesMax,
      timestamp: timestampOf(this.#clock),
    })
  }
}
