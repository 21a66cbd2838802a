/** Reads the exemplars of one lane. Aggregator thread; the memory may hold anything. */
import {
  EXEMPLAR_SLOTS,
  EXEMPLAR_WORDS,
  ExemplarWord,
  SPAN_ID_WORDS,
  TRACE_ID_WORDS,
} from '../shared/memory/exemplar-layout.ts'
import { exemplarsFirstWord, type LaneMemory, LaneWord } from '../shared/memory/lane-layout.ts'
import type { Series } from '../shared/statistics/series.ts'
import type { ExemplarStore } from './exemplar-store.ts'

/** A slot is written in a fraction of a microsecond, and seldom. */
const ATTEMPTS_MAX = 3

/** What it has read of each slot. Costs one load when there is nothing new, else a look at each slot. */
export class ExemplarReader {
  readonly #words: Int32Array
  readonly #firstWord: number
  /** How many had been written when it last looked; undefined before it has looked, and when one was left whose
   *  series it did not know. */
  #seen: number | undefined
  readonly #versionsSeen = new Int32Array(EXEMPLAR_SLOTS)
  /** The slot that is being read. */
  readonly #copy = new Int32Array(EXEMPLAR_WORDS)
  readonly #copyDoubles = new Float64Array(this.#copy.buffer)
  readonly #ids = this.#copy.subarray(ExemplarWord.traceId, ExemplarWord.spanId + SPAN_ID_WORDS)
  readonly #traceId = this.#copy.subarray(ExemplarWord.traceId, ExemplarWord.traceId + TRACE_ID_WORDS)

  constructor(lane: LaneMemory) {
    this.#words = lane.words
    this.#firstWord = exemplarsFirstWord(lane.capacity, lane.summaryPages)
  }

  /** Takes what has been written since the last time.
   *  @param seriesById of the lane's directory; undefined for what is no series */
  take(seriesById: readonly (Series | undefined)[], nowMs: number, into: ExemplarStore): void {
    // Read first: whatever is written from here on is news the next time.
    const writtenCount = Atomics.load(this.#words, LaneWord.exemplars)
    if (writtenCount === this.#seen) return
    this.#seen = writtenCount
    for (let index = 0; index < EXEMPLAR_SLOTS; index++) {
      const slot = this.#firstWord + index * EXEMPLAR_WORDS
      const version = Atomics.load(this.#words, slot + ExemplarWord.version)
      if (version === this.#versionsSeen[index]) continue
      // One that is being written is counted after that, and is news then.
      if (!this.#read(slot)) continue
      if (this.#add(seriesById, nowMs, into)) this.#versionsSeen[index] = this.#copy[ExemplarWord.version]!
      else this.#seen = undefined
    }
  }

  /** Copies a slot.
   *  @returns false while it is being written */
  #read(slot: number): boolean {
    const words = this.#words
    const copy = this.#copy
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const version = Atomics.load(words, slot + ExemplarWord.version)
      if ((version & 1) !== 0) continue
      for (let word = 1; word < EXEMPLAR_WORDS; word++) copy[word] = Atomics.load(words, slot + word)
      copy[ExemplarWord.version] = version
      if (Atomics.load(words, slot + ExemplarWord.version) === version) return true
    }
    return false
  }

  /** Hands on what was copied, if it makes sense.
   *  @returns false when its series is not known yet: the directory is read before the exemplars */
  #add(seriesById: readonly (Series | undefined)[], nowMs: number, into: ExemplarStore): boolean {
    const entryId = this.#copy[ExemplarWord.entry]! - 1
    if (entryId >= seriesById.length) return false
    const series = seriesById[entryId]
    if (series === undefined || series.metric.kind === 'counter') return true
    const value = this.#copyDoubles[ExemplarWord.value / 2]!
    const ageMs = ((nowMs | 0) - this.#copy[ExemplarWord.timeMs]!) | 0
    const timeMs = Math.floor(nowMs) - ageMs
    const isSane =
      Number.isFinite(value) && ageMs >= 0 && timeMs >= 0 && this.#traceId.some(word => word !== 0)
    // Adding 0 turns -0 into 0.
    if (isSane) into.add(series, value + 0, timeMs, this.#ids)
    return true
  }
}
