/** Time windows of one series: slices of time, each with its histogram, of which a read merges as many as it needs. */
import type { Clock } from '../clock.ts'
import { CompensatedSum } from './compensated-sum.ts'
import { checkTimeWindowMs } from './duration.ts'
import { ExponentialHistogram } from './exponential-histogram.ts'
import { SampleBatch } from './sample-batch.ts'
import type { StateReader, StateWriter } from './saved-state.ts'
import { SliceLog } from './slice-log.ts'
import type { StatisticsMemory } from './statistics-memory.ts'

const FINE_SLICE_MS = 5_000
const FINE_PER_COARSE = 12
const COARSE_SLICE_MS = FINE_SLICE_MS * FINE_PER_COARSE
/** Windows up to this long are read from fine slices alone. */
const FINE_WINDOW_MAX_MS = 60_000
const FINE_KEPT = FINE_WINDOW_MAX_MS / FINE_SLICE_MS
const COARSE_KEPT = 3_600_000 / COARSE_SLICE_MS

/** The duration of a window that holds everything since the start. */
export const SINCE_START: number = Number.POSITIVE_INFINITY

/** What several slices say together. */
export interface SliceReading {
  /** Samples; for counters, increments. */
  readonly count: number
  readonly sum: number
  readonly min: number | undefined
  readonly max: number | undefined
  /** From the oldest slice that was asked for, or the first sample if that is younger, to now. 0 without samples. */
  readonly coveredMs: number
  /** Empty for counters. */
  readonly histogram: ExponentialHistogram
}

const SINGLE = new SampleBatch(1)
const singleSum = new CompensatedSum()
const closing = new ExponentialHistogram()

/** Slices of 5 s for the last minute and of 60 s for the last hour, on one grid counted from the telemetry's origin.
 *  A sample touches the current fine slice only; closed ones are packed. A sample older than the current slice (lanes
 *  are drained one after the other) goes into the current slice. Gaps of any length cost nothing.
 *  Times of samples are u32 milliseconds since the origin, which wrap after 49.7 days; the clock tells which turn. Not
 *  told apart: a series silent for a whole turn that wakes in the very 5 s of it in which it fell silent. */
export class TimeSlices {
  readonly #clock: Clock
  /** Index on the grid of fine slices; -1 before the first sample. */
  #currentIndex = -1
  readonly #current = new ExponentialHistogram()
  readonly #increments = new CompensatedSum()
  #firstMs: number | undefined
  readonly #fine: SliceLog
  readonly #coarse: SliceLog
  /** Everything in closed coarse slices, dropped ones included. */
  readonly #closed = new ExponentialHistogram()
  readonly #closedCount = new CompensatedSum()
  /** Times a coarse slice was closed. */
  closedRevision = 0

  /** @param memory where closed slices lie; default the heap */
  constructor(clock: Clock, memory?: StatisticsMemory) {
    this.#clock = clock
    this.#fine = new SliceLog(memory)
    this.#coarse = new SliceLog(memory)
  }

