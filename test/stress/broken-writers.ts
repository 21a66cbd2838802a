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

export const WRITER_NAMES = ['production', 'publishes-first', 'overwrites', 'forgets'] as const
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
  #writeIndex: number

  constructor(lane: LaneMemory, control: Int32Array, directory: DirectoryWriter, name: WriterName) {
    this.#lane = lane
    this.#control = control
    this.#directory = directory
    this.#name = name
    this.#writeIndex = lane.words[LaneWord.writeIndex]!
  }

  push(entryId: number, value: number): void {
    const { words, capacity } = this.#lane
    const fill = (this.#writeIndex - Atomics.load(words, LaneWord.readIndex)) | 0
    if (fill < capacity) this.#append(entryId, value)
    // In place of the newest sample, which the reader may be reading just now.
    else if (this.#name === 'overwrites') this.#write(this.#writeIndex - 1, entryId, value)
    else if (this.#name !== 'forgets') {
      this.#directory.countDropped(entryId)
      Atomics.store(words, LaneWord.dropped, words[LaneWord.dropped]! + 1)
    }
  }

  pushStaged(entryId: number): void {
    this.push(entryId, this.staged[0]!)
  }

  publish(): void {}

  #append(entryId: number, value: number): void {
    const index = this.#writeIndex
    this.#writeIndex = (index + 1) | 0
    if (this.#name === 'publishes-first') {
      Atomics.store(this.#lane.words, LaneWord.writeIndex, this.#writeIndex)
      this.#write(index, entryId, value)
    } else {
      this.#write(index, entryId, value)
      Atomics.store(this.#lane.words, LaneWord.writeIndex, this.#writeIndex)
    }
  }

  #write(index: number, entryId: number, value: number): void {
    const { doubles, capacity } = this.#lane
    const slot = SLOTS_OFFSET_DOUBLES + ((index & (capacity - 1)) << 1)
    doubles[slot] = (this.#control[ControlWord.clockMs]! >>> 0) * HEADER_TIME_UNIT + entryId
    doubles[slot + 1] = value
  }
}
