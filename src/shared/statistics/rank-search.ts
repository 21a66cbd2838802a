/** Finds samples by rank: counts tell in which buckets the ranks lie, and only the values of those are gathered. */

/** A bucket in which wanted ranks lie, and the stretch of `#gathered` that takes its values. */
interface WantedBucket {
  readonly bucketId: number
  readonly firstIndex: number
  readonly endIndex: number
  /** Ranks among the bucket's own samples, from 1; ascending. */
  readonly ranks: number[]
}

/** Values kept in reserve from one search to the next; more are given back at once. */
const GATHERED_KEPT_MAX = 65_536
const NO_VALUES = new Float64Array(0)

/** One search after another over the same kind of buckets: `start`, then `pass` or `scan` through all counts, then
 *  `gather` all samples, then `finish`. */
export class RankSearch {
  /** Per bucket: 1 + index of the wanted bucket, 0 for all others. All zero between searches. */
  readonly #marks: Uint16Array
  #ranks: readonly number[] = []
  #ranksFound = 0
  #samplesBefore = 0
  #buckets: WantedBucket[] = []
  #gathered = NO_VALUES
  /** Whether a single bucket holds every sample: then there is nothing to choose from, and values are copied. */
  #isAllWanted = false
  #copied = 0
  /** Per wanted bucket: where its next value goes, as -1 - index before its first. */
  #cursors = new Int32Array(0)
  /** Per wanted bucket: its first value. Values equal to it are not stored, for there may be very many. */
  #firstValues = NO_VALUES

  constructor(bucketCount: number) {
    this.#marks = new Uint16Array(bucketCount)
  }

  /** @param ranks from 1, ascending, none beyond the number of samples */
  start(ranks: readonly number[]): void {
    this.#ranks = ranks
    this.#ranksFound = 0
    this.#samplesBefore = 0
    this.#buckets = []
  }

  /** Passes over buckets that hold `sampleCount` samples together.
   *  @returns false if a wanted rank lies among them: then they have to be scanned. */
  pass(sampleCount: number): boolean {
    if (this.#ranks[this.#ranksFound]! <= this.#samplesBefore + sampleCount) return false
    this.#samplesBefore += sampleCount
    return true
  }

  /** Looks for wanted ranks in the buckets from `firstBucketId` up to `endBucketId`, whose counts are `counts[id]`. */
  scan(counts: Int32Array, firstBucketId: number, endBucketId: number): void {
    let samplesBefore = this.#samplesBefore
    let nextRank = this.#ranks[this.#ranksFound]!
    for (let bucketId = firstBucketId; bucketId < endBucketId; bucketId += 1) {
      const sampleCount = counts[bucketId]!
      if (nextRank <= samplesBefore + sampleCount) {
        this.#want(bucketId, samplesBefore, sampleCount)
        nextRank = this.#ranks[this.#ranksFound]!
      }
      samplesBefore += sampleCount
    }
    this.#samplesBefore = samplesBefore
  }

  /** Makes ready for gathering. */
  prepare(): void {
    const buckets = this.#buckets
    const valueCount = buckets[buckets.length - 1]!.endIndex
    if (valueCount > this.#gathered.length) this.#gathered = new Float64Array(valueCount)
    if (buckets.length >= this.#cursors.length) {
      this.#cursors = new Int32Array(buckets.length + 1)
      this.#firstValues = new Float64Array(buckets.length + 1)
    }
    this.#isAllWanted = buckets.length === 1 && valueCount === this.#samplesBefore
    this.#copied = 0
    for (let index = 0; index < buckets.length; index += 1) {
      this.#marks[buckets[index]!.bucketId] = index + 1
      this.#cursors[index + 1] = -1 - buckets[index]!.firstIndex
      this.#firstValues[index + 1] = Number.NaN
    }
  }

  /** Takes the values that lie in wanted buckets. */
  gather(values: Float64Array, bucketIds: Uint16Array, sampleCount: number): void {
    if (this.#isAllWanted) {
      this.#gathered.set(
        sampleCount === values.length ? values : values.subarray(0, sampleCount),
        this.#copied,
      )
      this.#copied += sampleCount
      return
    }
    const marks = this.#marks
    const inFours = sampleCount & ~3
    for (let index = 0; index < inFours; index += 4) {
      // Most values lie in buckets nobody asked for: four are passed over with one branch.
      const isNoneWanted =
        (marks[bucketIds[index]!]! |
          marks[bucketIds[index + 1]!]! |
          marks[bucketIds[index + 2]!]! |
          marks[bucketIds[index + 3]!]!) ===
        0
      if (!isNoneWanted) this.#take(values, bucketIds, index, index + 4)
    }
    this.#take(values, bucketIds, inFours, sampleCount)
  }

  /** @param select finds ranks within one bucket whose values differ; it may rearrange them
   *  @returns the values of the ranks, in their order. */
  finish(select: (values: Float64Array, ranks: readonly number[]) => readonly number[]): number[] {
    const found: number[] = []
    this.#buckets.forEach(({ bucketId, firstIndex, endIndex, ranks }, index) => {
      this.#marks[bucketId] = 0
      const firstValue = this.#firstValues[index + 1]!
      const cursor = this.#cursors[index + 1]!
      if (cursor === firstIndex) {
        for (const _ of ranks) found.push(firstValue)
        return
      }
      const stretch = this.#gathered.subarray(firstIndex, endIndex)
      if (!this.#isAllWanted) stretch.fill(firstValue, cursor - firstIndex)
      found.push(...select(stretch, ranks))
    })
    if (this.#gathered.length > GATHERED_KEPT_MAX) this.#gathered = NO_VALUES
    return found
  }

  #take(values: Float64Array, bucketIds: Uint16Array, firstIndex: number, endIndex: number): void {
    const cursors = this.#cursors
    const firstValues = this.#firstValues
    for (let index = firstIndex; index < endIndex; index += 1) {
      const mark = this.#marks[bucketIds[index]!]!
      if (mark === 0) continue
      const value = values[index]!
      if (value === firstValues[mark]!) continue
      const cursor = cursors[mark]!
      if (cursor >= 0) {
        this.#gathered[cursor] = value
        cursors[mark] = cursor + 1
      } else {
        firstValues[mark] = value
        cursors[mark] = -1 - cursor
      }
    }
  }

  #want(bucketId: number, samplesBefore: number, sampleCount: number): void {
    const firstIndex = this.#buckets[this.#buckets.length - 1]?.endIndex ?? 0
    const ranks: number[] = []
    while (this.#ranks[this.#ranksFound]! <= samplesBefore + sampleCount) {
      ranks.push(this.#ranks[this.#ranksFound]! - samplesBefore)
      this.#ranksFound += 1
    }
    this.#buckets.push({ bucketId, firstIndex, endIndex: firstIndex + sampleCount, ranks })
  }
}
