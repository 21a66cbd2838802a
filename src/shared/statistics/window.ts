/** The rolling window: the last N values of a series, each with the log-bucket that makes exact percentiles cheap. */
import { TelemetryError } from '../errors.ts'
import { logBucketOf } from './log-bucket.ts'
import { HIGH_WORD, SampleBatch } from './sample-batch.ts'
import type { StateReader, StateWriter } from './saved-state.ts'
import { HEAP_MEMORY, type StatisticsMemory } from './statistics-memory.ts'
import { CHUNK_SAMPLES_MAX, WindowChunk } from './window-chunk.ts'

export const WINDOW_CAPACITY_DEFAULT = 10_000
const WINDOW_CAPACITY_MAX = 10_000_000
/** The first chunk begins with room for so many, and doubles up to CHUNK_SAMPLES_MAX: many series see few samples. */
const FIRST_CHUNK_SAMPLES = 32

const SINGLE = new SampleBatch(1)

/** @throws TelemetryError OFFLOOP_WINDOW_SIZE */
export function checkWindowCapacity(capacity: unknown): number {
  if (
    Number.isInteger(capacity) &&
    (capacity as number) >= 1 &&
    (capacity as number) <= WINDOW_CAPACITY_MAX
  ) {
    return capacity as number
  }
  throw new TelemetryError('OFFLOOP_WINDOW_SIZE', {
    at: 'windowCapacity',
    got: capacity,
    fix: `give a whole number from 1 to ${WINDOW_CAPACITY_MAX}`,
  })
}

/** The last `capacity` finite values; the oldest leaves for each that comes beyond that.
 *  Memory follows use: nothing before the first sample, then a chunk that grows from 32 samples (10 bytes each) to
 *  1,024, then chunks of 1,024 as they are reached. How many samples each bucket holds is counted at reading: kept up to date with every sample that comes
 *  and goes, it would double the cost of draining, to save a reader 15 µs. One thread owns a window. */
export class Window {
  readonly capacity: number
  /** Samples let go so far. */
  #evicted = 0
  #size = 0
  #chunkIndex = 0
  #entryIndex = 0
  readonly #chunks: WindowChunk[] = []
  /** Times a chunk was added or moved. */
  layoutRevision = 0
  readonly #memory: StatisticsMemory

  /** @param options.memory where the samples lie; default the heap
   *  @throws TelemetryError OFFLOOP_WINDOW_SIZE */
  constructor({
    capacity = WINDOW_CAPACITY_DEFAULT,
    memory = HEAP_MEMORY,
  }: { capacity?: number | undefined; memory?: StatisticsMemory } = {}) {
    this.capacity = checkWindowCapacity(capacity)
    this.#memory = memory
  }

  get size(): number {
    return this.#size
  }

  get evicted(): number {
    return this.#evicted
  }

  get chunks(): readonly WindowChunk[] {
    return this.#chunks
  }

  /** Bytes of samples. */
  get bytes(): number {
    return this.#chunks.reduce((bytes, chunk) => bytes + chunk.bytes, 0)
  }

