/** The lanes an aggregator has to drain, as far as this thread has heard of them: the next one is told of them again.
 *  Creating thread. */
import { BroadcastChannel, MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { isAnnouncement } from '../shared/announcement-check.ts'
import { LaneWord, Lease, openLane } from '../shared/memory/lane-layout.ts'
import type { LaneAnnouncement } from '../shared/share.ts'

/** An announcement waits in a port, where it is no object of this thread's heap: its shared memory goes when the port is
 *  closed. On the heap it would grow old with the lane, and stay until this thread collects all of its garbage: V8 takes
 *  shared memory for no burden, and does not hurry. */
interface KnownLane {
  readonly putPort: MessagePort
  readonly heldPort: MessagePort
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
    return [...this.#byId.values()].map(announcementOf)
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
      const { laneId } = openLane(announcement.lane)
      const known = this.#byId.get(laneId)
      // The first stands, as with the aggregator: nobody takes the place of a lane by calling himself the same.
      if (known === undefined) this.#byId.set(laneId, hold(announcement))
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
    for (const lane of this.#byId.values()) letGo(lane)
    this.#byId.clear()
  }

  #forgetReleased(): void {
    for (const [laneId, lane] of this.#byId) {
      if (!lane.isReleased) continue
      const words = new Int32Array(announcementOf(lane).lane)
      const lease = Atomics.load(words, LaneWord.lease)
      const isOver = Atomics.load(words, LaneWord.ended) === 1 || lease === Lease.quarantined
      if (!isOver && lease !== Lease.retired) continue
      letGo(lane)
      this.#byId.delete(laneId)
    }
  }
}

function hold(announcement: LaneAnnouncement): KnownLane {
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(announcement)
  return { putPort: port1, heldPort: port2, isReleased: false }
}

function letGo({ putPort, heldPort }: KnownLane): void {
  putPort.close()
  heldPort.close()
}

/** Taken out of the port, and put back. */
function announcementOf({ putPort, heldPort }: KnownLane): LaneAnnouncement {
  const announcement: LaneAnnouncement = receiveMessageOnPort(heldPort)?.message
  putPort.postMessage(announcement)
  return announcement
}
