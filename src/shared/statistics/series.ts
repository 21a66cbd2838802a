/** One series: where its samples are folded into window, time slices and totals. Aggregator thread; the hot loop. */
import type { Clock } from '../clock.ts'
import type { Labels, MetricDescriptor } from '../metric.ts'
import { CompensatedSum } from './compensated-sum.ts'
import { ExplicitBuckets } from './explicit-buckets.ts'
import { SampleBatch } from './sample-batch.ts'
import type { SampleSummary } from './sample-summary.ts'
import type { StateReader, StateWriter } from './saved-state.ts'
import type { SeriesOptions } from './series-options.ts'
import { HEAP_MEMORY, type StatisticsMemory } from './statistics-memory.ts'
import { SummarizedSamples } from './summarized-samples.ts'
import { TimeSlices } from './time-slices.ts'
import { Window } from './window.ts'

/** A batch begins small, for series that see few samples, and doubles each time it is full. */
const BATCH_SAMPLES_MIN = 16
const BATCH_SAMPLES_MAX = 128
const NO_BATCH = new SampleBatch(0)
/** Of the batch that is being folded. */
const batchSum = new CompensatedSum()

/** Samples are gathered in a small batch and folded together: when it is full, when a new slice of time begins, and
 *  when anyone reads. So every reading is current, and recording costs little more than a store.
 *  Before its first sample a series holds nothing but its name. */
export class Series {
  readonly metric: MetricDescriptor
  readonly labels: Labels
  readonly isOverflow: boolean
  readonly windowCapacity: number
  /** Samples that never reached the aggregator. Counted by whoever notices. */
  lost = 0
  /** What was recorded and could not be folded in. */
  invalid = 0
  readonly #clock: Clock
  readonly #memory: StatisticsMemory
  #values = NO_BATCH.values
  #pendingCount = 0
  /** Whether the samples drained now are older than one drained before: then the batch does not end with the latest. */
  #isLate = false
  /** Time of the sample drained last, and of the latest: u32 as i32, which is stored without allocating. */
  #drainedTimeMs = 0
  #lastTimeMs = 0
  #batch = NO_BATCH
  /** Samples, summarized ones included; and batches. */
  #foldedCount = 0
  #folds = 0
  readonly #summarized = new SummarizedSamples()
  #last: number | undefined
  #window: Window | undefined
  #slices: TimeSlices | undefined
  readonly #buckets: ExplicitBuckets | undefined
  readonly #sum = new CompensatedSum()

  constructor(metric: MetricDescriptor, labels: Labels, options: SeriesOptions) {
    const { bounds } = options
    this.metric = metric
    this.labels = labels
    this.isOverflow = options.isOverflow ?? false
    this.windowCapacity = options.windowCapacity
    this.#clock = options.clock
    this.#memory = options.memory ?? HEAP_MEMORY
    this.#buckets = bounds === undefined ? undefined : new ExplicitBuckets(bounds)
  }

  /** Records a value of a gauge or latency. NaN and infinities count as invalid, and as nothing else.
   *  @param timeMs u32 milliseconds since the origin, or the same bits as i32 */
  record(value: number, timeMs: number): void {
    // Only NaN and the infinities differ from zero when taken from themselves.
    if (value - value !== 0) {
      this.invalid += 1
      return
    }
    // The time changes once a tick: only then can another slice begin.
    if (this.#pendingCount === this.#values.length || (timeMs | 0) !== this.#drainedTimeMs) {
      this.#makeRoom(timeMs)
    }
    // Adding 0 turns -0 into 0 and leaves every other value as it is.
    this.#values[this.#pendingCount] = value + 0
    this.#pendingCount += 1
  }

  /** Adds to a counter, fractions too. Negative and non-finite amounts count as invalid, and as nothing else. */
  increment(by: number, timeMs: number): void {
    if (!(by >= 0 && by < Number.POSITIVE_INFINITY)) {
      this.invalid += 1
      return
    }
    this.#slices ??= new TimeSlices(this.#clock, this.#memory)
    this.#slices.addCount(by, timeMs)
    this.#sum.add(by)
    this.#foldedCount += 1
    this.#lastTimeMs = timeMs | 0
  }

