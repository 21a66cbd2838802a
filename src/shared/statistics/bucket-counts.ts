/** Counts of a range of exponential buckets: dense, growing both ways as indices are reached. */
import type { StateReader, StateWriter } from './saved-state.ts'

const NO_COUNTS = new Float64Array(0)
/** An octave at a time, so that neighbouring values do not each grow the range. */
const GROWTH_BUCKETS = 32

/** Bucket index to count, as float64: exact up to 2^53, which a 32-bit count is not (1 million samples a second
 *  overflow it within the hour). Nothing is allocated before the first count. */
export class BucketCounts {
  /** `counts[i]` belongs to bucket `offset + i`. Replaced when the range grows. */
  counts: Float64Array = NO_COUNTS
  offset = 0

  get bytes(): number {
    return this.counts.byteLength
  }

  add(bucketIndex: number, count: number): void {
    let position = bucketIndex - this.offset
    if (position < 0 || position >= this.counts.length) {
      this.reach(bucketIndex)
      position = bucketIndex - this.offset
    }
    this.counts[position]! += count
  }

  addAll(other: BucketCounts): void {
    const { counts } = other
    for (let position = 0; position < counts.length; position += 1) {
      const count = counts[position]!
      if (count > 0) this.add(other.offset + position, count)
    }
  }

  /** Makes the range contain the bucket. */
  reach(bucketIndex: number): void {
    const aligned = Math.floor(bucketIndex / GROWTH_BUCKETS) * GROWTH_BUCKETS
    const isEmpty = this.counts.length === 0
    const first = isEmpty ? aligned : Math.min(aligned, this.offset)
    const end = isEmpty
      ? aligned + GROWTH_BUCKETS
      : Math.max(aligned + GROWTH_BUCKETS, this.offset + this.counts.length)
    if (!isEmpty && end - first === this.counts.length) return
    const counts = new Float64Array(end - first)
    if (!isEmpty) counts.set(this.counts, this.offset - first)
    this.counts = counts
    this.offset = first
  }

  /** Sets all counts to zero and keeps the range. */
  clear(): void {
    this.counts.fill(0)
  }

  save(into: StateWriter): void {
    into.write(this.offset)
    into.write(this.counts.length)
    into.writeAll(this.counts)
  }

  restore(from: StateReader): void {
    this.offset = from.read()
    this.counts = from.readAll(from.read())
  }
}
