/** Drains one lane into series. Aggregator thread; the only reader of that lane. */
import { checkMemory } from '../shared/memory/corrupt-memory.ts'
import { type LaneMemory, LaneTotal, LaneWord, Lease, openLane } from '../shared/memory/lane-layout.ts'
import type { LaneAnnouncement } from '../shared/share.ts'
import type { LaneSnapshot } from '../shared/snapshot.ts'
import type { MetricRegistry } from '../shared/statistics/registry.ts'
import type { StateReader, StateWriter } from '../shared/statistics/saved-state.ts'
import { ExemplarReader } from './exemplar-reader.ts'
import type { ExemplarStore } from './exemplar-store.ts'
import { foldSlots } from './fold-slots.ts'
import { LaneEntries, restoreEntries, type SavedEntries } from './lane-entries.ts'
import type { LaneListeners } from './lane-listeners.ts'
import { SummaryReader } from './summary-reader.ts'

/** The read index is stored after so many samples, to give a full lane room early. */
const BATCH_SAMPLES = 4_096

/** Its lane's read index, and what the lane adds to the series. */
export class LaneReader {
  readonly #lane: LaneMemory
  readonly #entries: LaneEntries
  readonly #listeners: LaneListeners
  readonly #summaries: SummaryReader
  /** Most threads never name a trace. */
  #exemplars: ExemplarReader | undefined
  #readIndex: number
  /** Batches folded and losses counted. */
  #changes = 0
  /** The read index as the producer was last told. Not read back: any thread may have written over it. */
  #handedBack: number
  #heartbeatMs: number
  /** When notice was given; undefined while the lease holds. */
  retiredAtMs: number | undefined
  /** When a heartbeat or a sample was last seen, by the aggregator's clock. */
  #aliveAtMs: number

  constructor(
    announcement: LaneAnnouncement,
    registry: MetricRegistry,
    nowMs: number,
    listeners: LaneListeners,
    saved?: StateReader,
  ) {
    this.#lane = openLane(announcement.lane)
    this.#summaries = new SummaryReader(this.#lane)
    this.#listeners = listeners
    const savedEntries = saved === undefined ? undefined : this.#restore(saved)
    this.#entries = new LaneEntries(announcement.directory, registry, listeners, savedEntries)
    // A lane that was drained before, and given up, goes on where it stopped.
    this.#readIndex = Atomics.load(this.#lane.words, LaneWord.readIndex)
    this.#handedBack = this.#readIndex
    this.#heartbeatMs = this.#lane.words[LaneWord.heartbeatMs]!
    this.#aliveAtMs = nowMs
  }

  get laneId(): number {
    return this.#lane.laneId
  }

  get threadId(): number {
    return this.#lane.threadId
  }

  /** Samples waiting in the lane, summarized ones included. Slots count for nothing while the indices make no sense, which
   *  the next drain finds. */
  get pendingCount(): number {
    return this.#waitingCount + this.#summaries.pendingCount
  }

  /** The control words, of which `identity` is not this reader's affair. */
  get words(): Int32Array {
    return this.#lane.words
  }

