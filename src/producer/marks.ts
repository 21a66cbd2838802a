/** Open marks of one thread: when each began. Producer thread; preallocated, handles are numbers. */
import { type LaneMemory, LaneWord } from '../shared/memory/lane-layout.ts'

// Taken once: what replaces the clock later (test tools do) must not move a running mark.
const readClockNs = process.hrtime.bigint

/** Handles stay below 2^30, so that V8 keeps them as small integers on every platform. */
const HANDLE_MASK = 0x3fff_ffff
// Entry 0 of a directory is always a metric, so no series is called by it, and zeroed memory means: nobody's.
const NO_OWNER = 0
const NO_SLOT = -1

/** Whole numbers below 2^52, added to 2^52, are the low bits of a float64. So a difference of 64-bit integers becomes a
 *  float64 without a conversion, which V8 would do through an object on the heap. */
export const ELAPSED_BIAS: number = 2 ** 52
/** The bits of ELAPSED_BIAS. */
const ELAPSED_BIAS_BITS = 0x4330_0000_0000_0000n

export const MARK_CAPACITY_DEFAULT = 4_096

/** What `markStart` gives when there is nothing to measure: `markEnd` counts it as rejected. */
export const NO_MARK = -1

/** A handle is a slot index in its low bits and that slot's generation above, so a handle that is stale, used twice
 *  or of another metric is recognised. A generation comes again after 2^30 / capacity uses of one slot. */
export class Marks {
  readonly #words: Int32Array
  readonly #slotMask: number
  /** When it began, in nanoseconds, less ELAPSED_BIAS_BITS. */
  readonly #starts: BigInt64Array
  readonly #handles: Int32Array
  readonly #owners: Int32Array
  readonly #free: Int32Array
  readonly #firstGeneration: number
  #freeCount = 0
  /** Slots that were ever used: the others are still zero pages, which cost neither time nor memory. */
  #usedCount = 0
  #nextAbandoned = 0
  /** How long the mark that ended last was open, in nanoseconds, plus ELAPSED_BIAS. */
  readonly elapsed: Float64Array
  readonly #elapsedBits: BigInt64Array

  /** @param lane where abandoned and rejected marks are counted
   *  @param capacity how many marks may be open at once: a power of two
   *  @param seed differs from telemetry to telemetry */
  constructor(lane: LaneMemory, capacity: number, seed = 0) {
    this.#words = lane.words
    this.#slotMask = capacity - 1
    this.#starts = new BigInt64Array(capacity)
    // Each lane of each telemetry begins at another generation, so that a handle of another one is foreign here.
    this.#firstGeneration = (seed + lane.laneId * 7_919) & 0x3fff
    this.#handles = new Int32Array(capacity)
    this.#owners = new Int32Array(capacity)
    this.#free = new Int32Array(capacity)
    this.elapsed = new Float64Array(1)
    this.#elapsedBits = new BigInt64Array(this.elapsed.buffer)
  }

  /** Begins a mark for the series `owner`. The clock is read last.
   *  @returns its handle. When all are open, one of the open marks is given up for it, and counted. */
  start(owner: number): number {
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#takeSlot()
    const handle = (this.#handles[slot]! + this.#slotMask + 1) & HANDLE_MASK
    this.#handles[slot] = handle
    this.#owners[slot] = owner
    this.#starts[slot] = BigInt.asIntN(64, readClockNs() - ELAPSED_BIAS_BITS)
    return handle
  }

  /** Ends a mark. The clock is read first.
   *  @returns false for a handle that is not open or not this owner's; otherwise `elapsed` says how long it was open. */
  end(owner: number, handle: number): boolean {
    const slot = this.#measure(owner, handle)
    if (slot === NO_SLOT) return false
    this.#owners[slot] = NO_OWNER
    this.#free[this.#freeCount++] = slot
    if (this.elapsed[0]! >= 2 * ELAPSED_BIAS) this.#convertLong()
    return true
  }

  /** As `end`, and begins the mark anew at the same reading of the clock. */
  lap(owner: number, handle: number): boolean {
    const slot = this.#measure(owner, handle)
    if (slot === NO_SLOT) return false
    this.#starts[slot] = BigInt.asIntN(64, this.#starts[slot]! + this.#elapsedBits[0]! - ELAPSED_BIAS_BITS)
    if (this.elapsed[0]! >= 2 * ELAPSED_BIAS) this.#convertLong()
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

  /** Reads the clock, and then takes the mark's beginning from it.
   *  @returns the mark's slot */
  #measure(owner: number, handle: number): number {
    // BigInts are kept inside 64-bit arrays from the clock to the difference: they never become objects, so an optimised
    // mark pair allocates nothing.
    this.#elapsedBits[0] = readClockNs()
    if (typeof handle !== 'number') return this.#reject()
    const slot = handle & this.#slotMask
    if (this.#handles[slot] !== handle || this.#owners[slot] !== owner) return this.#reject()
    this.#elapsedBits[0] = BigInt.asIntN(64, this.#elapsedBits[0]! - this.#starts[slot]!)
    return slot
  }

  /** Beyond 52 days the difference does not fit below the bias. */
  #convertLong(): void {
    const elapsedNs = BigInt.asIntN(64, this.#elapsedBits[0]! - ELAPSED_BIAS_BITS)
    this.elapsed[0] = Number(elapsedNs) + ELAPSED_BIAS
  }

  #reject(): typeof NO_SLOT {
    this.#words[LaneWord.marksRejected]!++
    return NO_SLOT
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
