/** What one thread has registered, and what its entries count: series, counters, drops, registrations. Aggregator thread;
 *  owns the aggregator's words of that thread's directory. */
import { checkMemory } from '../shared/memory/corrupt-memory.ts'
import {
  DirectoryReader,
  ENTRY_COUNTER_SEEN_DOUBLES,
  EntryWord,
  RETIRED_WORD,
} from '../shared/memory/directory.ts'
import type { DirectoryEntry } from '../shared/memory/directory-entry.ts'
import type { Metric, MetricRegistry } from '../shared/statistics/registry.ts'
import type { StateReader, StateWriter } from '../shared/statistics/saved-state.ts'
import type { Series } from '../shared/statistics/series.ts'
import { foreignMetric, foreignSeries } from './entry-check.ts'
import type { LaneListeners } from './lane-listeners.ts'

/** What is saved of each entry: what was seen of its drops, its counter, its registrations. */
const SAVED_ENTRY_NUMBERS = 3

/** What a predecessor has saved of a lane's entries. */
export interface SavedEntries {
  /** SAVED_ENTRY_NUMBERS for each entry it knew. */
  readonly numbers: Float64Array
  /** Whether further entries are as it found them. If not, it may have taken something of them after it saved. */
  readonly isRestAsFound: boolean
}

const NO_NUMBERS = new Float64Array(0)

type EntryListeners = Pick<LaneListeners, 'onConflict' | 'onSeries' | 'saveNow'>

/** What an entry of the directory stands for, on this side. */
interface Entry {
  readonly firstWord: number
  readonly metric: Metric | undefined
  readonly series: Series | undefined
}

export class LaneEntries {
  readonly #directory: DirectoryReader
  readonly #registry: MetricRegistry
  readonly #listeners: EntryListeners
  readonly #isSuccessor: boolean
  readonly #saved: Float64Array
  /** Whether nothing of the entries that were not read yet has been taken since the lane was announced. */
  #isRestAsFound: boolean
  readonly #entries: Entry[] = []
  /** By entry id; undefined for metrics, and for series that could not be registered. */
  readonly seriesById: (Series | undefined)[] = []
  /** Series without one are in conflict: only a counter's cell is ever above 0, and what it counts is lost. */
  readonly #counters: { readonly firstWord: number; readonly series: Series | undefined }[] = []
  readonly #metrics: { readonly firstWord: number; readonly metric: Metric; registrationsSeen: number }[] = []
  /** Times a counter or a registration was taken over. */
  #takenCount = 0
  /** Whether the directory holds more than one drain takes: the lane's samples wait until it is read. */
  isBehind = false

  /** @param saved what `save` has written of a predecessor */
  constructor(
    directory: SharedArrayBuffer,
    registry: MetricRegistry,
    listeners: EntryListeners,
    saved?: SavedEntries,
  ) {
    this.#directory = new DirectoryReader(directory)
    this.#registry = registry
    this.#listeners = listeners
    this.#isSuccessor = saved !== undefined
    this.#saved = saved?.numbers ?? NO_NUMBERS
    this.#isRestAsFound = saved?.isRestAsFound ?? true
  }

  /** Changes with whatever `save` saves, but for drops, of which the lane has a count. */
  get revision(): number {
    return this.#entries.length + this.#takenCount
  }

