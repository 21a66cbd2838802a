/** Counts by which buckets have grown, as a histogram with the extremes that follow from them. Aggregator thread. */
import {
  BUCKET_INDEX_MAX,
  BUCKET_INDEX_MIN,
  lowerBoundOf,
  MAGNITUDE_MIN,
} from '../shared/statistics/bucket-index.ts'
import { ExponentialHistogram } from '../shared/statistics/exponential-histogram.ts'

/** From, to. */
type Bounds = readonly [number, number]

const ZERO_BOUNDS: Bounds = [-MAGNITUDE_MIN, MAGNITUDE_MIN]

/** One is enough, used again and again: what it holds is merged somewhere else at once. */
export class GrownBuckets {
  readonly histogram: ExponentialHistogram = new ExponentialHistogram()
  #lowest: Bounds = ZERO_BOUNDS
  #highest: Bounds = ZERO_BOUNDS

  clear(): void {
    this.histogram.clear()
    this.#lowest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    this.#highest = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  }

  addZeros(count: number): void {
    this.histogram.zeroCount += count
    if (count > 0) this.#add(count, ZERO_BOUNDS)
  }

  /** @param count above 0 */
  add(bucketIndex: number, isPositive: boolean, count: number): void {
    const { positive, negative } = this.histogram
    if (isPositive) positive.add(bucketIndex, count)
    else negative.add(bucketIndex, count)
    const [low, high] = boundsOf(bucketIndex)
    this.#add(count, isPositive ? [low, high] : [-high, -low])
  }

  /** The extremes lie in the outermost buckets, and not beyond those of all samples there ever were. A sample that is just
   *  being added may be missing from those: then the bucket's bound is right.
   *  @param min of all there ever were; NaN when unknown
   *  @param max likewise */
  boundExtremes(min: number, max: number): void {
    if (this.histogram.count === 0) return
    const [lowest, highest] = [this.#lowest, this.#highest]
    this.histogram.min = min >= lowest[0] && min <= lowest[1] ? min : lowest[0]
    this.histogram.max = max >= highest[0] && max <= highest[1] ? max : highest[1]
  }

  #add(count: number, bounds: Bounds): void {
    this.histogram.count += count
    if (bounds[0] < this.#lowest[0]) this.#lowest = bounds
    if (bounds[1] > this.#highest[1]) this.#highest = bounds
  }
}

/** Of the bucket's magnitudes. The outermost buckets have what lies beyond the range, too. */
function boundsOf(bucketIndex: number): Bounds {
  const low = bucketIndex === BUCKET_INDEX_MIN ? 0 : lowerBoundOf(bucketIndex)
  return [low, bucketIndex === BUCKET_INDEX_MAX ? Number.MAX_VALUE : lowerBoundOf(bucketIndex + 1)]
}
