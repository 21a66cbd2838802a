/** Prometheus' native histograms, made of our exponential ones. Pure. */
import type { BucketCounts } from '../shared/statistics/bucket-counts.ts'
import { HISTOGRAM_SCALE, MAGNITUDE_MIN } from '../shared/statistics/bucket-index.ts'
import type { ExponentialHistogram } from '../shared/statistics/exponential-histogram.ts'

/** Beyond these, neighbours are merged: what OpenTelemetry has by default. */
const BUCKETS_MAX = 160
/** Shorter gaps are cheaper as empty buckets than as a new span. */
const GAP_MAX = 2

/** Bucket `i` holds `base^(i - 1) < value <= base^i`, with `base = 2^(2^-schema)`. */
export interface NativeHistogram {
  readonly schema: number
  readonly zeroThreshold: number
  readonly zeroCount: number
  readonly positive: NativeBuckets
  readonly negative: NativeBuckets
}

export interface NativeBuckets {
  /** The first offset is a bucket's index, the others are what lies between two spans. */
  readonly spans: readonly { readonly offset: number; readonly length: number }[]
  /** Counts of all spans, each as the difference from the one before. */
  readonly deltas: readonly number[]
}

/** Values divided by `divisor` are the same buckets under other indices: the shift is a constant, rounded to whole buckets.
 *  That moves values by half a bucket at most (1.1 %), and milliseconds to seconds by a tenth of one (0.2 %). */
export function nativeHistogramOf(histogram: ExponentialHistogram, divisor: number): NativeHistogram {
  const shift = Math.round(Math.log2(divisor) * 2 ** HISTOGRAM_SCALE)
  let positive = countsOf(histogram.positive, shift)
  let negative = countsOf(histogram.negative, shift)
  let schema = HISTOGRAM_SCALE
  while (positive.size + negative.size > BUCKETS_MAX) {
    positive = halved(positive)
    negative = halved(negative)
    schema -= 1
  }
  return {
    schema,
    zeroThreshold: MAGNITUDE_MIN / divisor,
    zeroCount: histogram.zeroCount,
    positive: spansOf(positive),
    negative: spansOf(negative),
  }
}

/** Of buckets that are not empty: ours holds what lies above its lower bound, theirs what lies up to its upper one. */
function countsOf({ counts, offset }: BucketCounts, shift: number): Map<number, number> {
  const byIndex = new Map<number, number>()
  for (let position = 0; position < counts.length; position += 1) {
    if (counts[position]! > 0) byIndex.set(offset + position + 1 - shift, counts[position]!)
  }
  return byIndex
}

/** The same at the next lower resolution: exact, as two buckets make one. */
function halved(byIndex: ReadonlyMap<number, number>): Map<number, number> {
  const merged = new Map<number, number>()
  for (const [index, count] of byIndex) {
    const half = Math.ceil(index / 2)
    merged.set(half, (merged.get(half) ?? 0) + count)
  }
  return merged
}

/** @param byIndex in ascending order */
function spansOf(byIndex: ReadonlyMap<number, number>): NativeBuckets {
  const spans: { offset: number; length: number }[] = []
  const deltas: number[] = []
  let end = 0
  let before = 0
  const push = (count: number) => {
    deltas.push(count - before)
    before = count
  }
  for (const [index, count] of byIndex) {
    const span = spans.at(-1)
    const gap = index - end
    if (span === undefined || gap > GAP_MAX) spans.push({ offset: gap, length: 1 })
    else {
      span.length += gap + 1
      for (let empty = 0; empty < gap; empty += 1) push(0)
    }
    push(count)
    end = index + 1
  }
  return { spans, deltas }
}
