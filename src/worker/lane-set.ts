/** The lanes of all producing threads: adopted, drained, let go. Aggregator thread. */
import { checkMemory } from '../shared/memory/corrupt-memory.ts'
import { hasLaneMagic, LaneWord, Lease } from '../shared/memory/lane-layout.ts'
import type { LaneAnnouncement } from '../shared/share.ts'
import type { LaneSnapshot } from '../shared/snapshot.ts'
import type { MetricRegistry } from '../shared/statistics/registry.ts'
import { StateReader } from '../shared/statistics/saved-state.ts'
import { ExemplarStore } from './exemplar-store.ts'
import { sameMemory } from './lane-identity.ts'
import type { LaneListeners } from './lane-listeners.ts'
import { LaneReader } from './lane-reader.ts'
import { Quarantine } from './quarantine.ts'

/** A thread that has given no sign of life for this long, and left nothing to drain, is taken for dead. Should it come
 *  back it announces its lane again, and nothing is lost: a lane is a lease that heartbeats and samples renew. */
const LEASE_MS = 10_000
const NOTICE_MS = 1_000
/** The creating thread takes the first lane there is. */
const CREATOR_LANE_ID = 0
/** Lanes adopted at once. Beyond it a lane is refused: no process has so many threads. */
const LANES_MAX = 4_096
/** A question covers what was published before it, unless that is more new series than so many drains take. */
const DRAINS_PER_QUESTION_MAX = 16
/** So often exemplars are looked for: in a lane they stay for twice as long, unless a larger value needs the place. */
const EXEMPLARS_INTERVAL_MS = 250

/** What a predecessor has left of its lanes. */
export interface SavedLanes {
  /** What `LaneReader.save` has written, by lane id. */
  readonly lanes?: Map<number, Float64Array>
  readonly droppedCount?: number
  readonly summarizedCount?: number
}

export class LaneSet {
  readonly #registry: MetricRegistry
  readonly #listeners: LaneListeners
  readonly #onBroken: (threadId: number, error: unknown, laneId: number) => void
  readonly #onReleased: (laneId: number) => void
  readonly #lanes = new Map<number, LaneReader>()
  /** How far a predecessor had come with lanes that were not announced to this one yet. */
  readonly #saved: Map<number, Float64Array>
  readonly #quarantine = new Quarantine()
  /** Of all lanes there have been. */
  readonly exemplars: ExemplarStore
  /** Of a creating thread that was silent for longer than its lease: its heart is what everybody asks for then. */
  #creatorLetGo: LaneReader | undefined
  #exemplarsTakenAtMs = Number.NEGATIVE_INFINITY
  #droppedCount: number
  #summarizedCount: number
  #changed = false

