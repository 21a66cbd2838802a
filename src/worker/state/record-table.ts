/** Records that change together or not at all, whenever their thread may die. Aggregator thread; owns the epoch.
 *
 *  Each record has two copies. A write goes to the one that the checkpoint in force does not need; one store of the epoch
 *  makes all writes since the last one hold. A thread is only ever stopped between two of its stores, and its successor
 *  begins after it has ended: so plain stores in this order are enough. */
import { assert } from '../../shared/errors.ts'
import {
  CopyDouble,
  EntryDouble,
  STATE_BLOCK_RECORDS,
  STATE_BLOCKS_MAX,
  STATE_ENTRY_DOUBLES,
  STATE_MAGIC,
  StateWord,
} from '../../shared/memory/state-layout.ts'
import type { StateWriter } from '../../shared/statistics/saved-state.ts'
import { blockBytes, StateMemory } from './state-memory.ts'

const BLOCK_BYTES = 65_536
const BLOCK_DOUBLES = BLOCK_BYTES / 8
assert(STATE_BLOCK_RECORDS * STATE_ENTRY_DOUBLES <= BLOCK_DOUBLES, 'the entries fit their block')
const HEADER_DOUBLES = StateWord.blocks + STATE_BLOCKS_MAX

/** What a record is about. A record keeps its kind for good. */
export const RecordKind = {
  metric: 1,
  series: 2,
  seriesState: 3,
  seriesSettled: 4,
  lane: 5,
  totals: 6,
  monitor: 7,
} as const

export class RecordTable {
  readonly memory: StateMemory
  readonly #header: Float64Array
  readonly #blocks: Float64Array[] = []
  #committedEpoch: number
  #recordCount: number
  /** The memory of copies A and B of each record, in turn. */
  readonly #views: (Float64Array | undefined)[] = []
  /** Records without content, by kind: to be used again. */
  readonly #unused = new Map<number, number[]>()
  /** Emptied since the last commit. */
  #emptied: number[] = []