  /** Samples that are folded in, and whose slots the producer has not got back. */
  get heldCount(): number {
    return (this.#readIndex - this.#handedBack) | 0
  }

  get capacity(): number {
    return this.#lane.capacity
  }

  /** From 0 to 1. */
  get fill(): number {
    return this.#waitingCount / this.#lane.capacity
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

  /** For how long the thread's loop has not turned, though it may record all the time. */
  heartbeatAgeMs(nowMs: number): number {
    const beatMs = Atomics.load(this.#lane.words, LaneWord.heartbeatMs)
    return Math.max(0, ((nowMs | 0) - beatMs) | 0)
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

  /** Gives notice: whatever the thread records from now on makes it announce its lane again. */
  retire(nowMs: number): void {
    this.retiredAtMs = nowMs
    Atomics.store(this.#lane.words, LaneWord.lease, Lease.retired)
    this.#entries.setRetired(true)
  }

  /** The lease holds, or holds again: the thread lives. */
  renew(nowMs: number): void {
    this.#aliveAtMs = nowMs
    this.retiredAtMs = undefined
    this.#entries.setRetired(false)
    Atomics.store(this.#lane.words, LaneWord.lease, Lease.adopted)
  }

  /** Nobody drains this lane ever again: what it holds is lost, and its writer drops what comes. */
  setAside(): void {
    this.#countLost(this.#waitingCount)
    Atomics.store(this.#lane.words, LaneWord.lease, Lease.quarantined)
  }

  /** Takes everything that was published when it is called, unless it `isBehind`.
   *  @returns how many samples that were.
   *  @throws CorruptMemory when the lane or its directory makes no sense */
  drain(nowMs: number): number {
    const writeIndex = Atomics.load(this.#lane.words, LaneWord.writeIndex)
    // Read after the write index: every sample before it has its entry in the directory by now.
    this.#entries.registerNew()
    const count = (writeIndex - this.#readIndex) | 0
    checkMemory(this.#isPlausible(count), 'a lane holds at most its capacity')
    if (count > 0 || this.isBehind) this.#aliveAtMs = nowMs
    if (this.isBehind) return 0
    while (this.#readIndex !== writeIndex) {
      const batchCount = Math.min((writeIndex - this.#readIndex) | 0, BATCH_SAMPLES)
      const foldedCount = foldSlots(this.#lane, this.#readIndex, batchCount, this.#entries.seriesById)
      this.#readIndex = (this.#readIndex + batchCount) | 0
      this.#changes += 1
      this.#lane.doubles[LaneTotal.drained]! += foldedCount
      this.#countLost(batchCount - foldedCount)
      if (this.#listeners.onBatch === undefined) this.handBack()
      else this.#listeners.onBatch(this)
    }
    const summarizedCount = this.#takeSummaries(nowMs)
    const { isMoved, lostCount } = this.#entries.takeCounters(nowMs)
    if (isMoved) this.#aliveAtMs = nowMs
    this.#countLost(lostCount)
    this.#entries.takeRegistrations()
    this.#takeDropped()
    return count + summarizedCount
  }

  /** Takes the traces that were named since the last time, of series that `drain` has registered. */
  takeExemplars(nowMs: number, into: ExemplarStore): void {
    if (Atomics.load(this.#lane.words, LaneWord.exemplars) === 0) return
    this.#exemplars ??= new ExemplarReader(this.#lane)
    this.#exemplars.take(this.#entries.seriesById, nowMs, into)
  }

  /** Whether its directory holds more than one drain takes: the lane's samples wait until it is read. */
  get isBehind(): boolean {
    return this.#entries.isBehind
  }

  /** Learns what the thread has registered by now: what `save` saves of a lane that was let go and has come back. */
  readDirectory(): void {
    this.#entries.registerNew()
  }

  /** Gives the slots of what is folded in back to the producer, which writes into them from here on. */
  handBack(): void {
    this.#handedBack = this.#readIndex
    Atomics.store(this.#lane.words, LaneWord.readIndex, this.#readIndex)
  }

  /** Changes whenever something changes that `save` saves. Counted here: any thread may write over the lane's totals. */
  get revision(): number {
    return this.#changes + this.#summaries.newsCount + this.#entries.revision
  }

  /** Saves how far it has come, for a successor that carries on from there. */
  save(into: StateWriter): void {
    const { words, doubles } = this.#lane
    into.write(this.#readIndex)
    into.write(words[LaneWord.droppedSeen]!)
    into.write(doubles[LaneTotal.dropped]!)
    into.write(doubles[LaneTotal.drained]!)
    into.write(doubles[LaneTotal.summarized]!)
    this.#summaries.save(into)
    this.#entries.save(into)
  }

  /** Goes back to where the saved reader stood: what was folded in after that is folded in again.
   *  @returns what was saved of the entries */
  #restore(saved: StateReader): SavedEntries {
    const { words, doubles } = this.#lane
    Atomics.store(words, LaneWord.readIndex, saved.read())
    words[LaneWord.droppedSeen] = saved.read()
    doubles[LaneTotal.dropped] = saved.read()
    doubles[LaneTotal.drained] = saved.read()
    doubles[LaneTotal.summarized] = saved.read()
    this.#summaries.restore(saved)
    return restoreEntries(saved)
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
      exemplarsRejected: words[LaneWord.exemplarsRejected]! >>> 0,
      silentMs: this.silentMs(nowMs),
    }
  }

  get #waitingCount(): number {
    const count = (Atomics.load(this.#lane.words, LaneWord.writeIndex) - this.#readIndex) | 0
    return this.#isPlausible(count) ? count : 0
  }

  #isPlausible(count: number): boolean {
    return count >= 0 && count <= this.#lane.capacity
  }

  /** Takes what a full lane has summarized.
   *  @returns how many samples that were. */
  #takeSummaries(nowMs: number): number {
    const entries = this.#entries
    const { takenCount, addedCount } = this.#summaries.take(
      () => {
        entries.registerNew()
        return !entries.isBehind
      },
      (entryId, news) => {
        checkMemory(entryId < entries.seriesById.length, 'a summary is that of a registered series')
        entries.seriesById[entryId]?.addSummary(news, nowMs >>> 0)
        return entries.seriesById[entryId] !== undefined
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
    this.#changes += 1
    this.#lane.doubles[LaneTotal.dropped]! += count
    this.#listeners.onLost(count, this.threadId)
  }

  #takeDropped(): void {
    const { words } = this.#lane
    const dropped = Atomics.load(words, LaneWord.dropped)
    if (dropped === words[LaneWord.droppedSeen]) return
    // Whose samples they were is counted before the lane's total is: read again, a series may have come with its first.
    this.#entries.registerNew()
    if (this.isBehind) return
    this.#countLost((dropped - words[LaneWord.droppedSeen]!) >>> 0)
    words[LaneWord.droppedSeen] = dropped
    this.#entries.takeDropped()
  }
}
