/** What the pipeline records about itself, as metrics like any other (`offloop_…`). Aggregator thread. */
import type { MetricKind, Unit } from '../shared/metric.ts'
import type { MetricRegistry } from '../shared/statistics/registry.ts'
import type { Series } from '../shared/statistics/series.ts'

/** One tick, measured. */
export interface TickMeasurement {
  /** The whole of it: drained, judged, published, reported. */
  readonly tickMs: number
  readonly drainMs: number
  readonly lagMs: number
  readonly sampleCount: number
  /** Samples that waited on all lanes when the tick began. */
  readonly queueDepth: number
  /** Fill of the fullest lane, from 0 to 1. */
  readonly laneFill: number
  /** Lost since the start. */
  readonly lostCount: number
  /** Since the start, too. */
  readonly summarizedCount: number
  readonly busDroppedCount: number
}

export class SelfMetrics {
  readonly #tickTime: Series
  readonly #drainTime: Series
  readonly #tickLag: Series
  readonly #batchSize: Series
  readonly #queueDepth: Series
  readonly #laneFill: Series
  readonly #lost: Series
  readonly #summarized: Series
  readonly #busDropped: Series

  constructor(registry: MetricRegistry) {
    const series = (kind: MetricKind, name: string, unit: Unit, help: string) =>
      registry.register({ kind, name, unit, help }).series([])
    this.#tickTime = series('latency', 'offloop_tick_time', 'ms', 'Time one tick took in all')
    this.#drainTime = series('latency', 'offloop_drain_time', 'ms', 'Time one tick took to drain all lanes')
    this.#tickLag = series('latency', 'offloop_tick_lag', 'ms', 'How late a tick began')
    this.#batchSize = series('gauge', 'offloop_batch_size', '{samples}', 'Samples one tick drained')
    this.#queueDepth = series(
      'gauge',
      'offloop_queue_depth',
      '{samples}',
      'Samples that waited on all lanes when a tick began',
    )
    this.#laneFill = series(
      'gauge',
      'offloop_lane_fill',
      'ratio',
      'Fill of the fullest lane when a tick began',
    )
    this.#lost = series(
      'counter',
      'offloop_samples_lost',
      '{samples}',
      'Samples that found no place, neither in their lane nor in its summary',
    )
    this.#summarized = series(
      'counter',
      'offloop_samples_summarized',
      '{samples}',
      'Samples that found their lane full and were summarized',
    )
    this.#busDropped = series(
      'counter',
      'offloop_bus_dropped',
      '{events}',
      'Events that a slow reader missed',
    )
  }

  /** Idle ticks leave no trace but their lag: they would crowd the busy ones out of the windows. */
  record(tick: TickMeasurement, timeMs: number): void {
    this.#tickLag.record(tick.lagMs, timeMs)
    if (tick.sampleCount > 0) {
      this.#tickTime.record(tick.tickMs, timeMs)
      this.#drainTime.record(tick.drainMs, timeMs)
      this.#queueDepth.record(tick.queueDepth, timeMs)
      this.#batchSize.record(tick.sampleCount, timeMs)
      this.#laneFill.record(tick.laneFill, timeMs)
    }
    if (tick.lostCount > this.#lost.total) this.#lost.increment(tick.lostCount - this.#lost.total, timeMs)
    if (tick.summarizedCount > this.#summarized.total)
      this.#summarized.increment(tick.summarizedCount - this.#summarized.total, timeMs)
    if (tick.busDroppedCount > this.#busDropped.total) {
      this.#busDropped.increment(tick.busDroppedCount - this.#busDropped.total, timeMs)
    }
  }
}
