/** Keeps which trace a sample belongs to, in this thread's lane. Producer thread; nothing here allocates, throws or waits. */
import { ControlWord } from '../shared/memory/control-block.ts'
import {
  EXEMPLAR_SLOTS,
  EXEMPLAR_WORDS,
  ExemplarWord,
  SPAN_ID_WORDS,
  TRACE_ID_WORDS,
} from '../shared/memory/exemplar-layout.ts'
import { exemplarsFirstWord, type LaneMemory, LaneWord } from '../shared/memory/lane-layout.ts'
import { HIGH_WORD, LOW_WORD } from '../shared/statistics/sample-batch.ts'

/** Between two exemplars of one series and magnitude. */
const INTERVAL_MS = 1_000
/** After this long a slot may go to another series or magnitude: sooner than to its own, so that a rare one finds place among
 *  busy ones. The aggregator has looked twice by then. */
const HANDOVER_MS = 500
/** Slots in which one series and magnitude may lie. */
const WAYS = 4
const SLOT_MASK = EXEMPLAR_SLOTS - 1
const NO_SLOT = -1

const DIGITS_PER_WORD = 8
const TRACE_ID_DIGITS = TRACE_ID_WORDS * DIGITS_PER_WORD
const SPAN_ID_DIGITS = SPAN_ID_WORDS * DIGITS_PER_WORD
const ID_WORDS = TRACE_ID_WORDS + SPAN_ID_WORDS
/** Of what was never written. */
const AGE_MS_MAX = 0xffff_ffff
const EXPONENT_BITS = 0x7ff0_0000

/** The one writer of its lane's exemplars. Of each series and magnitude the first sample of a second is kept; so slow ones
 *  are not displaced by the many that are fast, and what is recorded in between costs a look at four slots. */
export class ExemplarWriter {
  readonly #words: Int32Array
  readonly #control: Int32Array
  readonly #firstWord: number
  /** Bits of the sample's value. */
  readonly #stagedWords: Int32Array
  /** Both ids, as they were parsed. */
  readonly #ids = new Int32Array(ID_WORDS)

  /** @param control the control block
   *  @param staged holds the value of the sample that an exemplar is kept of: a double handed to a function that V8 does
   *  not inline becomes an object on the heap */
  constructor(lane: LaneMemory, control: Int32Array, staged: Float64Array) {
    this.#words = lane.words
    this.#control = control
    this.#firstWord = exemplarsFirstWord(lane.capacity, lane.summaryPages)
    this.#stagedWords = new Int32Array(staged.buffer)
  }

  /** Keeps the staged value with its ids, when it is due. Ids that are none are counted, and nothing is kept of the sample.
   *  As long as it is V8 does not inline it: so that there is room left to inline whoever calls it, which is where a number
   *  must not become an object.
   *  @param traceId 32 lower-case hex digits, not all 0
   *  @param spanId 16 of them, or undefined */
  keep(entryId: number, traceId: string, spanId: string | undefined): void {
    const words = this.#words
    const isLong =
      typeof traceId === 'string' &&
      traceId.length === TRACE_ID_DIGITS &&
      (spanId === undefined || (typeof spanId === 'string' && spanId.length === SPAN_ID_DIGITS))
    if (!isLong) {
      words[LaneWord.exemplarsRejected]!++
      return
    }
    const high = this.#stagedWords[HIGH_WORD]!
    // Neither a number nor finite: counted as invalid, and no example of anything.
    if ((high & EXPONENT_BITS) === EXPONENT_BITS) return
    const entry = entryId + 1
    const timeMs = this.#control[ControlWord.clockMs]!
    // Taken is the slot of the same series and magnitude when it is due, else the oldest whose time is up, else the one with
    // the smallest value if it is smaller. What this thread has written it reads plainly.
    const hash = (Math.imul(entry, 0x9e37_79b1) ^ Math.imul(high >>> 20, 0x85eb_ca6b)) >>> 16
    let oldest = NO_SLOT
    let oldestMs = HANDOVER_MS - 1
    let smallest = NO_SLOT
    let smallestHigh = high
    for (let way = 0; way < WAYS; way++) {
      const slot = this.#firstWord + ((hash + way) & SLOT_MASK) * EXEMPLAR_WORDS
      const heldEntry = words[slot + ExemplarWord.entry]!
      const heldHigh = words[slot + ExemplarWord.value + HIGH_WORD]!
      const ageMs = heldEntry === 0 ? AGE_MS_MAX : (timeMs - words[slot + ExemplarWord.timeMs]!) >>> 0
      if (heldEntry === entry && (heldHigh ^ high) >>> 20 === 0) {
        if (ageMs < INTERVAL_MS) return
        oldest = slot
        break
      }
      if (ageMs > oldestMs) {
        oldest = slot
        oldestMs = ageMs
      }
      if (heldHigh < smallestHigh) {
        smallest = slot
        smallestHigh = heldHigh
      }
    }
    const slot = oldest === NO_SLOT ? smallest : oldest
    if (slot === NO_SLOT) return
    if (!this.#parse(traceId, spanId)) {
      words[LaneWord.exemplarsRejected]!++
      return
    }
    // Odd while it is being written, whatever a stray write has left there.
    const version = words[slot + ExemplarWord.version]! | 1
    Atomics.store(words, slot + ExemplarWord.version, version)
    Atomics.store(words, slot + ExemplarWord.entry, entry)
    Atomics.store(words, slot + ExemplarWord.timeMs, timeMs)
    Atomics.store(words, slot + ExemplarWord.value + HIGH_WORD, high)
    Atomics.store(words, slot + ExemplarWord.value + LOW_WORD, this.#stagedWords[LOW_WORD]!)
    const ids = this.#ids
    for (let word = 0; word < ID_WORDS; word++) {
      Atomics.store(words, slot + ExemplarWord.traceId + word, ids[word]!)
    }
    Atomics.store(words, slot + ExemplarWord.version, (version + 1) | 0)
    // Stored last: who sees that there is one finds it.
    Atomics.store(words, LaneWord.exemplars, (words[LaneWord.exemplars]! + 1) | 0)
  }

  /** @returns whether both are ids */
  #parse(traceId: string, spanId: string | undefined): boolean {
    const ids = this.#ids
    let traceBits = 0
    for (let word = 0; word < TRACE_ID_WORDS; word++) {
      if (!this.#parseWord(traceId, word, word)) return false
      traceBits |= ids[word]!
    }
    let spanBits = 0
    for (let word = 0; word < SPAN_ID_WORDS; word++) {
      if (spanId === undefined) ids[TRACE_ID_WORDS + word] = 0
      else if (!this.#parseWord(spanId, word, TRACE_ID_WORDS + word)) return false
      spanBits |= ids[TRACE_ID_WORDS + word]!
    }
    // By W3C an id of zeros is none.
    return traceBits !== 0 && (spanId === undefined || spanBits !== 0)
  }

  /** Eight digits of a text, from the `word`-th eight on. */
  #parseWord(text: string, word: number, idWord: number): boolean {
    let bits = 0
    for (let digit = word * DIGITS_PER_WORD; digit < (word + 1) * DIGITS_PER_WORD; digit++) {
      const code = text.charCodeAt(digit)
      if (code >= 48 && code <= 57) bits = (bits << 4) | (code - 48)
      else if (code >= 97 && code <= 102) bits = (bits << 4) | (code - 87)
      else return false
    }
    this.#ids[idWord] = bits
    return true
  }
}
