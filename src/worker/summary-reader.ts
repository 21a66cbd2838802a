/** Reads what a full lane has summarized, by difference to what was read before. Aggregator thread. */
import { checkMemory } from '../shared/memory/corrupt-memory.ts'
import { ENTRY_IDS_MAX, type LaneMemory, LaneWord, summaryFirstWord } from '../shared/memory/lane-layout.ts'
import {
  COPY_TIME_WORD,
  COPY_WORDS,
  FIGURES,
  firstBucketOf,
  HEADER_WORDS,
  isPositiveKey,
  PAGE_WORDS,
  SummaryFigure,
  SummaryWord,
  TABLES,
} from '../shared/memory/summary-layout.ts'
import type { SampleSummary } from '../shared/statistics/sample-summary.ts'
import type { StateReader, StateWriter } from '../shared/statistics/saved-state.ts'
import { GrownBuckets } from './grown-buckets.ts'

/** Figures that change under the reader's eyes so often are left for the next drain. */
const ATTEMPTS_MAX = 100

/** Of the header being read. */
const grown = new GrownBuckets()
const { histogram } = grown
const figures = new Float64Array(FIGURES)
const figureWords = new Int32Array(figures.buffer)

/** One header's news. */
interface HeaderNews extends SampleSummary {
  readonly entryId: number
  /** Samples, invalid ones included. */
  readonly sampleCount: number
}

/** What has been read and added in: a pool of the aggregator's own behind the one of the producer, word for word. It is in
 *  the lane, so that whoever drains it next goes on there; plain arrays, so that it can be copied and set. */
interface SummarySeen {
  readonly words: Int32Array
  readonly doubles: Float64Array
}

/** The one reader of a lane's summary. Every sample is read once: a word of 32 bits does not tear, and a count that has
 *  grown has grown by so many. What makes no sense throws: no loop is longer than the pool. */
export class SummaryReader {
  readonly seen: SummarySeen
  /** Headers that had news: counts or figures, which may come later than their counts. */
  newsCount = 0
  readonly #words: Int32Array
  readonly #firstWord: number
  readonly #pageCount: number
  /** Pages of counts that may still be read in this round. */
  #pagesLeft = 0
  #isBehind = true
  #figuresTimeMs = 0