  /** @param onBroken a lane's memory makes no sense: it is set aside, all others go on. Called once for each
   *  @param saved what a predecessor has left */
  constructor(
    registry: MetricRegistry,
    listeners: LaneListeners & {
      onBroken: (threadId: number, error: unknown, laneId: number) => void
      onReleased: (laneId: number) => void
    },
    { lanes = new Map(), droppedCount = 0, summarizedCount = 0 }: SavedLanes = {},
  ) {
    this.#registry = registry
    this.exemplars = new ExemplarStore(registry.clock)
    this.#saved = lanes
    this.#droppedCount = droppedCount
    this.#summarizedCount = summarizedCount
    this.#listeners = {
      ...listeners,
      onLost: (count, threadId) => {
        this.#droppedCount += count
        listeners.onLost(count, threadId)
      },
      onSummarized: (count, threadId) => {
        this.#summarizedCount += count
        listeners.onSummarized?.(count, threadId)
      },
    }
    this.#onBroken = listeners.onBroken
    this.#onReleased = listeners.onReleased
  }

  /** Samples that are published or summarized, and not yet drained. */
  get pendingCount(): number {
    let pending = 0
    for (const lane of this.#lanes.values()) pending += lane.pendingCount
    return pending
  }

  get readers(): ReadonlyMap<number, LaneReader> {
    return this.#lanes
  }

  /** For how long the loop of the creating thread has not turned; undefined where it has had no lane. */
  creatorHeartbeatAgeMs(nowMs: number): number | undefined {
    return (this.#lanes.get(CREATOR_LANE_ID) ?? this.#creatorLetGo)?.heartbeatAgeMs(nowMs)
  }

  /** Whether lanes came or went since this was last asked. */
  takeChanged(): boolean {
    const changed = this.#changed
    this.#changed = false
    return changed
  }

  /** Whether a predecessor has left something of this lane, which waits to be announced again. */
  isAwaited(laneId: number): boolean {
    return this.#saved.has(laneId)
  }

  /** The largest share of a lane that is folded in and not given back: from 0 to 1. */
  get heldShare(): number {
    let share = 0
    for (const lane of this.#lanes.values()) share = Math.max(share, lane.heldCount / lane.capacity)
    return share
  }

  /** How full the fullest lane is: from 0 to 1. */
  get fullestFill(): number {
    let fill = 0
    for (const lane of this.#lanes.values()) fill = Math.max(fill, lane.fill)
    return fill
  }

  /** Changes whenever something changes that lanes save. */
  get revision(): number {
    let revision = 0
    for (const lane of this.#lanes.values()) revision += lane.revision
    return revision
  }

  /** Gives the slots of everything that is folded in back to their producers. */
  handBack(): void {
    for (const lane of this.#lanes.values()) lane.handBack()
  }

  /** Samples lost since the start, on all lanes there have been. */
  get droppedCount(): number {
    return this.#droppedCount
  }

  /** Samples that came summarized since the start, on all lanes there have been. */
  get summarizedCount(): number {
    return this.#summarizedCount
  }

  /** Lanes whose memory made no sense, since the start. */
  get quarantinedCount(): number {
    return this.#quarantine.count
  }

  /** Takes a lane on. One that is announced twice is taken on once, and one in quarantine never again.
   *  @param announcement of the right kind and size: see `isAnnouncement`. What is in its memory is checked here. */
  adopt(announcement: LaneAnnouncement, nowMs: number): void {
    const words = new Int32Array(announcement.lane)
    // One whose predecessor died over it before that was saved is taken on once more, and then found out once more.
    if (this.#quarantine.holds(words) && !this.#saved.has(words[LaneWord.laneId]!)) return
    try {
      const known = sameMemory(words, this.#lanes.values())
      // Announcing is a sign of life: a lane that was given notice of is kept.
      if (known !== undefined) known.renew(nowMs)
      else this.#takeOn(announcement, words, nowMs)
    } catch (error) {
      // Without the magic it may be anybody's memory.
      if (hasLaneMagic(words)) Atomics.store(words, LaneWord.lease, Lease.quarantined)
      this.#reportBroken(words[LaneWord.laneId]!, words[LaneWord.threadId]!, error, words)
    }
  }

  #takeOn(announcement: LaneAnnouncement, words: Int32Array, nowMs: number): void {
    checkMemory(this.#lanes.size < LANES_MAX, `a process has at most ${LANES_MAX} lanes`)
    // The word that ids are taken from is every thread's to overwrite: a lane whose id is taken gets one from below 0.
    const claimedId = words[LaneWord.laneId]!
    let laneId = claimedId
    if (this.#isIdTaken(laneId)) for (laneId = -1; this.#isIdTaken(laneId); ) laneId--
    if (laneId !== claimedId && hasLaneMagic(words)) words[LaneWord.laneId] = laneId
    const saved = this.#saved.get(laneId)
    this.#saved.delete(laneId)
    const reader = saved === undefined ? undefined : new StateReader(saved)
    const lane = new LaneReader(announcement, this.#registry, nowMs, this.#listeners, reader)
    checkMemory(lane.laneId === laneId, 'a lane keeps its id')
    lane.readDirectory()
    this.#lanes.set(laneId, lane)
    if (laneId === CREATOR_LANE_ID) this.#creatorLetGo = undefined
    this.#changed = true
    lane.renew(nowMs)
  }

  #isIdTaken(laneId: number): boolean {
    return this.#lanes.has(laneId) || this.#quarantine.hasId(laneId)
  }

  /** Drains every lane once.
   *  @returns samples taken */
  drain(nowMs: number): number {
    let count = 0
    for (const lane of this.#lanes.values()) {
      try {
        // Asked before draining: what an ended thread has left is then taken in full.
        const isFinished = lane.isEnded
        count += lane.drain(nowMs)
        if (isFinished && !lane.isBehind) this.#letGo(lane, nowMs)
        else this.#renewOrRetire(lane, nowMs)
      } catch (error) {
        lane.setAside()
        this.#release(lane)
        this.#reportBroken(lane.laneId, lane.threadId, error, lane.words)
      }
    }
    if (nowMs - this.#exemplarsTakenAtMs >= EXEMPLARS_INTERVAL_MS) this.#takeExemplars(nowMs)
    return count
  }

  /** Drains for a question, which is to cover all that was published before it: again while lanes are behind.
   *  @returns samples taken */
  drainFully(nowMs: number): number {
    let count = this.drain(nowMs)
    for (let drains = 1; drains < DRAINS_PER_QUESTION_MAX && this.#isBehind; drains++)
      count += this.drain(nowMs)
    this.#takeExemplars(nowMs)
    return count
  }

  #takeExemplars(nowMs: number): void {
    this.#exemplarsTakenAtMs = nowMs
    for (const lane of this.#lanes.values()) lane.takeExemplars(nowMs, this.exemplars)
  }

  get #isBehind(): boolean {
    for (const lane of this.#lanes.values()) if (lane.isBehind) return true
    return false
  }

  #reportBroken(laneId: number, threadId: number, error: unknown, words: Int32Array): void {
    if (this.#quarantine.add(laneId, words)) this.#onBroken(threadId, error, laneId)
  }

  snapshot(nowMs: number): LaneSnapshot[] {
    return [...this.#lanes.values()].map(lane => lane.snapshot(nowMs))
  }

  /** A silent lane is given notice first, and let go only when it has stayed silent after that: whatever its thread was
   *  about to publish or count is visible by then. */
  #renewOrRetire(lane: LaneReader, nowMs: number): void {
    const { retiredAtMs } = lane
    if (lane.silentMs(nowMs) <= LEASE_MS) {
      if (retiredAtMs !== undefined) lane.renew(nowMs)
    } else if (retiredAtMs === undefined) lane.retire(nowMs)
    else if (nowMs - retiredAtMs > NOTICE_MS) this.#letGo(lane, nowMs)
  }

  /** Its slots are given back before the commit that forgets the lane, since its announcement may come once more: late, or
   *  by way of a successor. One that begins before that commit sets the read index back, and finds the slots unchanged: the
   *  thread has ended, or has been silent since the commit before. */
  #letGo(lane: LaneReader, nowMs: number): void {
    lane.takeExemplars(nowMs, this.exemplars)
    if (lane.laneId === CREATOR_LANE_ID && !lane.isEnded) this.#creatorLetGo = lane
    lane.handBack()
    this.#release(lane)
  }

  #release(lane: LaneReader): void {
    this.#lanes.delete(lane.laneId)
    this.#changed = true
    this.#onReleased(lane.laneId)
  }
}
