/** A stretch of a window: values and their log-buckets, side by side. */
import { CompensatedSum } from './compensated-sum.ts'

export const CHUNK_SAMPLES_MAX = 1_024

/** Written by its window only. The first `size` entries are samples, in no promised order. */
export class WindowChunk {
  /** Both are replaced when the chunk grows. */
  values: Float64Array
  bucketIds: Uint16Array
  size = 0
  readonly #sum = new CompensatedSum()
  #isSumKnown = true

  constructor(capacity: number) {
    this.values = new Float64Array(capacity)
    this.bucketIds = new Uint16Array(capacity)
  }

  get bytes(): number {
    return this.values.byteLength + this.bucketIds.byteLength
  }

  /** Sum of the chunk. Kept until a sample changes, so a reader pays only for the chunks written since it last asked. */
  get sum(): CompensatedSum {
    if (!this.#isSumKnown) {
      this.#sum.clear()
      this.#sum.addAll(this.values, this.size)
      this.#isSumKnown = true
    }
    return this.#sum
  }

  /** Makes room for `capacity` samples, those it has included. */
  grow(capacity: number): void {
    const { values, bucketIds } = this
    this.values = new Float64Array(capacity)
    this.bucketIds = new Uint16Array(capacity)
    this.values.set(values)
    this.bucketIds.set(bucketIds)
  }

  /** To be called after writing entries up to `endIndex`. */
  noteWritten(endIndex: number): void {
    if (endIndex > this.size) this.size = endIndex
    this.#isSumKnown = false
  }
}
