/** Open marks of one thread: when each began. Producer thread; preallocated, handles are numbers. */
import { type LaneMemory, LaneWord } from '../shared/memory/lane-layout.ts'

// Taken once: what replaces the clock later (test tools do) must not move a running mark.
const readClockNs = process.hrtime.bigint

/** Handles stay below 2^30, so that V8 keeps them as small integers on every platform. */
const HANDLE_MASK = 0x3fff_ffff
// Entry 0 of a directory is always a metric, so no series is called by it, and zeroed memory means: nobody's.
const NO_OWNER = 0

export const MARK_CAPACITY_DEFAULT = 4_096

/** What `markStart` gives when there is nothing to measure: `markEnd` counts it as rejected. */
export const NO_MARK = -1

/** A handle is a slot index in its low bits and that slot's generation above, so a handle that is stale, used twice
 *  or of another metric is recognised. A generation comes again after 2^30 / capacity uses of one slot. */
export class Marks {
  readonly #words: Int32Array
  readonly #slotMask: number
  readonly #startsNs: BigInt64Array
  readonly #handles: Int32Array
  readonly #owners: Int32Array
  readonly #free: Int32Array
  readonly #firstGeneration: number
  #freeCount = 0
  /** Slots that were ever used: the others are still zero pages, which cost neither time nor memory. */
  #usedCount = 0
  #nextAbandoned = 0
  // BigInts are kept inside 64-bit arrays from the clock to the difference: read back as two words they never become
  // objects, so an optimised mark pair allocates nothing.
  readonly #elapsedNs: BigInt64Array
  readonly #elapsedWords: Uint32Array

  /** @param lane where abandoned and rejected marks are counted
   *  @param capacity how many marks may be open at once: a power of two
   *  @param seed differs from telemetry to telemetry */
  constructor(lane: LaneMemory, capacity: number, seed = 0) {
    this.#words = lane.words
    this.#slotMask = capacity - 1
    this.#startsNs = new BigInt64Array(capacity)
    // Each lane of each telemetry begins at another generation, so that a handle of another one is foreign here.
    this.#firstGeneration = (seed + lane.laneId * 7_919) & 0x3fff
    this.#handles = new Int32Array(capacity)
    this.#owners = new Int32Array(capacity)
    this.#free = new Int32Array(capacity)
    this.#elapsedNs = new BigInt64Array(1)
    this.#elapsedWords = new Uint32Array(this.#elapsedNs.buffer)
  }

  /** Begins a mark for the series `owner`. The clock is read last.
   *  @returns its handle. When all are open, one of the open marks is given up for it, and counted. */
  start(owner: number): number {
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#takeSlot()
    const handle = (this.#handles[slot]! + this.#slotMask + 1) & HANDLE_MASK
    this.#handles[slot] = handle
    this.#owners[slot] = owner
    this.#startsNs[slot] = readClockNs()
    return handle
  }

  /** Ends a mark. The clock is read first.
   *  @param elapsedNs takes the nanoseconds since it began
   *  @returns false for a handle that is not open or not this owner's. */
  end(owner: number, handle: number, elapsedNs: Float64Array): boolean {
    this.#elapsedNs[0] = readClockNs()
    if (typeof handle !== 'number') return this.#reject()
    const slot = handle & this.#slotMask
    if (this.#handles[slot] !== handle || this.#owners[slot] !== owner) return this.#reject()
    this.#owners[slot] = NO_OWNER
    this.#free[this.#freeCount++] = slot
    this.#elapsedNs[0] = BigInt.asIntN(64, this.#elapsedNs[0]! - this.#startsNs[slot]!)
    elapsedNs[0] = this.#elapsedWords[0]! + this.#elapsedWords[1]! * 4_294_967_296
    return true
  }

  /** The series a handle belongs to, or 0 when the handle is not open. */
  ownerOf(handle: number): number {
    if (typeof handle !== 'number') return NO_OWNER
    const slot = handle & this.#slotMask
    return this.#handles[slot] === handle ? this.#owners[slot]! : NO_OWNER
  }

  /** Counts a handle that cannot be ended. */
  reject(): void {
    this.#reject()
  }

  #reject(): false {
    this.#words[LaneWord.marksRejected]!++
    return false
  }

  /** A slot that was never used, or else the next in turn: marks that are ended come back to the free list, so it is
   *  leaked ones that are met. */
  #takeSlot(): number {
    if (this.#usedCount <= this.#slotMask) {
      const slot = this.#usedCount++
      this.#handles[slot] = (this.#firstGeneration * (this.#slotMask + 1) + slot) & HANDLE_MASK
      return slot
    }
    const slot = this.#nextAbandoned
    this.#nextAbandoned = (slot + 1) & this.#slotMask
    this.#words[LaneWord.marksAbandoned]!++
    return slot
  }
}
