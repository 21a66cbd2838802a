/** The stats board: the latest statistics of each series, for any thread to read without a message.
 *
 *  Each slot is a sequence lock of atomic 32-bit words: the version is odd while the aggregator writes, and a reader
 *  that saw it change reads again. All accesses are atomic, so this holds by the memory model, not by luck. */
import { assert } from '../errors.ts'

// byte  size  type  writer      word
//   +0     4  i32   aggregator  version, odd while the slot is being written
//   +8   136  f64   aggregator  BOARD_FIELDS, in this order
export const BOARD_FIELDS = [
  'timestamp',
  'count',
  'sum',
  'min',
  'max',
  'last',
  'p50',
  'p90',
  'p95',
  'p99',
  'rate',
  'total',
  'totalSum',
  'lost',
  'invalid',
  'summarized',
  'exact',
] as const
type BoardField = (typeof BOARD_FIELDS)[number]
/** One slot's numbers. NaN stands for "no value"; `exact` is 1 or 0. */
export type BoardNumbers = Record<BoardField, number>

const SLOT_WORDS = 40
const FIRST_FIELD_WORD = 2
const FIELD_WORDS = BOARD_FIELDS.length * 2
const GROWTH_SLOTS = 256
const BOARD_SLOTS_MAX = 500_000
/** A reader gives up after this many attempts: the aggregator may have died while writing. */
const ATTEMPTS_MAX = 100

assert(FIRST_FIELD_WORD + FIELD_WORDS <= SLOT_WORDS, 'the fields fit a slot')

export function createBoard(): SharedArrayBuffer {
  return new SharedArrayBuffer(GROWTH_SLOTS * SLOT_WORDS * 4, {
    maxByteLength: BOARD_SLOTS_MAX * SLOT_WORDS * 4,
  })
}

/** The aggregator's side. */
export class BoardWriter {
  readonly #buffer: SharedArrayBuffer
  #words: Int32Array
  #slotCount = 0
  readonly #fields = new Float64Array(BOARD_FIELDS.length)
  readonly #fieldWords = new Int32Array(this.#fields.buffer)

  constructor(buffer: SharedArrayBuffer) {
    this.#buffer = buffer
    this.#words = new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4))
  }

  /** The slots up to this one are given out already. */
  reserve(slotIndex: number): void {
    this.#slotCount = Math.max(this.#slotCount, slotIndex + 1)
  }

  /** A slot of its own for one series, or -1 when the board is full: that series then has no synchronous statistics. */
  allocate(): number {
    if (this.#slotCount === BOARD_SLOTS_MAX) return -1
    if ((this.#slotCount + 1) * SLOT_WORDS > this.#words.length && !this.#makeRoom()) return -1
    return this.#slotCount++
  }

  /** Another thread may have let it grow, by any number of bytes, and may do so at the same moment. */
  #makeRoom(): boolean {
    const buffer = this.#buffer
    const neededBytes = (this.#slotCount + 1) * SLOT_WORDS * 4
    try {
      if (buffer.byteLength < neededBytes) buffer.grow(Math.min(buffer.byteLength * 2, buffer.maxByteLength))
    } catch {
      // It has become longer than that meanwhile.
    }
    this.#words = new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4))
    return buffer.byteLength >= neededBytes
  }

  write(slotIndex: number, numbers: BoardNumbers): void {
    const words = this.#words
    const first = slotIndex * SLOT_WORDS
    BOARD_FIELDS.forEach((field, index) => {
      this.#fields[index] = numbers[field]
    })
    // Odd already when whoever wrote last has died over it, or another thread has written here.
    const version = Atomics.load(words, first) | 1
    Atomics.store(words, first, version)
    for (let index = 0; index < FIELD_WORDS; index++) {
      Atomics.store(words, first + FIRST_FIELD_WORD + index, this.#fieldWords[index]!)
    }
    // Even, and never 0 again, which says that nothing was written yet.
    Atomics.store(words, first, version + 1 || 2)
  }
}

/** Any thread's side. */
export class BoardReader {
  readonly #buffer: SharedArrayBuffer
  #words: Int32Array
  readonly #fields = new Float64Array(BOARD_FIELDS.length)
  readonly #fieldWords = new Int32Array(this.#fields.buffer)

  constructor(buffer: SharedArrayBuffer) {
    this.#buffer = buffer
    this.#words = new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4))
  }

  /** The slot's numbers in the order of BOARD_FIELDS, valid until the next call; undefined when never written, or not
   *  readable in a bounded number of attempts. */
  read(slotIndex: number): Float64Array | undefined {
    const first = slotIndex * SLOT_WORDS
    if (first + SLOT_WORDS > this.#words.length) {
      this.#words = new Int32Array(this.#buffer, 0, Math.floor(this.#buffer.byteLength / 4))
      if (first + SLOT_WORDS > this.#words.length) return undefined
    }
    const words = this.#words
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const version = Atomics.load(words, first)
      if (version === 0) return undefined
      if ((version & 1) === 1) continue
      for (let index = 0; index < FIELD_WORDS; index++) {
        this.#fieldWords[index] = Atomics.load(words, first + FIRST_FIELD_WORD + index)
      }
      if (Atomics.load(words, first) === version) return this.#fields
    }
    return undefined
  }
}
