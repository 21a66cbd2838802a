/** What a histogram holds, apart from how it came to hold it. */
import type { BucketCounts } from '../../../../src/shared/statistics/bucket-counts.ts'
import type { ExponentialHistogram } from '../../../../src/shared/statistics/exponential-histogram.ts'

/** Everything but the sum, whose last bits depend on the order of additions, and how far the ranges have grown. */
interface HistogramContent {
  readonly count: number
  readonly min: number
  readonly max: number
  readonly zeroCount: number
  readonly clamped: number
  readonly positive: readonly (readonly [bucketIndex: number, count: number])[]
  readonly negative: readonly (readonly [bucketIndex: number, count: number])[]
}

export function contentOf(histogram: ExponentialHistogram): HistogramContent {
  const { count, min, max, zeroCount, clamped, positive, negative } = histogram
  return {
    count,
    min: min + 0,
    max: max + 0,
    zeroCount,
    clamped,
    positive: usedBuckets(positive),
    negative: usedBuckets(negative),
  }
}

function usedBuckets({ counts, offset }: BucketCounts): [bucketIndex: number, count: number][] {
  return [...counts]
    .map((count, position): [number, number] => [offset + position, count])
    .filter(([, count]) => count !== 0)
}