  /** Tells counters, which do not look at the lane, whether they have to announce it again. */
  setRetired(isRetired: boolean): void {
    Atomics.store(this.#directory.words, RETIRED_WORD, isRetired ? 1 : 0)
  }

  registerNew(): void {
    const wasBehind = this.isBehind
    this.isBehind = !this.#directory.readNew((entry, firstWord) => this.#register(entry, firstWord))
    if (this.isBehind || !this.#isRestAsFound) return
    this.#isRestAsFound = false
    // From here on something is taken of entries that the checkpoint in force says are as they were found.
    if (wasBehind) this.#listeners.saveNow?.()
  }

  takeRegistrations(): void {
    for (const entry of this.#metrics) {
      const registrations = this.#registrationsOf(entry.firstWord)
      if (registrations === entry.registrationsSeen) continue
      entry.metric.registrations += (registrations - entry.registrationsSeen) >>> 0
      entry.registrationsSeen = registrations
      this.#takenCount += 1
    }
  }

  /** Adds what counters have counted since they were last looked at.
   *  @returns whether there was any, and the sum of what belongs to no series */
  takeCounters(nowMs: number): { isMoved: boolean; lostCount: number } {
    const { words, doubles } = this.#directory
    let isMoved = false
    let lostCount = 0
    for (const { firstWord, series } of this.#counters) {
      const high = Atomics.load(words, firstWord + EntryWord.counterHigh)
      const low = Atomics.load(words, firstWord + EntryWord.counterLow)
      if (Atomics.load(words, firstWord + EntryWord.counterHigh) !== high) continue
      const seenIndex = firstWord / 2 + ENTRY_COUNTER_SEEN_DOUBLES
      const value = high * 2 ** 32 + low
      const increment = value - doubles[seenIndex]!
      // Between the low word's wrap and the high word's increment the value reads too small: next time, then.
      if (increment <= 0) continue
      checkMemory(increment <= value, 'a counter has been seen from 0 on')
      checkMemory(series !== undefined || value <= Number.MAX_SAFE_INTEGER, 'what is lost can be counted')
      doubles[seenIndex] = value
      this.#takenCount += 1
      if (series === undefined) lostCount += increment
      else series.increment(increment, nowMs >>> 0)
      isMoved = true
    }
    return { isMoved, lostCount }
  }

  /** Tells each series how many of its samples found the lane full. */
  takeDropped(): void {
    const { words } = this.#directory
    for (const { firstWord, series } of this.#entries) {
      const entryDropped = Atomics.load(words, firstWord + EntryWord.dropped)
      // The producer stores this word plainly, and a load that races with that may find an older value than one before.
      const newlyDropped = (entryDropped - words[firstWord + EntryWord.droppedSeen]!) | 0
      if (newlyDropped <= 0) continue
      words[firstWord + EntryWord.droppedSeen] = entryDropped
      if (series !== undefined) series.lost += newlyDropped
    }
  }

  /** Saves what `restoreEntries` reads: how many entries there are, and SAVED_ENTRY_NUMBERS for each. */
  save(into: StateWriter): void {
    const { words, doubles } = this.#directory
    const registrationsSeen = new Map(this.#metrics.map(entry => [entry.firstWord, entry.registrationsSeen]))
    // What a predecessor had saved of entries that are still to be read goes on to hold.
    const rest = this.#saved.subarray(this.#entries.length * SAVED_ENTRY_NUMBERS)
    into.write(this.#isRestAsFound ? 1 : 0)
    into.write(this.#entries.length + rest.length / SAVED_ENTRY_NUMBERS)
    for (const { firstWord } of this.#entries) {
      into.write(words[firstWord + EntryWord.droppedSeen]!)
      into.write(doubles[firstWord / 2 + ENTRY_COUNTER_SEEN_DOUBLES]!)
      into.write(registrationsSeen.get(firstWord) ?? 0)
    }
    into.writeAll(rest)
  }

  #register(entry: DirectoryEntry, firstWord: number): void {
    const restored = this.#restoreEntry(firstWord)
    let metric: Metric | undefined
    let series: Series | undefined
    try {
      if (entry.type === 'metric') metric = foreignMetric(this.#registry, entry.descriptor)
      else series = foreignSeries(this.#entries[entry.metricEntryId]?.metric, entry)
    } catch (error) {
      // Two threads gave one name to two different metrics: the first stands, the samples of the other are lost, visibly.
      this.#listeners.onConflict(error)
    }
    this.#entries.push({ firstWord, metric, series })
    this.seriesById.push(series)
    const isLostSeries = entry.type === 'series' && series === undefined
    if (isLostSeries || series?.metric.kind === 'counter') this.#counters.push({ firstWord, series })
    if (metric !== undefined) {
      const registrationsSeen = restored ?? this.#registrationsOf(firstWord)
      this.#metrics.push({ firstWord, metric, registrationsSeen })
    }
    if (series !== undefined) this.#listeners.onSeries(series, this.#directory, firstWord)
  }

  /** Sets back what a predecessor had seen of the entry when it was saved: nothing, of one that came later.
   *  @returns the registrations it had seen */
  #restoreEntry(firstWord: number): number | undefined {
    const saved = this.#saved
    const first = this.#entries.length * SAVED_ENTRY_NUMBERS
    const isKnown = first < saved.length
    if (!this.#isSuccessor || (!isKnown && this.#isRestAsFound)) return undefined
    this.#directory.words[firstWord + EntryWord.droppedSeen] = isKnown ? saved[first]! : 0
    this.#directory.doubles[firstWord / 2 + ENTRY_COUNTER_SEEN_DOUBLES] = isKnown ? saved[first + 1]! : 0
    return isKnown ? saved[first + 2]! : undefined
  }

  #registrationsOf(firstWord: number): number {
    return Atomics.load(this.#directory.words, firstWord + EntryWord.registrations)
  }
}

/** Reads what `save` has saved. */
export function restoreEntries(from: StateReader): SavedEntries {
  const isRestAsFound = from.read() === 1
  return { isRestAsFound, numbers: from.readAll(SAVED_ENTRY_NUMBERS * from.read()) }
}
