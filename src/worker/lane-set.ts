/** The lanes of all producing threads: adopted, drained, let go. Aggregator thread. */
import { openLane } from '../shared/memory/lane-layout.ts'
import type { LaneAnnouncement } from '../shared/share.ts'
import type { LaneSnapshot } from '../shared/snapshot.ts'
import type { MetricRegistry } from '../shared/statistics/registry.ts'
import { StateReader } from '../shared/statistics/saved-state.ts'
import { type LaneListeners, LaneReader } from './lane-reader.ts'

/** A thread that has given no sign of life for this long, and left nothing to drain, is taken for dead. Should it come
 *  back it announces its lane again, and nothing is lost: a lane is a lease that heartbeats and samples renew. */
const LEASE_MS = 10_000
const NOTICE_MS = 1_000

/** What a predecessor has left of its lanes. */
export interface SavedLanes {
  /** What `LaneReader.save` has written, by lane id. */
  readonly lanes?: Map<number, Float64Array>
  readonly droppedCount?: number
}

export class LaneSet {
  readonly #registry: MetricRegistry
  readonly #listeners: LaneListeners
  readonly #onBroken: (threadId: number | undefined, error: unknown) => void
  readonly #onReleased: (laneId: number) => void
  readonly #lanes = new Map<number, LaneReader>()
  /** How far a predecessor had come with lanes that were not announced to this one yet. */
  readonly #saved: Map<number, Float64Array>
  #droppedCount: number
  #changed = false

  /** @param onBroken a lane's memory makes no sense: it is given up, all others go on
   *  @param saved what a predecessor has left */
  constructor(
    registry: MetricRegistry,
    listeners: LaneListeners & {
      onBroken: (threadId: number | undefined, error: unknown) => void
      onReleased: (laneId: number) => void
    },
    { lanes = new Map(), droppedCount = 0 }: SavedLanes = {},
  ) {
    this.#registry = registry
    this.#saved = lanes
    this.#droppedCount = droppedCount
    this.#listeners = {
      ...listeners,
      onLost: (count, threadId) => {
        this.#droppedCount += count
        listeners.onLost(count, threadId)
      },
    }
    this.#onBroken = listeners.onBroken
    this.#onReleased = listeners.onReleased
  }

  /** Samples that are published and not yet drained. */
  get pendingCount(): number {
    let pending = 0
    for (const lane of this.#lanes.values()) pending += lane.pendingCount
    return pending
  }

  get readers(): ReadonlyMap<number, LaneReader> {
    return this.#lanes
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

  /** Changes whenever something changes that lanes save. */
  get revision(): number {
    let revision = 0
    for (const lane of this.#lanes.values()) revision += lane.revision
    return revision
  }

  /** Gives the slots of everything that is folded in back to their producers. */
  handBack(): void {
    for (const lane of this.#lanes.values()) {
      if (lane.heldCount > 0) lane.handBack()
    }
  }

  /** Samples lost since the start, on all lanes there have been. */
  get droppedCount(): number {
    return this.#droppedCount
  }

  /** Takes a lane on. One that is announced twice is taken on once. */
  adopt(announcement: LaneAnnouncement, nowMs: number): void {
    try {
      const { laneId } = openLane(announcement.lane)
      // Announcing is a sign of life: a lane that was given notice of is kept.
      const lane = this.#lanes.get(laneId) ?? this.#take(laneId, announcement, nowMs)
      lane.renew(nowMs)
    } catch (error) {
      this.#onBroken(undefined, error)
    }
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
        if (isFinished) this.#release(lane)
        else this.#renewOrRetire(lane, nowMs)
      } catch (error) {
        this.#release(lane)
        this.#onBroken(lane.threadId, error)
      }
    }
    return count
  }

  snapshot(nowMs: number): LaneSnapshot[] {
    return [...this.#lanes.values()].map(lane => lane.snapshot(nowMs))
  }

  #take(laneId: number, announcement: LaneAnnouncement, nowMs: number): LaneReader {
    const saved = this.#saved.get(laneId)
    this.#saved.delete(laneId)
    const reader = saved === undefined ? undefined : new StateReader(saved)
    const lane = new LaneReader(announcement, this.#registry, nowMs, this.#listeners, reader)
    lane.readDirectory()
    this.#lanes.set(laneId, lane)
    this.#changed = true
    return lane
  }

  /** A silent lane is given notice first, and let go only when it has stayed silent after that: whatever its thread was
   *  about to publish or count is visible by then. */
  #renewOrRetire(lane: LaneReader, nowMs: number): void {
    const { retiredAtMs } = lane
    if (lane.silentMs(nowMs) <= LEASE_MS) {
      if (retiredAtMs !== undefined) lane.renew(nowMs)
    } else if (retiredAtMs === undefined) lane.retire(nowMs)
    else if (nowMs - retiredAtMs > NOTICE_MS) this.#release(lane)
  }

  #release(lane: LaneReader): void {
    this.#lanes.delete(lane.laneId)
    this.#changed = true
    this.#onReleased(lane.laneId)
  }
}
