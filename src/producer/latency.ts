/** The latency handle: records durations of one series. Producer thread. */
import type { Labels } from '../shared/metric.ts'
import type { SeriesSnapshot } from '../shared/snapshot.ts'
import type { ExemplarWriter } from './exemplar-writer.ts'
import type { LaneWriter } from './lane-writer.ts'
import { ELAPSED_BIAS, type Marks } from './marks.ts'
import type { SeriesEntry } from './series-handle.ts'

const NS_PER_UNIT: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }

/** Durations of one series. Get it from `telemetry.latency(…)`, and from `.labels({…})` when the metric has labels. */
export class Latency {
  readonly #lane: LaneWriter
  readonly #marks: Marks
  readonly #entryId: number
  readonly #unitsPerNs: number
  readonly #entry: SeriesEntry
  readonly #exemplars: ExemplarWriter

  /** @internal */
  constructor(entry: SeriesEntry, lane: LaneWriter, marks: Marks, exemplars: ExemplarWriter) {
    this.#lane = lane
    this.#marks = marks
    this.#entryId = entry.entryId
    this.#unitsPerNs = 1 / NS_PER_UNIT[entry.metric.unit]!
    this.#entry = entry
    this.#exemplars = exemplars
  }

  /** The label values this handle is bound to; empty when the metric has no labels. */
  get seriesLabels(): Labels {
    return this.#entry.labels
  }

  /** Records one duration, in the metric's unit (ms unless it was registered with another).
   *  Never throws, waits or allocates; NaN, infinities and non-numbers are counted as invalid. */
  record(duration: number): void {
    this.#lane.push(this.#entryId, duration)
  }

  /** As `record`, and names the trace that the duration belongs to: exporters show the latest one of each bucket as its
   *  exemplar. Never throws, waits or allocates. A method of its own: a parameter more would make `record` dearer.
   *  @param traceId 32 lower-case hex digits. What is no id is counted, and the duration recorded all the same; so is it
   *  without any
   *  @param spanId 16 lower-case hex digits */
  recordWithTrace(duration: number, traceId: string | undefined, spanId?: string): void {
    const lane = this.#lane
    lane.staged[0] = typeof duration === 'number' ? duration : Number.NaN
    lane.pushStaged(this.#entryId)
    if (traceId !== undefined) this.#exemplars.keep(this.#entryId, traceId, spanId)
  }

  /** Begins a measurement.
   *  @returns a numeric handle for `markEnd`: it lies in a preallocated table, nothing is allocated. */
  markStart(): number {
    return this.#marks.start(this.#entryId)
  }

  /** Ends a measurement and records its duration. A handle that is stale, already ended, of another metric or of
   *  another thread is counted and ignored. */
  markEnd(mark: number): void {
    if (this.#marks.end(this.#entryId, mark)) this.#recordElapsed()
  }

  /** As `markEnd`, and names the trace: as `recordWithTrace` does. */
  markEndWithTrace(mark: number, traceId: string | undefined, spanId?: string): void {
    if (!this.#marks.end(this.#entryId, mark)) return
    this.#recordElapsed()
    if (traceId !== undefined) this.#exemplars.keep(this.#entryId, traceId, spanId)
  }

  /** Ends a measurement, records its duration, and begins the next at the same moment, with the same handle. For what
   *  follows one another without a gap, such as frames or the steps of a job: the clock is read once for both.
   *  A handle that is not open is counted and ignored, as by `markEnd`. */
  markLap(mark: number): void {
    if (this.#marks.lap(this.#entryId, mark)) this.#recordElapsed()
  }

  /** Runs `work` and records how long it took, also when it throws.
   *  @returns what `work` returns. */
  time<Result>(work: () => Result): Result {
    const mark = this.markStart()
    try {
      return work()
    } finally {
      this.markEnd(mark)
    }
  }

  /** Runs `work` and records how long its promise took to settle, also when it rejects. */
  async timeAsync<Result>(work: () => PromiseLike<Result> | Result): Promise<Result> {
    const mark = this.markStart()
    try {
      return await work()
    } finally {
      this.markEnd(mark)
    }
  }

  /** Statistics of this series over all threads, as the aggregator last published them: read from shared memory,
   *  without a message. Undefined before the first have been published. */
  stats(): SeriesSnapshot | undefined {
    return this.#entry.stats()
  }

  #recordElapsed(): void {
    const lane = this.#lane
    lane.staged[0] = (this.#marks.elapsed[0]! - ELAPSED_BIAS) * this.#unitsPerNs
    lane.pushStaged(this.#entryId)
  }
}
