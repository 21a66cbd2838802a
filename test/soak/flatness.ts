/** Whether a quantity grows over time, in spite of noise. Pure. */

/** A value at a time. */
export interface Point {
  readonly atMs: number
  readonly value: number
}

/** How much a quantity may grow over the second half of a run and still be flat: the larger of the two. */
export interface GrowthLimit {
  /** Of its level. */
  readonly share: number
  /** In its own unit: what noise and warm-up come to in a short run. */
  readonly floor: number
}

export interface Flatness {
  readonly verdict: 'flat' | 'growing' | 'too short'
  /** Median of the second half. */
  readonly level: number
  /** By the slope, over the second half. */
  readonly growth: number
  readonly growthAllowed: number
  readonly slopePerHour: number
  /** Lower bound of the slope's 95 % confidence interval. */
  readonly slopeMinPerHour: number
  readonly readingCount: number
}

/** In the second half. */
const READINGS_MIN = 8
/** Pairs of readings grow with the square: of more readings than this, medians of neighbours are taken. */
const READINGS_MAX = 500
const HOUR_MS = 3_600_000
/** Of the normal distribution, for 95 %. */
const Z_95 = 1.96

/** Judges the second half of the points: the first is warm-up. What counts is the Theil-Sen slope, the median of the
 *  slopes between all pairs of points: up to 29 % of them may be outliers. A quantity grows when that slope comes to more
 *  than the limit over the second half, and when noise alone does not explain it.
 *  @see Sen 1968, "Estimates of the regression coefficient based on Kendall's tau" */
export function flatnessOf(points: readonly Point[], limit: GrowthLimit): Flatness {
  const firstMs = points[0]?.atMs ?? 0
  const lastMs = points.at(-1)?.atMs ?? 0
  const middleMs = (firstMs + lastMs) / 2
  const second = points.filter(({ atMs }) => atMs >= middleMs)
  const level = median(second.map(({ value }) => value))
  const growthAllowed = Math.max(limit.floor, limit.share * Math.abs(level))
  const readingCount = second.length
  if (readingCount < READINGS_MIN) {
    const none = { growth: 0, slopePerHour: 0, slopeMinPerHour: 0 }
    return { verdict: 'too short', level, growthAllowed, readingCount, ...none }
  }
  const { slope, slopeMin } = theilSen(thinned(second))
  const growth = slope * (lastMs - second[0]!.atMs)
  return {
    verdict: growth > growthAllowed && slopeMin > 0 ? 'growing' : 'flat',
    level,
    growth,
    growthAllowed,
    slopePerHour: slope * HOUR_MS,
    slopeMinPerHour: slopeMin * HOUR_MS,
    readingCount,
  }
}

/** Slope per millisecond, and the lower bound of its 95 % confidence interval. */
function theilSen(points: readonly Point[]): { slope: number; slopeMin: number } {
  const slopes: number[] = []
  for (const [index, from] of points.entries()) {
    for (const to of points.slice(index + 1)) {
      if (to.atMs > from.atMs) slopes.push((to.value - from.value) / (to.atMs - from.atMs))
    }
  }
  const sorted = Float64Array.from(slopes).sort()
  const count = points.length
  const spread = Z_95 * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18)
  const rank = Math.max(0, Math.floor((sorted.length - spread) / 2))
  return { slope: middleOf(sorted), slopeMin: sorted[rank] ?? 0 }
}

function thinned(points: readonly Point[]): Point[] {
  const groupSize = Math.ceil(points.length / READINGS_MAX)
  const groups = Array.from({ length: Math.ceil(points.length / groupSize) }, (_, group) =>
    points.slice(group * groupSize, (group + 1) * groupSize),
  )
  return groups.map(group => ({
    atMs: median(group.map(({ atMs }) => atMs)),
    value: median(group.map(({ value }) => value)),
  }))
}

function median(values: readonly number[]): number {
  return middleOf(Float64Array.from(values).sort())
}

function middleOf(sorted: Float64Array): number {
  if (sorted.length === 0) return 0
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
