/** A stretch of a window: values and their log-buckets, side by side. */
import { CompensatedSum } from './compensated-sum.ts'
import { logBucketOf } from './log-bucket.ts'
import { HIGH_WORD } from './sample-batch.ts'
import type { StatisticsMemory } from './statistics-memory.ts'

export const CHUNK_SAMPLES_MAX = 1_024

/** Written by its window only. The first `size` entries are samples, in no promised order. */
export class WindowChunk {
  /** Both are replaced when the chunk grows. */
  values: Float64Array
  bucketIds: Uint16Array
  size = 0
  readonly #memory: StatisticsMemory
  readonly #sum = new CompensatedSum()
  #isSumKnown = true

  /** @param values taken from `memory` */
  constructor(values: Float64Array, memory: StatisticsMemory) {
    this.values = values
    this.bucketIds = new Uint16Array(values.length)
    this.#memory = memory
  }

  /** Goes on with values that are there: their log-buckets are found anew.
   *  @param size how many of them count */
  reopen(size: number): this {
    const { values } = this
    const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
    for (let index = 0; index < size; index += 1) {
      this.bucketIds[index] = logBucketOf(words[2 * index + HIGH_WORD]!)
    }
    this.noteWritten(size)
    return this
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
    this.values = this.#memory.doubles(capacity)
    this.bucketIds = new Uint16Array(capacity)
    this.values.set(values)
    this.bucketIds.set(bucketIds)
    this.#memory.release(values)
  }

  /** To be called after writing entries up to `endIndex`. */
  noteWritten(endIndex: number): void {
    if (endIndex > this.size) this.size = endIndex
    this.#isSumKnown = false
  }
}