  /** The memory has to be opened once everything that records point at is found. */
  constructor(buffer: SharedArrayBuffer) {
    this.memory = new StateMemory(buffer)
    this.#header = new Float64Array(buffer, 0, HEADER_DOUBLES)
    assert(this.#header[StateWord.magic] === STATE_MAGIC, 'the state memory is one')
    this.#committedEpoch = this.#header[StateWord.committedEpoch]!
    this.#recordCount = this.#committedEpoch === 0 ? 0 : this.#header[StateWord.recordCount]!
    const blockCount = Math.ceil(this.#recordCount / STATE_BLOCK_RECORDS)
    for (let index = 0; index < blockCount; index += 1) {
      const address = this.#header[StateWord.blocks + index]!
      this.memory.noteFound(address, BLOCK_BYTES)
      this.#blocks.push(new Float64Array(buffer, address, BLOCK_DOUBLES))
    }
    for (let index = 0; index < this.#recordCount; index += 1) this.#adopt(index)
    // The first in order is used again first: records of a kind stay in the order they were added.
    for (const indices of this.#unused.values()) indices.reverse()
  }

  /** Whether there is a checkpoint to carry on from. */
  get isCommitted(): boolean {
    return this.#committedEpoch > 0
  }

  /** Calls back for each record of the kind that has content, in the order they were added. */
  forEach(kind: number, callback: (numbers: Float64Array, index: number) => void): void {
    for (let index = 0; index < this.#recordCount; index += 1) {
      const { block, entry } = this.#entryOf(index)
      if (block[entry + EntryDouble.kind] !== kind) continue
      const numbers = this.read(index)
      if (numbers !== undefined && numbers.length > 0) callback(numbers, index)
    }
  }

  /** Records without content that others with content name: not to be used for anything else. */
  keep(indices: ReadonlySet<number>): void {
    for (const [kind, unused] of this.#unused) {
      this.#unused.set(
        kind,
        unused.filter(index => !indices.has(index)),
      )
    }
  }

  /** The committed content. */
  read(index: number): Float64Array | undefined {
    const { block, entry } = this.#entryOf(index)
    const epochA = block[entry + EntryDouble.copyA]!
    const epochB = block[entry + EntryDouble.copyB]!
    if (epochA === 0 && epochB === 0) return undefined
    const copy = entry + (epochA > epochB ? EntryDouble.copyA : EntryDouble.copyB)
    const length = block[copy + CopyDouble.length]!
    return new Float64Array(this.#header.buffer, block[copy + CopyDouble.address]!, length)
  }

  /** A record without content. */
  add(kind: number): number {
    const known = this.#unused.get(kind)?.pop()
    if (known !== undefined) return known
    const index = this.#recordCount
    if (index === this.#blocks.length * STATE_BLOCK_RECORDS && !this.#addBlock()) return -1
    const { block, entry } = this.#entryOf(index)
    block.fill(0, entry, entry + STATE_ENTRY_DOUBLES)
    block[entry + EntryDouble.kind] = kind
    this.#views.push(undefined, undefined)
    this.#recordCount += 1
    this.#header[StateWord.recordCount] = this.#recordCount
    return index
  }

  /** Begins new content of the record, in the memory it has: to be written, and then `put`. */
  begin(index: number, writer: StateWriter): void {
    if (index < 0) {
      writer.begin()
      return
    }
    const { block, entry } = this.#entryOf(index)
    const half = copyToWrite(block, entry, this.#committedEpoch + 1)
    // What is there counts no more from here on.
    block[entry + half + CopyDouble.epoch] = 0
    writer.begin(this.#views[index * 2 + (half === EntryDouble.copyA ? 0 : 1)])
  }

  /** What was written since `begin` is the record's content, from the next commit on. */
  put(index: number, writer: StateWriter): void {
    if (index < 0) return
    const { block, entry } = this.#entryOf(index)
    const half =
      block[entry + EntryDouble.copyA + CopyDouble.epoch] === 0 ? EntryDouble.copyA : EntryDouble.copyB
    const copy = entry + half
    if (writer.isOverflown) {
      const view = this.#move(block, copy, writer.length)
      if (view === undefined) return
      this.#views[index * 2 + (half === EntryDouble.copyA ? 0 : 1)] = view
      view.set(writer.written)
    }
    block[copy + CopyDouble.length] = writer.length
    block[copy + CopyDouble.epoch] = this.#committedEpoch + 1
  }

  /** Takes the content away, from the next commit on. */
  clear(index: number, writer: StateWriter): void {
    if (index < 0) return
    this.begin(index, writer)
    this.put(index, writer)
    this.#emptied.push(index)
  }

  /** Makes everything written since the last commit hold.
   *  @returns false when the memory has run out: then nothing holds any more, and a successor begins anew */
  commit(): boolean {
    if (this.memory.isExhausted) {
      this.#header[StateWord.committedEpoch] = 0
      return false
    }
    this.#committedEpoch += 1
    this.#header[StateWord.committedEpoch] = this.#committedEpoch
    this.memory.noteCommit()
    for (const index of this.#emptied) this.#reuse(index)
    this.#emptied = []
    return true
  }

  /** Where the copies lie. What was written after the last commit is as good as free. */
  #adopt(index: number): void {
    const { block, entry } = this.#entryOf(index)
    for (const half of [EntryDouble.copyA, EntryDouble.copyB]) {
      const copy = entry + half
      if (block[copy + CopyDouble.epoch]! > this.#committedEpoch) block[copy + CopyDouble.epoch] = 0
      const capacityBytes = block[copy + CopyDouble.capacityBytes]!
      const isThere = capacityBytes > 0
      this.#views.push(
        isThere ? this.memory.doublesAt(block[copy + CopyDouble.address]!, capacityBytes / 8) : undefined,
      )
    }
    // Of other kinds an empty record may belong to a series that has nothing to save yet.
    const isLane = block[entry + EntryDouble.kind] === RecordKind.lane
    if (isLane && (this.read(index)?.length ?? 0) === 0) this.#reuse(index)
  }

  #reuse(index: number): void {
    const { block, entry } = this.#entryOf(index)
    const kind = block[entry + EntryDouble.kind]!
    const unused = this.#unused.get(kind) ?? []
    unused.push(index)
    this.#unused.set(kind, unused)
  }

  /** @returns the copy's new memory; undefined when there is no more */
  #move(block: Float64Array, copy: number, length: number): Float64Array | undefined {
    const capacityBytes = block[copy + CopyDouble.capacityBytes]!
    if (capacityBytes > 0) this.memory.giveBack(block[copy + CopyDouble.address]!, capacityBytes)
    // A capacity is never larger than what lies at the address, wherever this thread is stopped.
    block[copy + CopyDouble.capacityBytes] = 0
    const address = this.memory.allocate(length * 8)
    if (address === 0) return undefined
    const grownBytes = blockBytes(length * 8)
    block[copy + CopyDouble.address] = address
    block[copy + CopyDouble.capacityBytes] = grownBytes
    return new Float64Array(this.#header.buffer, address, grownBytes / 8)
  }

  #addBlock(): boolean {
    if (this.#blocks.length === STATE_BLOCKS_MAX) this.memory.isExhausted = true
    const address = this.memory.isExhausted ? 0 : this.memory.allocate(BLOCK_BYTES)
    if (address === 0) return false
    this.#header[StateWord.blocks + this.#blocks.length] = address
    this.#blocks.push(new Float64Array(this.#header.buffer, address, BLOCK_DOUBLES))
    return true
  }

  #entryOf(index: number): { block: Float64Array; entry: number } {
    const block = this.#blocks[Math.floor(index / STATE_BLOCK_RECORDS)]!
    return { block, entry: (index % STATE_BLOCK_RECORDS) * STATE_ENTRY_DOUBLES }
  }
}

/** The copy that was written in this epoch, or else the older one. */
function copyToWrite(block: Float64Array, entry: number, nextEpoch: number): number {
  const epochA = block[entry + EntryDouble.copyA]!
  const epochB = block[entry + EntryDouble.copyB]!
  if (epochA === nextEpoch) return EntryDouble.copyA
  if (epochB === nextEpoch) return EntryDouble.copyB
  return epochA <= epochB ? EntryDouble.copyA : EntryDouble.copyB
}
