/** One series: where its samples are folded into window, time slices and totals. Aggregator thread; the hot loop. */
import type { Clock } from '../clock.ts'
import type { Labels, MetricDescriptor } from '../metric.ts'
import { CompensatedSum, sumOf } from './compensated-sum.ts'
import { SampleBatch } from './sample-batch.ts'
import { FINE_SLICE_MS, TimeSlices } from './time-slices.ts'
import { Window } from './window.ts'

const BATCH_SAMPLES = 128
const NO_BATCH = new SampleBatch(0)

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
  readonly #clock: Clock
  #values = NO_BATCH.values
  #pendingCount = 0
  // The two below are u32 times as i32: small integers, which are stored without allocating.
  #sliceStartMs = 0
  #lastTimeMs = 0
  #batch = NO_BATCH
  #invalid = 0
  #foldedCount = 0
  #last: number | undefined
  #window: Window | undefined
  #slices: TimeSlices | undefined
  readonly #sum = new CompensatedSum()

  constructor(
    metric: MetricDescriptor,
    labels: Labels,
    {
      clock,
      windowCapacity,
      isOverflow = false,
    }: { clock: Clock; windowCapacity: number; isOverflow?: boolean },
  ) {
    this.metric = metric
    this.labels = labels
    this.isOverflow = isOverflow
    this.windowCapacity = windowCapacity
    this.#clock = clock
  }

  /** Records a value of a gauge or latency. NaN and infinities count as invalid, and as nothing else.
   *  @param timeMs u32 milliseconds since the origin, or the same bits as i32 */
  record(value: number, timeMs: number): void {
    // Only NaN and the infinities differ from zero when taken from themselves.
    if (value - value !== 0) {
      this.#invalid += 1
      return
    }
    if (this.#pendingCount === this.#values.length || (timeMs - this.#sliceStartMs) >>> 0 >= FINE_SLICE_MS) {
      this.#makeRoom(timeMs)
    }
    // Adding 0 turns -0 into 0 and leaves every other value as it is.
    this.#values[this.#pendingCount] = value + 0
    this.#pendingCount += 1
    this.#lastTimeMs = timeMs | 0
  }

  /** Adds to a counter. Negative and non-finite amounts count as invalid, and as nothing else.
   *  @param by may be fractional
   *  @param timeMs u32 milliseconds since the origin, or the same bits as i32 */
  increment(by: number, timeMs: number): void {
    if (!(by >= 0 && by < Number.POSITIVE_INFINITY)) {
      this.#invalid += 1
      return
    }
    this.#slices ??= new TimeSlices(this.#clock)
    this.#slices.addCount(by, timeMs)
    this.#sum.add(by)
    this.#foldedCount += 1
    this.#lastTimeMs = timeMs | 0
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

  /** What was recorded and could not be folded in. */
  get invalid(): number {
    return this.#invalid
  }

  /** The most recent value. Undefined without samples, and for counters. */
  get last(): number | undefined {
    return this.#pendingCount > 0 ? this.#values[this.#pendingCount - 1] : this.#last
  }

  /** When the most recent sample was recorded, in milliseconds since the origin, not wrapped. */
  get lastTimeMs(): number | undefined {
    return this.#slices?.timeInCurrent(this.#lastTimeMs)
  }

  /** Changes whenever any of the series' statistics may have changed. */
  get revision(): number {
    return this.#foldedCount + this.#pendingCount + this.#invalid + this.lost
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

  /** Bytes of samples, counts and slices. */
  get bytes(): number {
    return this.#batch.bytes + (this.#window?.bytes ?? 0) + (this.#slices?.bytes ?? 0)
  }

  /** Room for one more sample in the batch, in the slice of `timeMs`. */
  #makeRoom(timeMs: number): void {
    if (this.#batch === NO_BATCH) this.#begin()
    if (this.#pendingCount === this.#values.length) this.#fold()
    const slices = this.#slices!
    if (!slices.isNewSlice(timeMs)) return
    // What is pending belongs to the slice that ends here.
    this.#fold()
    slices.enterSlice(timeMs)
    this.#sliceStartMs = slices.currentStartMs
  }

  #begin(): void {
    this.#batch = new SampleBatch(BATCH_SAMPLES)
    this.#values = this.#batch.values
    this.#window = new Window({ capacity: this.windowCapacity })
    this.#slices ??= new TimeSlices(this.#clock)
  }

  #fold(): void {
    const count = this.#pendingCount
    if (count === 0) return
    this.#pendingCount = 0
    this.#window!.pushBatch(this.#batch, count)
    this.#slices!.addBatch(this.#batch, count)
    this.#sum.add(sumOf(this.#values, count))
    this.#foldedCount += count
    this.#last = this.#values[count - 1]
  }
}
