/** The gauge handle: records the level of one series. Producer thread. */
import type { Labels } from '../shared/metric.ts'
import type { SeriesSnapshot } from '../shared/snapshot.ts'
import type { ExemplarWriter } from './exemplar-writer.ts'
import type { LaneWriter } from './lane-writer.ts'
import type { SeriesEntry } from './series-handle.ts'

/** A level that goes up and down. Get it from `telemetry.gauge(…)`. */
export class Gauge {
  readonly #lane: LaneWriter
  readonly #exemplars: ExemplarWriter
  readonly #entryId: number
  readonly #entry: SeriesEntry

  /** @internal */
  constructor(entry: SeriesEntry, lane: LaneWriter, exemplars: ExemplarWriter) {
    this.#lane = lane
    this.#exemplars = exemplars
    this.#entryId = entry.entryId
    this.#entry = entry
  }

  /** The label values this handle is bound to; empty when the metric has no labels. */
  get seriesLabels(): Labels {
    return this.#entry.labels
  }

  /** Records the present level, in the metric's unit. The latest over all threads is the gauge's value; the ones before
   *  it stay in the window. Never throws, waits or allocates; NaN, infinities and non-numbers are counted as invalid. */
  set(level: number): void {
    this.#lane.push(this.#entryId, level)
  }

  /** The same as `set`: every kind of metric can be recorded by this name, but counters. */
  record(level: number): void {
    this.#lane.push(this.#entryId, level)
  }

  /** As `record`, and names the trace that the level belongs to. Shown by exporters where the gauge is a histogram.
   *  @param traceId 32 lower-case hex digits. What is no id is counted, and the level recorded all the same
   *  @param spanId 16 lower-case hex digits */
  recordWithTrace(level: number, traceId: string | undefined, spanId?: string): void {
    const lane = this.#lane
    lane.staged[0] = typeof level === 'number' ? level : Number.NaN
    lane.pushStaged(this.#entryId)
    if (traceId !== undefined) this.#exemplars.keep(this.#entryId, traceId, spanId)
  }

  /** Statistics of this series over all threads, as the aggregator last published them. */
  stats(): SeriesSnapshot | undefined {
    return this.#entry.stats()
  }
}
