/** Series as the data points of the official exporters' data model, and points of equal attributes as one. Pure. */
import type { DataPoint, ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics'
import type { ExportSeries } from '../../shared/extension/extension.ts'
import { BucketCounts } from '../../shared/statistics/bucket-counts.ts'
import { HISTOGRAM_SCALE } from '../../shared/statistics/bucket-index.ts'
import { ExponentialHistogram as BaseTwoHistogram } from '../../shared/statistics/exponential-histogram.ts'
import type { MetricShape } from './metric-shape.ts'

type HrTime = DataPoint<number>['startTime']
export type Point = DataPoint<number> | DataPoint<Histogram> | DataPoint<ExponentialHistogram>

/** Unix milliseconds as seconds and nanoseconds. */
export function hrTimeOf(timeMs: number): HrTime {
  const seconds = Math.trunc(timeMs / 1_000)
  return [seconds, Math.min(999_999_999, Math.round((timeMs - seconds * 1_000) * 1e6))]
}

/** Value of a sum or gauge. Undefined: there is none yet. */
export function numberOf(
  series: ExportSeries,
  { isCounted, sign, divisor }: MetricShape,
): number | undefined {
  const value = isCounted ? series.total : series.last
  return value === undefined ? undefined : (sign * value) / divisor
}

/** Undefined before the first sample. */
export function histogramOf(series: ExportSeries, divisor: number): Histogram | undefined {
  const { buckets } = series
  const count = series.total
  if (count === 0) return undefined
  return {
    buckets:
      buckets === undefined
        ? { boundaries: [], counts: [count] }
        : { boundaries: boundsIn(buckets.bounds, divisor), counts: Array.from(buckets.counts) },
    sum: series.totalSum / divisor,
    count,
  }
}

/** Undefined before the first sample. */
export function exponentialOf(series: ExportSeries, divisor: number): ExponentialHistogram | undefined {
  const recorded = series.distribution()
  if (recorded.count === 0) return undefined
  const { positive, negative, zeroCount } = divisor === 1 ? recorded : divided(recorded, divisor)
  return {
    count: recorded.count,
    sum: series.totalSum / divisor,
    scale: HISTOGRAM_SCALE,
    zeroCount,
    positive: trimmed(positive),
    negative: trimmed(negative),
    min: recorded.min / divisor,
    max: recorded.max / divisor,
  }
}

/** Adds what another series of the same attributes has. Histograms of other bounds cannot be added: the first stays. */
export function mergedPoint(a: Point, b: Point): Point {
  if (typeof a.value === 'number' || typeof b.value === 'number') {
    return { ...a, value: (a.value as number) + (b.value as number) } as Point
  }
  const value = mergedHistogram(a.value, b.value)
  return value === undefined ? a : ({ ...a, value } as Point)
}

type AnyHistogram = Histogram | ExponentialHistogram

function mergedHistogram(a: AnyHistogram, b: AnyHistogram): AnyHistogram | undefined {
  const totals = { count: a.count + b.count, sum: a.sum! + b.sum! }
  if ('scale' in a && 'scale' in b) {
    return {
      ...totals,
      scale: a.scale,
      zeroCount: a.zeroCount + b.zeroCount,
      positive: mergedCounts(a.positive, b.positive),
      negative: mergedCounts(a.negative, b.negative),
      min: Math.min(a.min!, b.min!),
      max: Math.max(a.max!, b.max!),
    }
  }
  if (!('buckets' in a) || !('buckets' in b)) return undefined
  const { boundaries, counts } = a.buckets
  if (boundaries.join() !== b.buckets.boundaries.join()) return undefined
  const sums = counts.map((count, index) => count + b.buckets.counts[index]!)
  return { ...totals, buckets: { boundaries, counts: sums } }
}

type Counts = ExponentialHistogram['positive']

function mergedCounts(a: Counts, b: Counts): Counts {
  const merged = new BucketCounts()
  for (const { offset, bucketCounts } of [a, b]) {
    for (const [position, count] of bucketCounts.entries())
      if (count > 0) merged.add(offset + position, count)
  }
  return trimmed(merged)
}

/** The last bounds that were converted: series of one metric follow one another, and share theirs. */
let lastBounds: { from: string; divisor: number; bounds: number[] } | undefined

function boundsIn(bounds: readonly number[], divisor: number): number[] {
  if (divisor === 1) return [...bounds]
  const from = bounds.join()
  if (lastBounds?.from !== from || lastBounds.divisor !== divisor) {
    // Decimal fractions stay what they look like.
    const converted = bounds.map(bound => Number((bound / divisor).toPrecision(15)))
    lastBounds = { from, divisor, bounds: converted }
  }
  return lastBounds.bounds
}

/** In another unit: each bucket's samples go where the middle of the bucket goes. So quantiles are within 2.2 %, not 1.1. */
function divided(recorded: BaseTwoHistogram, divisor: number): BaseTwoHistogram {
  const histogram = new BaseTwoHistogram()
  histogram.zeroCount = recorded.zeroCount
  recorded.forEachBucket((value, count) => {
    if (value === 0) return
    single.clear()
    single.record(value / divisor)
    for (const side of ['positive', 'negative'] as const) {
      const from = single[side]
      const position = from.counts.indexOf(1)
      if (position >= 0) histogram[side].add(from.offset + position, count)
    }
    histogram.zeroCount += single.zeroCount * count
  })
  return histogram
}

const single = new BaseTwoHistogram()

/** Without the empty buckets at both ends. */
function trimmed({ counts, offset }: BucketCounts): ExponentialHistogram['positive'] {
  const first = counts.findIndex(count => count > 0)
  if (first < 0) return { offset: 0, bucketCounts: [] }
  const end = counts.findLastIndex(count => count > 0) + 1
  return { offset: offset + first, bucketCounts: Array.from(counts.subarray(first, end)) }
}