  /** The latest values, as many as there are of so many, in no promised order. Copied. */
  latest(count: number): Float64Array {
    const latest = new Float64Array(Math.min(count, this.#size))
    let chunkIndex = this.#chunkIndex
    let endEntry = this.#entryIndex
    for (let taken = 0; taken < latest.length; ) {
      const entryCount = Math.min(endEntry, latest.length - taken)
      const { values } = this.#chunks[chunkIndex]!
      latest.set(values.subarray(endEntry - entryCount, endEntry), taken)
      taken += entryCount
      chunkIndex = (chunkIndex === 0 ? this.#chunks.length : chunkIndex) - 1
      endEntry = this.#chunks[chunkIndex]!.size
    }
    return latest
  }

  /** Adds one value. It must be finite: whoever records has seen to that. */
  push(value: number): void {
    SINGLE.values[0] = value
    this.pushBatch(SINGLE, 1)
  }

  /** Adds the first `count` values of the batch, in their order. All must be finite. */
  pushBatch(batch: SampleBatch, count: number): void {
    let taken = 0
    while (taken < count) {
      const chunk = this.#chunkToWrite()
      const room = chunk.values.length - this.#entryIndex
      const entryCount = Math.min(room, count - taken)
      this.#writeEntries(chunk, batch, taken, entryCount)
      this.#entryIndex += entryCount
      taken += entryCount
      chunk.noteWritten(this.#entryIndex)
    }
  }

  /** Saves where it stands. Values written after that go where they would go again: whoever carries on from here and is
   *  given the same samples once more writes them to the same places. */
  save(into: StateWriter): void {
    into.write(this.#size)
    into.write(this.#evicted)
    into.write(this.#chunkIndex)
    into.write(this.#entryIndex)
  }

  /** Saves where the values lie, which changes with `layoutRevision`. */
  saveLayout(into: StateWriter): void {
    into.write(this.layoutRevision)
    into.write(this.#chunks.length)
    for (const { values } of this.#chunks) {
      into.write(values.byteOffset)
      into.write(values.length)
    }
  }

  /** @param layout what `saveLayout` has saved at the same time, or last before that; undefined before the first sample */
  restore(from: StateReader, layout: StateReader | undefined): void {
    this.#size = from.read()
    this.#evicted = from.read()
    this.#chunkIndex = from.read()
    this.#entryIndex = from.read()
    if (layout === undefined) return
    this.layoutRevision = layout.read()
    const chunkCount = layout.read()
    for (let index = 0; index < chunkCount; index += 1) {
      const address = layout.read()
      const values = this.#memory.doublesAt(address, layout.read())
      // Until the window is full, chunks fill one after the other.
      const isWritten = this.#size === this.capacity || index < this.#chunkIndex
      const chunk = new WindowChunk(values, this.#memory)
      this.#chunks.push(chunk.reopen(isWritten ? values.length : this.#entryIndex))
    }
  }

  #chunkToWrite(): WindowChunk {
    const written = this.#chunks[this.#chunkIndex]
    if (written !== undefined && this.#entryIndex < written.values.length) return written
    if (written !== undefined && this.#grow(written)) return written
    if (written !== undefined) this.#chunkIndex += 1
    if (this.#chunkIndex * CHUNK_SAMPLES_MAX >= this.capacity) this.#chunkIndex = 0
    this.#entryIndex = 0
    const next = this.#chunks[this.#chunkIndex]
    if (next !== undefined) return next
    const samplesMax = this.#chunks.length === 0 ? FIRST_CHUNK_SAMPLES : CHUNK_SAMPLES_MAX
    const samples = Math.min(samplesMax, this.capacity - this.#size)
    const chunk = new WindowChunk(this.#memory.doubles(samples), this.#memory)
    this.#chunks.push(chunk)
    this.layoutRevision += 1
    return chunk
  }

  /** @returns false for a chunk that has its full size: all but the first have it from the start. */
  #grow(chunk: WindowChunk): boolean {
    const { length } = chunk.values
    if (this.#chunkIndex > 0 || length === Math.min(CHUNK_SAMPLES_MAX, this.capacity)) return false
    chunk.grow(Math.min(2 * length, CHUNK_SAMPLES_MAX, this.capacity))
    this.layoutRevision += 1
    return true
  }

  /** Writes samples of the batch from `#entryIndex` on, in place of what a full window holds there. */
  #writeEntries(
    { values, bucketIds }: WindowChunk,
    batch: SampleBatch,
    from: number,
    entryCount: number,
  ): void {
    const firstEntry = this.#entryIndex
    const endEntry = firstEntry + entryCount
    if (this.#size === this.capacity) this.#evicted += entryCount
    else this.#size += entryCount
    const batchValues = batch.values
    const batchWords = batch.words
    const offset = from - firstEntry
    for (let entry = firstEntry; entry < endEntry; entry += 1) {
      values[entry] = batchValues[offset + entry]!
      bucketIds[entry] = logBucketOf(batchWords[2 * (offset + entry) + HIGH_WORD]!)
    }
  }
}
