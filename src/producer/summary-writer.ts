/** Folds samples that find their lane full into its summary. Producer thread; nothing here allocates. */
import type { DirectoryWriter } from '../shared/memory/directory.ts'
import {
  HEADER_INCREMENT,
  type LaneMemory,
  LaneWord,
  summaryFirstWord,
} from '../shared/memory/lane-layout.ts'
import {
  COPY_TIME_WORD,
  COPY_WORDS,
  FIGURES,
  HEADER_WORDS,
  octaveKeyOf,
  PAGE_WORDS,
  SummaryFigure,
  SummaryWord,
} from '../shared/memory/summary-layout.ts'
import {
  BUCKET_INDEX_MAX,
  BUCKET_INDEX_MIN,
  bucketIndexOf,
  MAGNITUDE_MAX,
  MAGNITUDE_MIN,
} from '../shared/statistics/bucket-index.ts'
import { HIGH_WORD, LOW_WORD } from '../shared/statistics/sample-batch.ts'

/** No page is left. */
const NONE = -1
/** What a table or a header holds of a page is its number plus this; 0 is none. */
const PAGE_ID = 1

/** The one writer of its lane's summary. Every store is atomic: a reader may look at any time. */
export class SummaryWriter {
  readonly #words: Int32Array
  readonly #directory: DirectoryWriter
  readonly #firstWord: number
  readonly #pageCount: number
  /** The sample's value, and its bits. A double handed from one function to the next may become an object on the heap. */
  readonly #staged: Float64Array
  readonly #stagedWords: Int32Array
  readonly #figures = new Float64Array(FIGURES)
  readonly #figureWords = new Int32Array(this.#figures.buffer)

  /** @param staged holds the value of the sample that is added */
  constructor(lane: LaneMemory, directory: DirectoryWriter, staged: Float64Array) {
    this.#words = lane.words
    this.#directory = directory
    this.#firstWord = summaryFirstWord(lane.capacity)
    this.#pageCount = lane.summaryPages
    this.#staged = staged
    this.#stagedWords = new Int32Array(staged.buffer)
  }

  /** Adds the staged value. As long as it is V8 does not inline it: so that there is room left to inline `push`, which is
   *  where a number must not become an object.
   *  @param entryId plus HEADER_INCREMENT for a counter's increment
   *  @returns false when no page is left for it */
  add(entryId: number, timeMs: number): boolean {
    const isIncrement = entryId >= HEADER_INCREMENT
    const header = this.#headerOf(isIncrement ? entryId - HEADER_INCREMENT : entryId)
    if (header === NONE) return false
    // Adding 0 turns -0 into 0.
    const value = this.#staged[0]! + 0
    const isValid = isIncrement ? value >= 0 && value < Number.POSITIVE_INFINITY : value - value === 0
    if (!isValid) return this.#addInvalid(header)
    const place = isIncrement ? header + SummaryWord.increments : this.#placeOf(header)
    if (place === NONE) return false
    // Counted first: who sees the figures of a sample sees that there is one.
    this.#count(place)
    // Into the copy that the version does not name, and then the version names it.
    const words = this.#words
    const figures = this.#figures
    const figureWords = this.#figureWords
    const version = words[header + SummaryWord.version]!
    const copies = header + SummaryWord.copies
    const from = copies + (version & 1) * COPY_WORDS
    for (let word = 0; word < 2 * FIGURES; word++) figureWords[word] = words[from + word]!
    const sumBefore = figures[SummaryFigure.sum]!
    const sum = sumBefore + value
    const isSumLarger = Math.abs(sumBefore) >= Math.abs(value)
    figures[SummaryFigure.compensation]! += isSumLarger ? sumBefore - sum + value : value - sum + sumBefore
    figures[SummaryFigure.sum] = sum
    if (value < figures[SummaryFigure.min]!) figures[SummaryFigure.min] = value
    if (value > figures[SummaryFigure.max]!) figures[SummaryFigure.max] = value
    figures[SummaryFigure.last] = value
    const to = copies + ((version + 1) & 1) * COPY_WORDS
    // An atomic store costs more than a look whether it is needed.
    for (let word = 0; word < 2 * FIGURES; word++) {
      if (words[to + word] !== figureWords[word]) Atomics.store(words, to + word, figureWords[word]!)
    }
    if (words[to + COPY_TIME_WORD] !== timeMs) Atomics.store(words, to + COPY_TIME_WORD, timeMs)
    Atomics.store(words, header + SummaryWord.version, (version + 1) | 0)
    // Stored last: who sees how many there are finds them.
    this.#count(LaneWord.summarized)
    return true
  }