  constructor(lane: LaneMemory) {
    this.#words = lane.words
    this.#firstWord = summaryFirstWord(lane.capacity)
    this.#pageCount = lane.summaryPages
    const byteOffset = (this.#firstWord + this.#pageCount * PAGE_WORDS) * 4
    this.seen = {
      words: new Int32Array(lane.buffer, byteOffset, this.#pageCount * PAGE_WORDS),
      doubles: new Float64Array(lane.buffer, byteOffset, (this.#pageCount * PAGE_WORDS) / 2),
    }
  }

  /** Samples the producer has summarized and that have not been read. */
  get pendingCount(): number {
    if (this.#pageCount === 0) return 0
    const { summarized, summarizedSeen } = LaneWord
    const unread = (Atomics.load(this.#words, summarized) - this.#words[summarizedSeen]!) | 0
    // The one that is just being added may have been read before it was counted.
    return unread === -1 ? 0 : unread >>> 0
  }

  /** Takes what has been summarized since the last call.
   *  @param register takes new entries of the directory: those of all series that are named afterwards. @returns false
   *  when there are more than it takes at a time: then all waits
   *  @param add gives the news to the entry's series. @returns false when it has none
   *  @returns how many samples that were, and how many of them were added */
  take(
    register: () => boolean,
    add: (entryId: number, news: SampleSummary) => boolean,
  ): { takenCount: number; addedCount: number } {
    const counts = { takenCount: 0, addedCount: 0 }
    const headerCount = this.#headerCountToRead()
    if (headerCount === 0) return counts
    // After the number of headers: every one of them has its entry in the directory by now.
    if (!register()) {
      this.#isBehind = true
      return counts
    }
    for (let index = 0; index < headerCount; index++) {
      const news = this.#read(index)
      if (news === undefined) continue
      this.newsCount += 1
      counts.takenCount += news.sampleCount
      if (add(news.entryId, news)) counts.addedCount += news.sampleCount
    }
    const words = this.#words
    const { summarizedSeen } = LaneWord
    Atomics.store(words, summarizedSeen, (words[summarizedSeen]! + counts.takenCount) | 0)
    return counts
  }

  /** Saves what has been read, for a reader that carries on from there: the pages in use, and no others. */
  save(into: StateWriter): void {
    const { doubles } = this.seen
    const [pages, headers] = this.#usedDoubles()
    into.write(this.#words[LaneWord.summarizedSeen]!)
    into.write(pages)
    into.writeAll(doubles, pages)
    into.write(headers)
    into.writeAll(doubles.subarray(doubles.length - headers), headers)
  }

  /** Goes back to what was saved: what was read after that is read again. */
  restore(from: StateReader): void {
    const { doubles } = this.seen
    Atomics.store(this.#words, LaneWord.summarizedSeen, from.read())
    const [pages, headers] = this.#usedDoubles()
    doubles.fill(0, 0, pages)
    doubles.fill(0, doubles.length - headers)
    doubles.set(from.readAll(from.read()))
    const savedHeaders = from.readAll(from.read())
    doubles.set(savedHeaders, doubles.length - savedHeaders.length)
    this.#isBehind = true
  }

  /** How much of the pool is in use at its beginning, by pages of counts, and at its end, by headers. */
  #usedDoubles(): [pages: number, headers: number] {
    const { length } = this.seen.doubles
    const used = (word: number, doublesEach: number) =>
      Math.min(length, Math.max(0, Atomics.load(this.#words, word)) * doublesEach)
    return [
      used(LaneWord.summaryPagesUsed, PAGE_WORDS / 2),
      used(LaneWord.summaryHeadersUsed, HEADER_WORDS / 2),
    ]
  }

  /** None where nothing has changed. */
  #headerCountToRead(): number {
    if (this.#pageCount === 0) return 0
    const summarized = Atomics.load(this.#words, LaneWord.summarized)
    if (summarized === this.#words[LaneWord.summarizedSeen] && !this.#isBehind) return 0
    const headerCount = Atomics.load(this.#words, LaneWord.summaryHeadersUsed)
    checkMemory(headerCount >= 0 && 2 * headerCount <= this.#pageCount, 'headers lie within their summary')
    this.#isBehind = false
    this.#pagesLeft = this.#pageCount
    return headerCount
  }

  /** What has come to the series of this header. The answer holds until the next call. */
  #read(headerIndex: number): HeaderNews | undefined {
    const offset = this.#pageCount * PAGE_WORDS - (headerIndex + 1) * HEADER_WORDS
    const header = this.#firstWord + offset
    const words = this.#words
    const seen = this.seen.words
    const isCounted =
      Atomics.load(words, header + SummaryWord.version) === seen[offset + SummaryWord.version] &&
      Atomics.load(words, header + SummaryWord.invalid) === seen[offset + SummaryWord.invalid]
    if (isCounted && seen[offset + SummaryWord.figuresSeen] === seen[offset + SummaryWord.version])
      return undefined
    const entryId = Atomics.load(words, header + SummaryWord.entry) - 1
    checkMemory(entryId >= 0 && entryId < ENTRY_IDS_MAX, 'a header names its series')

    grown.clear()
    const increments = this.#take(offset + SummaryWord.increments)
    this.#takeValues(offset)
    const invalid = this.#take(offset + SummaryWord.invalid)
    const validCount = increments + histogram.count
    seen[offset + SummaryWord.version] = (seen[offset + SummaryWord.version]! + validCount) | 0
    const sampleCount = validCount + invalid
    // After the counts, so that they cover what was counted: but for a sample that is in between.
    const hasFigures = this.#takeFigures(offset)
    const last = hasFigures ? figures[SummaryFigure.last]! : undefined
    const lastTimeMs = this.#figuresTimeMs
    return { entryId, sampleCount, histogram, increments, invalid, last, lastTimeMs }
  }

  /** By how much a count has grown since it was last taken.
   *  @param word its place in the pool */
  #take(word: number): number {
    const seen = this.seen.words
    const count = Atomics.load(this.#words, this.#firstWord + word)
    const grown = (count - seen[word]!) >>> 0
    seen[word] = count
    return grown
  }

  /** Into the histogram, but for what the figures say. */
  #takeValues(offset: number): void {
    grown.addZeros(this.#take(offset + SummaryWord.zeros))
    for (let table = 0; table < TABLES; table++) {
      const tablePage = this.#pageOf(offset + SummaryWord.tables + table)
      if (tablePage < 0) continue
      for (let octave = 0; octave < PAGE_WORDS; octave++) {
        const countsPage = this.#pageOf(tablePage * PAGE_WORDS + octave)
        if (countsPage >= 0) this.#takeOctave(table * PAGE_WORDS + octave, countsPage * PAGE_WORDS)
      }
    }
    histogram.clamped = this.#take(offset + SummaryWord.clamped)
  }

  #takeOctave(octaveKey: number, firstWord: number): void {
    checkMemory(this.#pagesLeft-- > 0, 'a page counts for one series')
    const isPositive = isPositiveKey(octaveKey)
    const firstBucket = firstBucketOf(octaveKey)
    for (let bucket = 0; bucket < PAGE_WORDS; bucket++) {
      const count = this.#take(firstWord + bucket)
      if (count > 0) grown.add(firstBucket + bucket, isPositive, count)
    }
  }

  /** The page that stands in this word of the pool; -1 where there is none. */
  #pageOf(word: number): number {
    const page = Atomics.load(this.#words, this.#firstWord + word) - 1
    if (page === -1) return page
    // Loaded after it: a page is taken before it is named.
    const usedCount = Atomics.load(this.#words, LaneWord.summaryPagesUsed)
    checkMemory(page >= 0 && page < usedCount && page < this.#pageCount, 'pages lie within their summary')
    return page
  }

  /** Sum, extremes and last value, as far as they are new. A reader that never finds them at rest has them later.
   *  @returns whether there were new ones */
  #takeFigures(offset: number): boolean {
    const seen = this.seen.words
    const doubles = this.seen.doubles
    const first = (offset + SummaryWord.copies) / 2
    const counted = seen[offset + SummaryWord.version]!
    const version = this.#findFigures(this.#firstWord + offset, counted)
    if (version !== counted) this.#isBehind = true
    const isFirst = seen[offset + SummaryWord.entry] === 0
    const minSeen = isFirst ? Number.NaN : doubles[first + SummaryFigure.min]!
    const maxSeen = isFirst ? Number.NaN : doubles[first + SummaryFigure.max]!
    if (version === undefined || version === seen[offset + SummaryWord.figuresSeen]) {
      grown.boundExtremes(minSeen, maxSeen)
      return false
    }
    const [min, max] = [figures[SummaryFigure.min]!, figures[SummaryFigure.max]!]
    const sum = this.#growthOfSum(first)
    const isUsable = [min, max, figures[SummaryFigure.last]!].every(Number.isFinite) && !Number.isNaN(sum)
    checkMemory(isUsable, 'figures are numbers')
    grown.boundExtremes(min, max)
    if (min !== minSeen) histogram.min = min
    if (max !== maxSeen) histogram.max = max
    histogram.addTotals({ ...NO_TOTALS, sum })
    seen[offset + SummaryWord.figuresSeen] = version
    seen[offset + SummaryWord.entry] = 1
    for (let figure = 0; figure < FIGURES; figure++) doubles[first + figure] = figures[figure]!
    return true
  }

  /** Copies the figures that the version names.
   *  @param versionWanted what the counts come to: a sample that is just being added is waited for, a moment
   *  @returns the version; undefined when it has changed with every look */
  #findFigures(header: number, versionWanted: number): number | undefined {
    const words = this.#words
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const version = Atomics.load(words, header + SummaryWord.version)
      if (((version - versionWanted) | 0) < 0 && attempt < ATTEMPTS_MAX / 2) continue
      const copy = header + SummaryWord.copies + (version & 1) * COPY_WORDS
      for (let word = 0; word < 2 * FIGURES; word++) figureWords[word] = Atomics.load(words, copy + word)
      this.#figuresTimeMs = Atomics.load(words, copy + COPY_TIME_WORD)
      // A copy is written again once the other one is named: not while this one is.
      if (Atomics.load(words, header + SummaryWord.version) === version) return version
    }
    return undefined
  }

  /** What the sum has grown by. Beyond the range of a float64 it is infinite, once. */
  #growthOfSum(first: number): number {
    const { doubles } = this.seen
    const sum = figures[SummaryFigure.sum]!
    const sumSeen = doubles[first + SummaryFigure.sum]!
    if (!Number.isFinite(sum)) return Number.isFinite(sumSeen) ? sum : 0
    const compensation = figures[SummaryFigure.compensation]!
    return sum - sumSeen + (compensation - doubles[first + SummaryFigure.compensation]!)
  }
}

const NO_TOTALS = {
  count: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  zeroCount: 0,
  clamped: 0,
} as const
