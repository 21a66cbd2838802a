/** How many samples of a window lie in each log-bucket: pages of 256 counts, allocated when first reached. */
import { LOG_BUCKET_COUNT } from './log-bucket.ts'

export const PAGE_BUCKETS = 256
export const PAGE_COUNT: number = LOG_BUCKET_COUNT / PAGE_BUCKETS

const PAGES_GROWN_AT_LEAST = 2
/** Odd, and so unlike any start: those are multiples of PAGE_BUCKETS. */
const UNREACHED = 1
const NO_STARTS = new Int32Array(PAGE_COUNT).fill(UNREACHED)
const NO_TOTALS = new Int32Array(PAGE_COUNT)
const NO_COUNTS = new Int32Array(0)

/** Two levels: a total for each page, and the pages ever reached, one behind the other in a single array.
 *  A latency's values span a handful of pages (a page is two octaves); nothing is allocated before the first. */
export class BucketPages {
  /** By page, what turns a bucket id into the index of its count; UNREACHED while there is none. */
  #starts: Int32Array = NO_STARTS
  #totals: Int32Array = NO_TOTALS
  #counts: Int32Array = NO_COUNTS
  #pagesUsed = 0

  get bytes(): number {
    return this.#pagesUsed === 0
      ? 0
      : this.#starts.byteLength + this.#totals.byteLength + this.#counts.byteLength
  }

  /** Samples in the page's buckets. */
  total(page: number): number {
    return this.#totals[page]!
  }

  /** Counts a sample in each of the buckets `bucketIds[from]` to `bucketIds[end - 1]`. */
  addAll(bucketIds: Uint16Array, from: number, end: number): void {
    let starts = this.#starts
    let totals = this.#totals
    let counts = this.#counts
    for (let index = from; index < end; index += 1) {
      const bucketId = bucketIds[index]!
      const page = bucketId >>> 8
      if (starts[page] === UNREACHED) {
        this.#reach(page)
        starts = this.#starts
        totals = this.#totals
        counts = this.#counts
      }
      counts[starts[page]! + bucketId]! += 1
      totals[page]! += 1
    }
  }

  /** Takes back what `addAll` counted for these ids. */
  removeAll(bucketIds: Uint16Array, from: number, end: number): void {
    const starts = this.#starts
    const totals = this.#totals
    const counts = this.#counts
    for (let index = from; index < end; index += 1) {
      const bucketId = bucketIds[index]!
      const page = bucketId >>> 8
      counts[starts[page]! + bucketId]! -= 1
      totals[page]! -= 1
    }
  }

  /** Adds the page's counts to `into`, which has PAGE_BUCKETS entries. */
  addPageTo(into: Float64Array, page: number): void {
    if (this.#totals[page] === 0) return
    const counts = this.#counts
    const first = this.#starts[page]! + page * PAGE_BUCKETS
    for (let bucket = 0; bucket < PAGE_BUCKETS; bucket += 1) into[bucket]! += counts[first + bucket]!
  }

  #reach(page: number): void {
    if (this.#pagesUsed === 0) {
      this.#starts = NO_STARTS.slice()
      this.#totals = NO_TOTALS.slice()
    }
    const first = this.#pagesUsed * PAGE_BUCKETS
    if (first === this.#counts.length) {
      const pagesWanted = this.#pagesUsed + Math.max(PAGES_GROWN_AT_LEAST, this.#pagesUsed >>> 1)
      const counts = new Int32Array(Math.min(pagesWanted, PAGE_COUNT) * PAGE_BUCKETS)
      counts.set(this.#counts)
      this.#counts = counts
    }
    this.#starts[page] = first - page * PAGE_BUCKETS
    this.#pagesUsed += 1
  }
}
