/** The lanes of all producing threads: adopted, drained, let go. Aggregator thread. */
import type { LaneAnnouncement } from '../shared/share.ts'
import type { LaneSnapshot } from '../shared/snapshot.ts'
import type { MetricRegistry } from '../shared/statistics/registry.ts'
import type { LaneListeners } from './lane-listeners.ts'
import { LaneReader } from './lane-reader.ts'

/** A thread that has given no sign of life for this long, and left nothing to drain, is taken for dead. Should it come
 *  back it announces its lane again, and nothing is lost: a lane is a lease that heartbeats and samples renew. */
const LEASE_MS = 10_000
const NOTICE_MS = 1_000

export class LaneSet {
  readonly #registry: MetricRegistry
  readonly #listeners: LaneListeners
  readonly #onBroken: (threadId: number | undefined, error: unknown) => void
  readonly #onReleased: (laneId: number) => void
  readonly #lanes = new Map<number, LaneReader>()
  #droppedCount = 0
  #summarizedCount = 0

  /** @param onBroken a lane's memory makes no sense: it is given up, all others go on */
  constructor(
    registry: MetricRegistry,
    listeners: LaneListeners & {
      onBroken: (threadId: number | undefined, error: unknown) => void
      onReleased: (laneId: number) => void
    },
  ) {
    this.#registry = registry
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

  get readers(): Iterable<LaneReader> {
    return this.#lanes.values()
  }

  /** Samples lost since the start, on all lanes there have been. */
  get droppedCount(): number {
    return this.#droppedCount
  }

  /** Samples that came summarized since the start, on all lanes there have been. */
  get summarizedCount(): number {
    return this.#summarizedCount
  }

  /** Takes a lane on. One that is announced twice is taken on once. */
  adopt(announcement: LaneAnnouncement, nowMs: number): void {
    try {
      const lane = new LaneReader(announcement, this.#registry, nowMs, this.#listeners)
      const known = this.#lanes.get(lane.laneId)
      if (known === undefined) this.#lanes.set(lane.laneId, lane)
      // Announcing is a sign of life: a lane that was given notice of is kept.
      const kept = known ?? lane
      kept.renew(nowMs)
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
    this.#onReleased(lane.laneId)
  }
}