  #addInvalid(header: number): boolean {
    this.#count(header + SummaryWord.invalid)
    Atomics.store(this.#words, LaneWord.summarized, (this.#words[LaneWord.summarized]! + 1) | 0)
    return true
  }

  #count(word: number): void {
    const words = this.#words
    Atomics.store(words, word, (words[word]! + 1) | 0)
  }

  /** The word that counts the staged value. */
  #placeOf(header: number): number {
    const value = this.#staged[0]!
    const magnitude = Math.abs(value)
    if (magnitude <= MAGNITUDE_MIN) return header + SummaryWord.zeros
    let bucketIndex = bucketIndexOf(this.#stagedWords[HIGH_WORD]! & 0x7fff_ffff, this.#stagedWords[LOW_WORD]!)
    bucketIndex = Math.min(BUCKET_INDEX_MAX, Math.max(BUCKET_INDEX_MIN, bucketIndex))
    const key = octaveKeyOf(bucketIndex, value > 0)
    const table = this.#pageIn(header + SummaryWord.tables + Math.trunc(key / PAGE_WORDS))
    if (table === NONE) return NONE
    const counts = this.#pageIn(table + (key % PAGE_WORDS))
    if (counts === NONE) return NONE
    if (magnitude > MAGNITUDE_MAX) this.#count(header + SummaryWord.clamped)
    return counts + (bucketIndex & (PAGE_WORDS - 1))
  }

  /** First word of the page that stands in this word: a new one where there is none yet. */
  #pageIn(word: number): number {
    const words = this.#words
    const pageId = words[word]!
    if (pageId !== 0) {
      // Whatever a stray write has left there, recording does not throw.
      const isPage = pageId > 0 && pageId <= this.#pageCount
      return isPage ? this.#firstWord + (pageId - PAGE_ID) * PAGE_WORDS : NONE
    }
    const page = words[LaneWord.summaryPagesUsed]!
    if (!this.#isFree(1)) return NONE
    Atomics.store(words, LaneWord.summaryPagesUsed, page + 1)
    Atomics.store(words, word, page + PAGE_ID)
    return this.#firstWord + page * PAGE_WORDS
  }

  #headerOf(entryId: number): number {
    const { summaries } = this.#directory
    const number = summaries[entryId]!
    return number === 0 ? this.#newHeader(entryId) : this.#firstWordOf(number - 1)
  }

  #newHeader(entryId: number): number {
    if (!this.#isFree(2)) return NONE
    const words = this.#words
    const index = words[LaneWord.summaryHeadersUsed]!
    const header = this.#firstWordOf(index)
    const figures = this.#figures
    figures.fill(0)
    figures[SummaryFigure.min] = Number.POSITIVE_INFINITY
    figures[SummaryFigure.max] = Number.NEGATIVE_INFINITY
    for (let word = 0; word < 2 * FIGURES; word++) {
      Atomics.store(words, header + SummaryWord.copies + word, this.#figureWords[word]!)
    }
    Atomics.store(words, header + SummaryWord.entry, entryId + 1)
    Atomics.store(words, LaneWord.summaryHeadersUsed, index + 1)
    this.#directory.summaries[entryId] = index + 1
    return header
  }

  /** Headers are taken from the end of the pool. */
  #firstWordOf(headerIndex: number): number {
    return this.#firstWord + this.#pageCount * PAGE_WORDS - (headerIndex + 1) * HEADER_WORDS
  }

  #isFree(pageCount: number): boolean {
    const words = this.#words
    const pagesUsed = words[LaneWord.summaryPagesUsed]!
    const headersUsed = words[LaneWord.summaryHeadersUsed]!
    const isPlausible = pagesUsed >= 0 && headersUsed >= 0
    return isPlausible && pagesUsed + 2 * headersUsed + pageCount <= this.#pageCount
  }
}
