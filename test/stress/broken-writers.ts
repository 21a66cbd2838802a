/** Writers with one mistake each, to prove that a run notices; and the right one. */
import { LaneWriter } from '../../src/producer/lane-writer.ts'
import { ControlWord } from '../../src/shared/memory/control-block.ts'
import type { DirectoryWriter } from '../../src/shared/memory/directory.ts'
import {
  HEADER_TIME_UNIT,
  type LaneMemory,
  LaneWord,
  SLOTS_OFFSET_DOUBLES,
} from '../../src/shared/memory/lane-layout.ts'

/** What a producer of the run needs of a writer. */
interface Writer {
  readonly staged: Float64Array
  push(entryId: number, value: number): void
  pushStaged(entryId: number): void
  publish(): void
}

/** A mistake in the order of two stores is seen only between them: every so often the writer rests there, long enough for
 *  a reader to come by, on a single processor, too. */
const REST_EVERY = 100
const REST_MS = 0.1
/** After so many rounds of its ring `refuses` takes it for full, and never looks again. */
const REFUSES_AFTER_ROUNDS = 2

const never = new Int32Array(new SharedArrayBuffer(4))

export const WRITER_NAMES = ['production', 'publishes-first', 'overwrites', 'forgets', 'refuses'] as const
export type WriterName = (typeof WRITER_NAMES)[number]

export function createWriter(
  name: WriterName,
  lane: LaneMemory,
  control: Int32Array,
  directory: DirectoryWriter,
  publishEvery: number,
): Writer {
  if (name === 'production') return new LaneWriter(lane, control, directory, publishEvery)
  return new BrokenWriter(lane, control, directory, name)
}

class BrokenWriter implements Writer {
  readonly staged: Float64Array = new Float64Array(1)
  readonly #lane: LaneMemory
  readonly #control: Int32Array
  readonly #directory: DirectoryWriter
  readonly #name: WriterName
  readonly #firstIndex: number
  #writeIndex: number
  #newestEntryId = 0
  #riskCount = 0

  constructor(lane: LaneMemory, control: Int32Array, directory: DirectoryWriter, name: WriterName) {
    this.#lane = lane
    this.#control = control
    this.#directory = directory
    this.#name = name
    this.#writeIndex = lane.words[LaneWord.writeIndex]!
    this.#firstIndex = this.#writeIndex
  }

  push(entryId: number, value: number): void {
    const { words, capacity } = this.#lane
    const fill = (this.#writeIndex - Atomics.load(words, LaneWord.readIndex)) | 0
    const rounds = ((this.#writeIndex - this.#firstIndex) >>> 0) / capacity
    const isRefused = this.#name === 'refuses' && rounds >= REFUSES_AFTER_ROUNDS
    if (fill < capacity && !isRefused) this.#append(entryId, value)
    else if (this.#name === 'overwrites') {
      // In place of the newest sample, which the reader may be reading just now.
      this.#countDropped(this.#newestEntryId)
      this.#write(this.#writeIndex - 1, entryId, value, true)
    } else if (this.#name !== 'forgets') this.#countDropped(entryId)
  }

  pushStaged(entryId: number): void {
    this.push(entryId, this.staged[0]!)
  }

  publish(): void {}

  #countDropped(entryId: number): void {
    const { words } = this.#lane
    this.#directory.countDropped(entryId)
    Atomics.store(words, LaneWord.dropped, words[LaneWord.dropped]! + 1)
  }

  #append(entryId: number, value: number): void {
    const index = this.#writeIndex
    this.#writeIndex = (index + 1) | 0
    if (this.#name === 'publishes-first') {
      Atomics.store(this.#lane.words, LaneWord.writeIndex, this.#writeIndex)
      this.#rest()
      this.#write(index, entryId, value)
    } else {
      this.#write(index, entryId, value)
      Atomics.store(this.#lane.words, LaneWord.writeIndex, this.#writeIndex)
    }
  }

  #write(index: number, entryId: number, value: number, isOverwriting = false): void {
    const { doubles, capacity } = this.#lane
    const slot = SLOTS_OFFSET_DOUBLES + ((index & (capacity - 1)) << 1)
    doubles[slot] = (this.#control[ControlWord.clockMs]! >>> 0) * HEADER_TIME_UNIT + entryId
    this.#newestEntryId = entryId
    if (isOverwriting) this.#rest()
    doubles[slot + 1] = value
  }

  #rest(): void {
    this.#riskCount += 1
    if (this.#riskCount % REST_EVERY === 0) Atomics.wait(never, 0, 0, REST_MS)
  }
}
