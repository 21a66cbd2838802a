/** OpenTelemetry's base-2 exponential histogram at a fixed scale: a mergeable sketch with a bound on its error. */
import { BucketCounts } from './bucket-counts.ts'
import {
  BUCKET_INDEX_MAX,
  BUCKET_INDEX_MIN,
  bucketIndexOf,
  MAGNITUDE_MAX,
  MAGNITUDE_MIN,
  magnitudeOf,
} from './bucket-index.ts'
import { CompensatedSum } from './compensated-sum.ts'
import { nearestRank } from './nearest-rank.ts'
import { HIGH_WORD, LOW_WORD, SampleBatch } from './sample-batch.ts'
import type { StateReader, StateWriter } from './saved-state.ts'

const SINGLE = new SampleBatch(1)
const singleSum = new CompensatedSum()
// High words of the magnitudes whose index lies in [BUCKET_INDEX_MIN, BUCKET_INDEX_MAX] whatever the low word is.
const INNER_HIGH_MIN = (1_023 - 64) << 20
const INNER_HIGH_COUNT = 128 << 20

/** Quantiles are within RELATIVE_ERROR_MAX of the recorded value of that rank, for magnitudes in
 *  (2^-64, 2^64]. Smaller ones count as zero; larger ones count in the outermost bucket and as `clamped`.
 *  At most 4,096 buckets for each sign, allocated as they are reached. Extremes, count and sum are exact. */
export class ExponentialHistogram {
  readonly positive: BucketCounts = new BucketCounts()
  readonly negative: BucketCounts = new BucketCounts()
  /** Values with a magnitude of at most MAGNITUDE_MIN. */
  zeroCount = 0
  /** Values beyond MAGNITUDE_MAX, for which the error bound does not hold. */
  clamped = 0
  count = 0
  /** Infinity while empty. */
  min: number = Number.POSITIVE_INFINITY
  /** -Infinity while empty. */
  max: number = Number.NEGATIVE_INFINITY
  readonly #sum = new CompensatedSum()

  get sum(): number {
    return this.#sum.value
  }

  get bytes(): number {
    return this.positive.bytes + this.negative.bytes
  }

  /** Adds one finite value. */
  record(value: number): void {
    SINGLE.values[0] = value
    singleSum.clear()
    singleSum.add(value)
    this.recordBatch(SINGLE, 1, singleSum)
  }

  /** Adds the first `sampleCount` values of the batch. All must be finite.
   *  @param sum theirs */
  recordBatch({ values, words }: SampleBatch, sampleCount: number, sum: CompensatedSum): void {
    const { positive } = this
    let { counts, offset } = positive
    let { min, max } = this
    for (let index = 0; index < sampleCount; index += 1) {
      const value = values[index]!
      if (value < min) min = value
      if (value > max) max = value
      const highWord = words[2 * index + HIGH_WORD]!
      if ((highWord - INNER_HIGH_MIN) >>> 0 < INNER_HIGH_COUNT) {
        const position = bucketIndexOf(highWord, words[2 * index + LOW_WORD]!) - offset
        if (position >= 0 && position < counts.length) {
          counts[position]! += 1
          continue
        }
      }
      // Rare: the range has to grow, or the value is negative, tiny or huge.
      this.#addToBucket(value, highWord, words[2 * index + LOW_WORD]!)
      counts = positive.counts
      offset = positive.offset
    }
    this.min = min
    this.max = max
    this.count += sampleCount
    this.#sum.merge(sum)
  }

  /** Adds what the other has recorded: the same buckets as if both streams had been recorded here. */
  merge(other: ExponentialHistogram): void {
    this.positive.addAll(other.positive)
    this.negative.addAll(other.negative)
    this.addTotals(other)
  }

  /** Adds everything but the bucket counts: for whoever has added those to `positive` and `negative`. */
  addTotals(
    other: Pick<ExponentialHistogram, 'count' | 'sum' | 'min' | 'max' | 'zeroCount' | 'clamped'>,
  ): void {
    this.count += other.count
    this.#sum.add(other.sum)
    this.zeroCount += other.zeroCount
    this.clamped += other.clamped
    if (other.min < this.min) this.min = other.min
    if (other.max > this.max) this.max = other.max
  }

  /** Estimate of the value of the quantile's nearest rank; never outside [min, max].
   *  @param q in [0, 1]
   *  @returns undefined while nothing is recorded. O(buckets).
   *  @throws TelemetryError OFFLOOP_QUANTILE_RANGE */
  quantile(q: number): number | undefined {
    const rank = nearestRank(q, this.count)
    if (this.count === 0) return undefined
    return Math.min(this.max, Math.max(this.min, this.#estimateAt(rank)))
  }

  /** Calls back with what stands for each bucket that has samples, from the smallest value up. */
  forEachBucket(callback: (value: number, count: number) => void): void {
    const { positive, negative } = this
    for (let position = negative.counts.length - 1; position >= 0; position -= 1) {
      const count = negative.counts[position]!
      if (count > 0) callback(-magnitudeOf(negative.offset + position), count)
    }
    if (this.zeroCount > 0) callback(0, this.zeroCount)
    for (let position = 0; position < positive.counts.length; position += 1) {
      const count = positive.counts[position]!
      if (count > 0) callback(magnitudeOf(positive.offset + position), count)
    }
  }

  /** Forgets all samples and keeps the buckets' memory. */
  clear(): void {
    this.positive.clear()
    this.negative.clear()
    this.zeroCount = 0
    this.clamped = 0
    this.count = 0
    this.min = Number.POSITIVE_INFINITY
    this.max = Number.NEGATIVE_INFINITY
    this.#sum.clear()
  }

  save(into: StateWriter): void {
    into.write(this.zeroCount)
    into.write(this.clamped)
    into.write(this.count)
    into.write(this.min)
    into.write(this.max)
    this.#sum.save(into)
    this.positive.save(into)
    this.negative.save(into)
  }

  restore(from: StateReader): void {
    this.zeroCount = from.read()
    this.clamped = from.read()
    this.count = from.read()
    this.min = from.read()
    this.max = from.read()
    this.#sum.restore(from)
    this.positive.restore(from)
    this.negative.restore(from)
  }

  #addToBucket(value: number, highWord: number, lowWord: number): void {
    const magnitude = Math.abs(value)
    if (magnitude <= MAGNITUDE_MIN) {
      this.zeroCount += 1
      return
    }
    if (magnitude > MAGNITUDE_MAX) this.clamped += 1
    const index = bucketIndexOf(highWord & 0x7fff_ffff, lowWord)
    const side = value > 0 ? this.positive : this.negative
    side.add(Math.min(BUCKET_INDEX_MAX, Math.max(BUCKET_INDEX_MIN, index)), 1)
  }

  #estimateAt(rank: number): number {
    const { positive, negative } = this
    let samplesSeen = 0
    // From the largest magnitude below zero up to the largest above.
    for (let position = negative.counts.length - 1; position >= 0; position -= 1) {
      samplesSeen += negative.counts[position]!
      if (samplesSeen >= rank) return -magnitudeOf(negative.offset + position)
    }
    samplesSeen += this.zeroCount
    if (samplesSeen >= rank) return 0
    for (let position = 0; position < positive.counts.length; position += 1) {
      samplesSeen += positive.counts[position]!
      if (samplesSeen >= rank) return magnitudeOf(positive.offset + position)
    }
    return this.max
  }
}