  /** Adds samples that come as counts: to time slices and totals, not to the rolling window. They belong to the slice of
   *  `timeMs`, which is when they are read. */
  addSummary(summary: SampleSummary, timeMs: number): void {
    const { histogram, increments, invalid, last, lastTimeMs } = summary
    const isCounter = this.metric.kind === 'counter'
    // What is pending came before.
    this.#fold()
    this.invalid += invalid
    const separateCount = this.#foldedCount - this.#summarized.count
    this.#summarized.add(histogram.count + increments, histogram.count > 0, separateCount)
    this.#foldedCount += histogram.count + increments
    this.#sum.add(histogram.sum)
    this.#slices ??= new TimeSlices(this.#clock, this.#memory)
    if (isCounter) this.#slices.addCount(histogram.sum, timeMs)
    else {
      this.#slices.enterSlice(timeMs)
      this.#slices.addHistogram(histogram)
      this.#buckets?.addHistogram(histogram)
    }
    if (last === undefined || (this.#last !== undefined && ((lastTimeMs - this.#lastTimeMs) | 0) < 0)) return
    if (!isCounter) this.#last = last
    this.#lastTimeMs = lastTimeMs
    this.#isLate = ((this.#drainedTimeMs - lastTimeMs) | 0) < 0
  }

  /** Samples among `total` that came as counts; of a counter, increments. */
  get summarized(): number {
    return this.#summarized.count
  }

  /** Whether the rolling window holds the latest samples, and all of them. */
  get isWindowWhole(): boolean {
    const separateCount = this.#foldedCount + this.#pendingCount - this.#summarized.count
    return this.#summarized.isWindowWhole(separateCount, this.windowCapacity)
  }

  /** Samples since the start, evicted ones included; a counter's value. */
  get total(): number {
    return this.metric.kind === 'counter' ? this.#sum.value : this.#foldedCount + this.#pendingCount
  }

  /** Sum of all samples since the start; a counter's value. */
  get totalSum(): number {
    this.#fold()
    return this.#sum.value
  }

  /** The most recent value; of several at one time, the one drained last. Undefined without samples, and for counters. */
  get last(): number | undefined {
    return this.#isLate || this.#pendingCount === 0 ? this.#last : this.#values[this.#pendingCount - 1]
  }

  /** When the most recent sample was recorded, in milliseconds since the origin, not wrapped. */
  get lastTimeMs(): number | undefined {
    return this.#slices?.timeInCurrent(this.#lastTimeMs)
  }

  /** Changes whenever any of the series' statistics may have changed. */
  get revision(): number {
    return this.#foldedCount + this.#pendingCount + this.invalid + this.lost + this.#summarized.summaryCount
  }

  /** Every sample recorded so far that is still in it. Undefined before the first, and for counters. */
  get window(): Window | undefined {
    this.#fold()
    return this.#window
  }

  /** Every sample recorded so far. Undefined before the first. */
  get slices(): TimeSlices | undefined {
    this.#fold()
    return this.#slices
  }

  /** Every sample recorded so far, by the bounds given. Undefined without any. */
  get buckets(): ExplicitBuckets | undefined {
    this.#fold()
    return this.#buckets
  }

  /** Bytes of samples, counts and slices. */
  get bytes(): number {
    return this.#batch.bytes + (this.#window?.bytes ?? 0) + (this.#slices?.bytes ?? 0)
  }

  /** Changes with whatever `saveSettled` saves. @internal */
  get settledRevision(): number {
    return (this.#slices?.closedRevision ?? 0) + (this.#window?.layoutRevision ?? 0)
  }

  /** Changes with whatever `save` saves: also when a batch is folded, which moves what lies in memory. @internal */
  get savedRevision(): number {
    return this.revision + this.#folds
  }

  /** Saves all but the name, and what `saveSettled` saves. Nothing is folded for it: batches go as they are. @internal */
  save(into: StateWriter): void {
    into.writeQuad(this.lost, this.invalid, this.#foldedCount, this.#last ?? Number.NaN)
    into.writeQuad(this.#drainedTimeMs, this.#lastTimeMs, this.#isLate ? 1 : 0, this.#values.length)
    into.write(this.#pendingCount)
    into.writeAll(this.#values, this.#pendingCount)
    this.#sum.save(into)
    this.#summarized.save(into)
    this.#buckets?.save(into)
    into.writeIfAny(this.#window)
    into.writeIfAny(this.#slices)
  }

  /** Saves what seldom changes: where the window's samples lie, and what was closed over a minute ago. @internal */
  saveSettled(into: StateWriter): void {
    into.write(this.#window === undefined ? 0 : 1)
    this.#window?.saveLayout(into)
    this.#slices?.saveClosed(into)
  }

  /** Carries on what was saved of a series of this name.
   *  @param from what `save` has written
   *  @param settled what `saveSettled` has written last until then, if it has
   *  @internal */
  restore(from: StateReader, settled: StateReader | undefined): void {
    const [lost, invalid, foldedCount, last] = from.readQuad()
    const [drainedTimeMs, lastTimeMs, isLate, batchCapacity] = from.readQuad()
    this.lost = lost
    this.invalid = invalid
    this.#foldedCount = foldedCount
    this.#last = Number.isNaN(last) ? undefined : last
    this.#drainedTimeMs = drainedTimeMs | 0
    this.#lastTimeMs = lastTimeMs | 0
    this.#isLate = isLate === 1
    if (batchCapacity > 0) this.#beginBatch(batchCapacity)
    this.#pendingCount = from.read()
    this.#values.set(from.readAll(this.#pendingCount))
    this.#sum.restore(from)
    this.#summarized.restore(from)
    this.#buckets?.restore(from)
    const hasLayout = settled?.read() === 1
    if (from.read() === 1) this.#openWindow().restore(from, hasLayout ? settled : undefined)
    if (from.read() === 0) return
    this.#slices = new TimeSlices(this.#clock, this.#memory)
    this.#slices.restore(from)
    if (settled !== undefined) this.#slices.restoreClosed(settled)
  }

  /** Room for one more sample in the batch, in the slice of `timeMs`. */
  #makeRoom(timeMs: number): void {
    if (this.#batch === NO_BATCH) this.#begin()
    else if (this.#pendingCount === this.#values.length) this.#growBatch()
    const slices = this.#slices!
    if (!slices.isNewSlice(timeMs)) {
      this.#changeTime(timeMs | 0)
      return
    }
    // What is pending belongs to the slice that ends here.
    this.#fold()
    slices.enterSlice(timeMs)
    // Later than all before it, however far apart they are: wrapped times cannot tell beyond 24 days.
    this.#isLate = false
    this.#drainedTimeMs = timeMs | 0
    this.#lastTimeMs = timeMs | 0
  }

  /** Lanes are drained one after the other: what an earlier one held may be later than what comes now. */
  #changeTime(timeMs: number): void {
    if (timeMs === this.#drainedTimeMs) return
    this.#last = this.last
    this.#drainedTimeMs = timeMs
    this.#isLate = ((timeMs - this.#lastTimeMs) | 0) < 0
    if (!this.#isLate) this.#lastTimeMs = timeMs
  }

  #begin(): void {
    this.#beginBatch(BATCH_SAMPLES_MIN)
    this.#openWindow()
    this.#slices ??= new TimeSlices(this.#clock, this.#memory)
  }

  #openWindow(): Window {
    this.#window ??= new Window({ capacity: this.windowCapacity, memory: this.#memory })
    return this.#window
  }

  #beginBatch(capacity: number): void {
    this.#batch = new SampleBatch(capacity)
    this.#values = this.#batch.values
  }

  #growBatch(): void {
    this.#fold()
    if (this.#values.length < BATCH_SAMPLES_MAX) this.#beginBatch(this.#values.length * 2)
  }

  #fold(): void {
    const count = this.#pendingCount
    if (count === 0) return
    this.#pendingCount = 0
    this.#folds += 1
    batchSum.clear()
    batchSum.addAll(this.#values, count)
    this.#window!.pushBatch(this.#batch, count)
    this.#slices!.addBatch(this.#batch, count, batchSum)
    this.#buckets?.addBatch(this.#batch, count)
    this.#sum.merge(batchSum)
    this.#foldedCount += count
    if (!this.#isLate) this.#last = this.#values[count - 1]
  }
}
