/** Drains one lane into series. Aggregator thread; the only reader of that lane. */
import { assert } from '../shared/errors.ts'
import {
  type DirectoryEntry,
  DirectoryReader,
  ENTRY_COUNTER_SEEN_DOUBLES,
  EntryWord,
  RETIRED_WORD,
} from '../shared/memory/directory.ts'
import { type LaneMemory, LaneTotal, LaneWord, Lease, openLane } from '../shared/memory/lane-layout.ts'
import { isSameMetric, type MetricDescriptor, metricConflict } from '../shared/metric.ts'
import type { LaneAnnouncement } from '../shared/share.ts'
import type { LaneSnapshot } from '../shared/snapshot.ts'
import type { Metric, MetricRegistry } from '../shared/statistics/registry.ts'
import type { Series } from '../shared/statistics/series.ts'
import { foldSlots } from './fold-slots.ts'
import type { LaneListeners } from './lane-listeners.ts'
import { SummaryReader } from './summary-reader.ts'

/** The read index is stored after so many samples, to give a full lane room early. */
const BATCH_SAMPLES = 4_096

/** What an entry of the directory stands for, on this side. */
interface Entry {
  readonly firstWord: number
  readonly metric: Metric | undefined
  readonly series: Series | undefined
}

/** Its lane's read index, and what the lane adds to the series. */
export class LaneReader {
  readonly #lane: LaneMemory
  readonly #directory: DirectoryReader
  readonly #registry: MetricRegistry
  readonly #listeners: LaneListeners
  readonly #summaries: SummaryReader
  readonly #entries: Entry[] = []
  /** By entry id; undefined for metrics, and for series that could not be registered. */
  readonly #seriesById: (Series | undefined)[] = []
  /** Series without one are in conflict: only a counter's cell is ever above 0, and what it counts is lost. */
  readonly #counters: { readonly firstWord: number; readonly series: Series | undefined }[] = []
  readonly #metrics: { readonly firstWord: number; readonly metric: Metric; registrationsSeen: number }[] = []
  #readIndex: number
  #heartbeatMs: number
  #retiredAtMs: number | undefined
  /** When a heartbeat or a sample was last seen, by the aggregator's clock. */
  #aliveAtMs: number

  constructor(
    announcement: LaneAnnouncement,
    registry: MetricRegistry,
    nowMs: number,
    listeners: LaneListeners,
  ) {
    this.#lane = openLane(announcement.lane)
    this.#summaries = new SummaryReader(this.#lane)
    this.#directory = new DirectoryReader(announcement.directory)
    this.#registry = registry
    this.#listeners = listeners
    // A lane that was drained before, and given up, goes on where it stopped.
    this.#readIndex = Atomics.load(this.#lane.words, LaneWord.readIndex)
    this.#heartbeatMs = this.#lane.words[LaneWord.heartbeatMs]!
    this.#aliveAtMs = nowMs
  }

  get laneId(): number {
    return this.#lane.laneId
  }

  get threadId(): number {
    return this.#lane.threadId
  }

  /** Samples waiting in the lane, summarized ones included. */
  get pendingCount(): number {
    return this.fill * this.#lane.capacity + this.#summaries.pendingCount
  }

