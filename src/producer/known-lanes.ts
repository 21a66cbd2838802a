/** The lanes an aggregator has to drain, as far as this thread has heard of them: the next one is told of them again.
 *  Creating thread. */
import { BroadcastChannel } from 'node:worker_threads'
import { isAnnouncement } from '../shared/announcement-check.ts'
import { LaneWord, Lease, openLane } from '../shared/memory/lane-layout.ts'
import type { LaneAnnouncement } from '../shared/share.ts'

interface KnownLane {
  readonly announcement: LaneAnnouncement
  readonly words: Int32Array
  /** The aggregator has let go of it, at least once. */
  isReleased: boolean
}

export class KnownLanes {
  readonly #byId = new Map<number, KnownLane>()
  readonly #channelName: string
  readonly #onLane: (announcement: LaneAnnouncement) => void
  #channel: BroadcastChannel | undefined
  #isClosed = false

  /** @param onLane a lane was announced, by any thread. It may be one that is known */
  constructor(channelName: string, onLane: (announcement: LaneAnnouncement) => void) {
    this.#channelName = channelName
    this.#onLane = onLane
  }

  get announcements(): LaneAnnouncement[] {
    return [...this.#byId.values()].map(({ announcement }) => announcement)
  }

  /** Listens to announcements of other threads. They may come before the aggregator is there to hear them. */
  listen(): void {
    if (this.#channel !== undefined || this.#isClosed) return
    this.#channel = new BroadcastChannel(this.#channelName)
    this.#channel.onmessage = event => {
      const message = (event as { data: unknown }).data
      // Lanes are passed on whenever they come, since this loop may have been blocked while the aggregator started;
      // questions are not asked before it runs.
      if (isAnnouncement(message)) this.add(message)
    }
    this.#channel.unref()
  }

  add(announcement: LaneAnnouncement): void {
    if (this.#isClosed) return
    this.#forgetReleased()
    try {
      const { laneId, words } = openLane(announcement.lane)
      const known = this.#byId.get(laneId)
      // The first stands, as with the aggregator: nobody takes the place of a lane by calling himself the same.
      if (known === undefined) this.#byId.set(laneId, { announcement, words, isReleased: false })
      else known.isReleased = false
    } catch {
      // It makes no sense as a lane, which is the aggregator's to say.
    }
    this.#onLane(announcement)
  }

  /** The aggregator has let go of a lane. Should its thread have announced it again meanwhile, it is kept. */
  release(laneId: number): void {
    const lane = this.#byId.get(laneId)
    if (lane === undefined) return
    lane.isReleased = true
    this.#forgetReleased()
  }

  close(): void {
    this.#isClosed = true
    this.#channel?.close()
    this.#byId.clear()
  }

  #forgetReleased(): void {
    for (const [laneId, { isReleased, words }] of this.#byId) {
      const isOver = Atomics.load(words, LaneWord.ended) === 1
      const lease = Atomics.load(words, LaneWord.lease)
      if (isReleased && (isOver || lease === Lease.retired || lease === Lease.quarantined)) {
        this.#byId.delete(laneId)
      }
    }
  }
}