  /** Start of the current slice as i32, the image of a u32 time: a sample at `timeMs` belongs to this slice while
   *  `(timeMs - currentStartMs) >>> 0 < FINE_SLICE_MS`. Otherwise call `enterSlice` before adding it. */
  get currentStartMs(): number {
    return (this.#currentIndex * FINE_SLICE_MS) | 0
  }

  /** Time of the first sample, in milliseconds since the origin, not wrapped. */
  get firstMs(): number | undefined {
    return this.#firstMs
  }

  /** The time, not wrapped, of a sample that was added last. Undefined before the first. */
  timeInCurrent(timeMs: number): number | undefined {
    if (this.#currentIndex < 0) return undefined
    return this.#currentIndex * FINE_SLICE_MS + ((timeMs - this.currentStartMs) | 0)
  }

  get bytes(): number {
    return this.#current.bytes + this.#closed.bytes + this.#fine.bytes + this.#coarse.bytes
  }

  add(value: number, timeMs: number): void {
    this.enterSlice(timeMs)
    SINGLE.values[0] = value
    singleSum.clear()
    singleSum.add(value)
    this.addBatch(SINGLE, 1, singleSum)
  }

  /** Adds to the current slice; `enterSlice` comes first.
   *  @param sum of the first `sampleCount` values */
  addBatch(batch: SampleBatch, sampleCount: number, sum: CompensatedSum): void {
    this.#current.recordBatch(batch, sampleCount, sum)
  }

  /** Adds what was counted elsewhere to the current slice; `enterSlice` comes first. */
  addHistogram(histogram: ExponentialHistogram): void {
    this.#current.merge(histogram)
  }

  /** Adds a counter's increments: they have a count and a sum, and no distribution. */
  addCount(by: number, timeMs: number): void {
    this.enterSlice(timeMs)
    this.#increments.add(by)
  }

  /** Whether a sample at `timeMs` begins a new slice: false in the current one, and for samples older than that. */
  isNewSlice(timeMs: number): boolean {
    if (this.#currentIndex < 0) return true
    if ((timeMs - this.currentStartMs) >>> 0 < FINE_SLICE_MS) return false
    return Math.floor(this.fullTimeOf(timeMs) / FINE_SLICE_MS) > this.#currentIndex
  }

  /** Makes the slice of `timeMs` the current one, unless it is older than that. */
  enterSlice(timeMs: number): void {
    if (!this.isNewSlice(timeMs)) return
    const fullMs = this.fullTimeOf(timeMs)
    const index = Math.floor(fullMs / FINE_SLICE_MS)
    this.#firstMs ??= fullMs
    this.#closeCurrent(index)
    this.#currentIndex = index
  }

  /** The time that `timeMs` is the last 32 bits of: the one closest to now, and never after it. */
  fullTimeOf(timeMs: number): number {
    const nowMs = this.#clock.nowMs()
    return Math.max(0, nowMs + Math.min(0, (timeMs - nowMs) | 0))
  }

  /** The last `durationMs` up to `nowMs`, or `SINCE_START`. See `readSlices`. */
  read(durationMs: number, nowMs: number): SliceReading {
    return readSlices([this], durationMs, nowMs)
  }

  /** Adds everything since the start to `histogram`, if there is one.
   *  @returns its count. */
  mergeSinceStart(histogram: ExponentialHistogram | null): number {
    histogram?.merge(this.#closed)
    const openIndex = Math.floor(this.#currentIndex / FINE_PER_COARSE) * FINE_PER_COARSE
    return (
      this.#closedCount.value + this.#fine.mergeFrom(openIndex, histogram) + this.#mergeCurrent(0, histogram)
    )
  }

  /** Adds the slices from fine index `firstIndex` on to `histogram`, if there is one.
   *  @param isLong whether `firstIndex` begins a coarse slice and coarse slices may stand for the fine ones
   *  @returns their count. */
  mergeFrom(firstIndex: number, isLong: boolean, histogram: ExponentialHistogram | null): number {
    const current = this.#mergeCurrent(firstIndex, histogram)
    if (!isLong) return current + this.#fine.mergeFrom(firstIndex, histogram)
    const openCoarseIndex = Math.floor(this.#currentIndex / FINE_PER_COARSE)
    const closed = this.#coarse.mergeFrom(firstIndex / FINE_PER_COARSE, histogram)
    return (
      current +
      closed +
      this.#fine.mergeFrom(Math.max(firstIndex, openCoarseIndex * FINE_PER_COARSE), histogram)
    )
  }

  /** Saves everything but what `saveClosed` saves. */
  save(into: StateWriter): void {
    into.write(this.#currentIndex)
    into.write(this.#firstMs ?? Number.NaN)
    this.#increments.save(into)
    this.#fine.save(into)
    this.#coarse.save(into)
    this.#current.save(into)
  }

  restore(from: StateReader): void {
    this.#currentIndex = from.read()
    const firstMs = from.read()
    this.#firstMs = Number.isNaN(firstMs) ? undefined : firstMs
    this.#increments.restore(from)
    this.#fine.restore(from)
    this.#coarse.restore(from)
    this.#current.restore(from)
  }

  /** Saves what changes once a minute, when `closedRevision` does. */
  saveClosed(into: StateWriter): void {
    into.write(this.closedRevision)
    this.#closedCount.save(into)
    this.#closed.save(into)
  }

  restoreClosed(from: StateReader): void {
    this.closedRevision = from.read()
    this.#closedCount.restore(from)
    this.#closed.restore(from)
  }

  #mergeCurrent(firstIndex: number, histogram: ExponentialHistogram | null): number {
    if (this.#currentIndex < firstIndex) return 0
    histogram?.merge(this.#current)
    return this.#current.count + this.#increments.value
  }

  #closeCurrent(nextIndex: number): void {
    if (this.#currentIndex < 0) return
    const count = this.#current.count + this.#increments.value
    if (count > 0) this.#fine.append(this.#currentIndex, count, this.#current)
    this.#current.clear()
    this.#increments.clear()
    const coarseIndex = Math.floor(this.#currentIndex / FINE_PER_COARSE)
    const nextCoarseIndex = Math.floor(nextIndex / FINE_PER_COARSE)
    if (nextCoarseIndex > coarseIndex) this.#closeCoarse(coarseIndex)
    this.#fine.dropBefore(nextIndex - FINE_KEPT)
    this.#coarse.dropBefore(nextCoarseIndex - COARSE_KEPT)
  }

  #closeCoarse(coarseIndex: number): void {
    closing.clear()
    const count = this.#fine.mergeFrom(coarseIndex * FINE_PER_COARSE, closing)
    if (count === 0) return
    this.#coarse.append(coarseIndex, count, closing)
    this.#closed.merge(closing)
    this.#closedCount.add(count)
    this.closedRevision += 1
  }
}

/** The last `durationMs` up to `nowMs`, of all series together. Up to a minute the answer begins at a fine slice,
 *  beyond that at a coarse one: it covers what was asked for and up to one slice more. `SINCE_START` is everything.
 *  @throws TelemetryError OFFLOOP_TIME_WINDOW under 5 s or over 1 h */
export function readSlices(all: readonly TimeSlices[], durationMs: number, nowMs: number): SliceReading {
  const histogram = new ExponentialHistogram()
  const { count, coveredMs } = mergeSlices(all, durationMs, nowMs, histogram)
  return readingOf(count, coveredMs, histogram)
}

/** As `readSlices`, without looking into the histograms.
 *  @throws TelemetryError OFFLOOP_TIME_WINDOW under 5 s or over 1 h */
export function countSlices(
  all: readonly TimeSlices[],
  durationMs: number,
  nowMs: number,
): Pick<SliceReading, 'count' | 'coveredMs'> {
  return mergeSlices(all, durationMs, nowMs, null)
}

function mergeSlices(
  all: readonly TimeSlices[],
  durationMs: number,
  nowMs: number,
  histogram: ExponentialHistogram | null,
): { count: number; coveredMs: number } {
  const isSinceStart = durationMs === SINCE_START
  if (!isSinceStart) checkTimeWindowMs(durationMs)
  const isLong = durationMs > FINE_WINDOW_MAX_MS
  const gridMs = isLong ? COARSE_SLICE_MS : FINE_SLICE_MS
  const startMs = Math.max(0, Math.floor((nowMs - durationMs) / gridMs) * gridMs)
  let count = 0
  let firstMs = Number.POSITIVE_INFINITY
  for (const slices of all) {
    count += isSinceStart
      ? slices.mergeSinceStart(histogram)
      : slices.mergeFrom(startMs / FINE_SLICE_MS, isLong, histogram)
    firstMs = Math.min(firstMs, slices.firstMs ?? Number.POSITIVE_INFINITY)
  }
  return { count, coveredMs: Math.max(0, nowMs - Math.max(startMs, firstMs)) }
}

function readingOf(count: number, coveredMs: number, histogram: ExponentialHistogram): SliceReading {
  const hasValues = histogram.count > 0
  return {
    count,
    // Increments have no distribution: what exceeds the histogram's count is theirs, and is its own sum.
    sum: histogram.sum + (count - histogram.count),
    min: hasValues ? histogram.min : undefined,
    max: hasValues ? histogram.max : undefined,
    coveredMs,
    histogram,
  }
}