  /** From 0 to 1. */
  get fill(): number {
    const { words, capacity } = this.#lane
    return ((Atomics.load(words, LaneWord.writeIndex) - this.#readIndex) | 0) / capacity
  }

  /** Whether its thread has ended or let go of it: what is published by now is all there will be. */
  get isEnded(): boolean {
    return Atomics.load(this.#lane.words, LaneWord.ended) === 1
  }

  get drainedCount(): number {
    return this.#lane.doubles[LaneTotal.drained]!
  }

  get droppedCount(): number {
    return this.#lane.doubles[LaneTotal.dropped]!
  }

  get summarizedCount(): number {
    return this.#lane.doubles[LaneTotal.summarized]!
  }

  /** For how long the thread has given no sign of life: its loop has not turned, and it has recorded nothing. */
  silentMs(nowMs: number): number {
    const heartbeatMs = Atomics.load(this.#lane.words, LaneWord.heartbeatMs)
    if (heartbeatMs !== this.#heartbeatMs) {
      this.#heartbeatMs = heartbeatMs
      this.#aliveAtMs = nowMs
    }
    return nowMs - this.#aliveAtMs
  }

  /** When notice was given; undefined while the lease holds. */
  get retiredAtMs(): number | undefined {
    return this.#retiredAtMs
  }

  /** Gives notice: whatever the thread records from now on makes it announce its lane again. */
  retire(nowMs: number): void {
    this.#retiredAtMs = nowMs
    Atomics.store(this.#lane.words, LaneWord.lease, Lease.retired)
    Atomics.store(this.#directory.words, RETIRED_WORD, 1)
  }

  /** The lease holds, or holds again: the thread lives. */
  renew(nowMs: number): void {
    this.#aliveAtMs = nowMs
    this.#retiredAtMs = undefined
    Atomics.store(this.#directory.words, RETIRED_WORD, 0)
    Atomics.store(this.#lane.words, LaneWord.lease, Lease.adopted)
  }

  /** Takes everything that was published when it is called.
   *  @returns how many samples that were. */
  drain(nowMs: number): number {
    const writeIndex = Atomics.load(this.#lane.words, LaneWord.writeIndex)
    // Read after the write index: every sample before it has its entry in the directory by now.
    this.#registerNew()
    const count = (writeIndex - this.#readIndex) | 0
    assert(count >= 0 && count <= this.#lane.capacity, 'a lane holds at most its capacity')
    if (count > 0) this.#aliveAtMs = nowMs
    while (this.#readIndex !== writeIndex) {
      const batchCount = Math.min((writeIndex - this.#readIndex) | 0, BATCH_SAMPLES)
      const foldedCount = foldSlots(this.#lane, this.#readIndex, batchCount, this.#seriesById)
      this.#readIndex = (this.#readIndex + batchCount) | 0
      this.#lane.doubles[LaneTotal.drained]! += foldedCount
      this.#countLost(batchCount - foldedCount)
      // Stored last: the producer writes into these slots from here on.
      Atomics.store(this.#lane.words, LaneWord.readIndex, this.#readIndex)
    }
    const summarizedCount = this.#takeSummaries(nowMs)
    this.#takeCounters(nowMs)
    this.#takeRegistrations()
    this.#takeDropped()
    return count + summarizedCount
  }

  snapshot(nowMs: number): LaneSnapshot {
    const { words, capacity, laneId, threadId } = this.#lane
    const [drained, dropped, pending] = [this.drainedCount, this.droppedCount, this.pendingCount]
    const summarized = this.summarizedCount
    return {
      laneId,
      threadId,
      capacity,
      recorded: drained + summarized + dropped + pending,
      drained,
      summarized,
      dropped,
      pending,
      marksAbandoned: words[LaneWord.marksAbandoned]! >>> 0,
      marksRejected: words[LaneWord.marksRejected]! >>> 0,
      silentMs: this.silentMs(nowMs),
    }
  }

  /** Takes what a full lane has summarized.
   *  @returns how many samples that were. */
  #takeSummaries(nowMs: number): number {
    const { takenCount, addedCount } = this.#summaries.take(
      () => this.#registerNew(),
      (entryId, news) => {
        assert(entryId < this.#entries.length, 'a summary is that of a registered series')
        this.#seriesById[entryId]?.addSummary(news, nowMs >>> 0)
        return this.#seriesById[entryId] !== undefined
      },
    )
    if (takenCount === 0) return 0
    this.#lane.doubles[LaneTotal.summarized]! += addedCount
    if (addedCount > 0) this.#listeners.onSummarized?.(addedCount, this.threadId)
    this.#countLost(takenCount - addedCount)
    this.#aliveAtMs = nowMs
    return takenCount
  }

  #countLost(count: number): void {
    if (count === 0) return
    this.#lane.doubles[LaneTotal.dropped]! += count
    this.#listeners.onLost(count, this.threadId)
  }

  #registerNew(): void {
    this.#directory.readNew((entry, firstWord) => this.#register(entry, firstWord))
  }

  #register(entry: DirectoryEntry, firstWord: number): void {
    let metric: Metric | undefined
    let series: Series | undefined
    try {
      if (entry.type === 'metric') metric = this.#metricOf(entry.descriptor)
      else series = this.#entries[entry.metricEntryId]?.metric?.series(entry.labelValues, entry.isOverflow)
    } catch (error) {
      // Two threads gave one name to two different metrics: the first stands, the samples of the other are lost, visibly.
      this.#listeners.onConflict(error)
    }
    this.#entries.push({ firstWord, metric, series })
    this.#seriesById.push(series)
    const isLostSeries = entry.type === 'series' && series === undefined
    if (isLostSeries || series?.metric.kind === 'counter') this.#counters.push({ firstWord, series })
    if (metric !== undefined)
      this.#metrics.push({ firstWord, metric, registrationsSeen: this.#registrationsOf(firstWord) })
    if (series !== undefined) this.#listeners.onSeries(series, this.#directory, firstWord)
  }

  /** A metric that another thread has registered already is the same one; that is no registration anew. */
  #metricOf(descriptor: MetricDescriptor): Metric {
    const known = this.#registry.metric(descriptor.name)
    if (known === undefined) return this.#registry.register(descriptor)
    if (!isSameMetric(known.descriptor, descriptor)) throw metricConflict(known.descriptor, descriptor)
    return known
  }

  #takeRegistrations(): void {
    for (const entry of this.#metrics) {
      const registrations = this.#registrationsOf(entry.firstWord)
      entry.metric.registrations += (registrations - entry.registrationsSeen) >>> 0
      entry.registrationsSeen = registrations
    }
  }

  #registrationsOf(firstWord: number): number {
    return Atomics.load(this.#directory.words, firstWord + EntryWord.registrations)
  }

  #takeCounters(nowMs: number): void {
    const { words, doubles } = this.#directory
    for (const { firstWord, series } of this.#counters) {
      const high = Atomics.load(words, firstWord + EntryWord.counterHigh)
      const low = Atomics.load(words, firstWord + EntryWord.counterLow)
      if (Atomics.load(words, firstWord + EntryWord.counterHigh) !== high) continue
      const seenIndex = firstWord / 2 + ENTRY_COUNTER_SEEN_DOUBLES
      const value = high * 2 ** 32 + low
      const increment = value - doubles[seenIndex]!
      // Between the low word's wrap and the high word's increment the value reads too small: next time, then.
      if (increment <= 0) continue
      doubles[seenIndex] = value
      if (series === undefined) this.#countLost(increment)
      else series.increment(increment, nowMs >>> 0)
      this.#aliveAtMs = nowMs
    }
  }

  #takeDropped(): void {
    const lane = this.#lane
    const dropped = Atomics.load(lane.words, LaneWord.dropped)
    if (dropped === lane.words[LaneWord.droppedSeen]) return
    // Whose samples they were is counted before the lane's total is: read again, a series may have come with its first.
    this.#registerNew()
    this.#countLost((dropped - lane.words[LaneWord.droppedSeen]!) >>> 0)
    lane.words[LaneWord.droppedSeen] = dropped
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
}
