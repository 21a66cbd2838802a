/** Exact statistics of rolling windows: one, or several merged. */
import { CompensatedSum } from './compensated-sum.ts'
import { LOG_BUCKET_COUNT } from './log-bucket.ts'
import { nearestRank } from './nearest-rank.ts'
import { RankSearch } from './rank-search.ts'
import { selectRanks } from './select-ranks.ts'
import type { Window } from './window.ts'
import type { WindowChunk } from './window-chunk.ts'

export interface WindowSummary {
  readonly count: number
  /** Compensated: within a rounding or two of the true sum, unless its terms cancel out. */
  readonly sum: number
  readonly min: number | undefined
  readonly max: number | undefined
  /** In the order asked for. Each is a recorded value; undefined when there are no samples. */
  readonly quantiles: readonly (number | undefined)[]
}

const PAGE_BUCKETS = 256
const PAGE_COUNT = LOG_BUCKET_COUNT / PAGE_BUCKETS

const search = new RankSearch(LOG_BUCKET_COUNT)
/** Samples per log-bucket, and which pages of 256 buckets have any. All zero between calls. */
const counts = new Int32Array(LOG_BUCKET_COUNT)
const isPageUsed = new Uint8Array(PAGE_COUNT)

/** Statistics of all samples in the windows together: what one sort over all of them would say.
 *  Counts the samples of each log-bucket, walks the counts to the ranks, gathers the values of just those buckets,
 *  and selects inside them. O(samples): about 35 µs for 10,000, up to three times that where they crowd into one
 *  bucket; where most lie beyond the outermost buckets, as long as a sort.
 *  @param quantiles each in [0, 1]; nearest-rank, see `nearestRank`
 *  @throws TelemetryError OFFLOOP_QUANTILE_RANGE */
export function summarizeWindows(windows: readonly Window[], quantiles: readonly number[]): WindowSummary {
  const count = windows.reduce((samples, window) => samples + window.size, 0)
  const ranks = quantiles.map(q => nearestRank(q, count))
  if (count === 0) {
    return { count, sum: 0, min: undefined, max: undefined, quantiles: ranks.map(() => undefined) }
  }

  // The extremes are ranks like any other.
  const ascending = [...new Set([1, ...ranks, count])].sort((a, b) => a - b)
  const values = valuesOfRanks(windows, ascending)
  return {
    count,
    sum: sumOfWindows(windows),
    min: values[0],
    max: values[values.length - 1],
    quantiles: ranks.map(rank => values[ascending.indexOf(rank)]),
  }
}

/** Quantiles of the latest samples alone: of `sampleCount`, or as many of them as the window holds. Sorts them. */
export function quantilesOfLatest(
  window: Window,
  sampleCount: number,
  quantiles: readonly number[],
): readonly (number | undefined)[] {
  const values = window.latest(sampleCount).sort()
  return quantiles.map(q => values[nearestRank(q, values.length) - 1])
}

function valuesOfRanks(windows: readonly Window[], ascendingRanks: readonly number[]): number[] {
  for (const window of windows) window.chunks.forEach(countChunk)
  search.start(ascendingRanks)
  for (let page = 0; page < PAGE_COUNT; page += 1) {
    if (isPageUsed[page] === 0) continue
    const first = page * PAGE_BUCKETS
    if (!search.pass(sampleCountFrom(first))) search.scan(counts, first, first + PAGE_BUCKETS)
    counts.fill(0, first, first + PAGE_BUCKETS)
    isPageUsed[page] = 0
  }
  search.prepare()
  for (const window of windows) {
    for (const { values, bucketIds, size } of window.chunks) search.gather(values, bucketIds, size)
  }
  return search.finish(selectRanks)
}

function countChunk({ bucketIds, size }: WindowChunk): void {
  for (let index = 0; index < size; index += 1) {
    const bucketId = bucketIds[index]!
    counts[bucketId]! += 1
    isPageUsed[bucketId >>> 8] = 1
  }
}

function sampleCountFrom(firstBucketId: number): number {
  let sampleCount = 0
  for (let index = 0; index < PAGE_BUCKETS; index += 1) sampleCount += counts[firstBucketId + index]!
  return sampleCount
}

function sumOfWindows(windows: readonly Window[]): number {
  const sum = new CompensatedSum()
  for (const window of windows) {
    for (const chunk of window.chunks) sum.merge(chunk.sum)
  }
  return sum.value
}
