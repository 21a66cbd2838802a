/** Remembers lanes whose memory made no sense, so that none of them is read again. Aggregator thread. */
import { LaneWord, Lease } from '../shared/memory/lane-layout.ts'

/** Lane ids remembered; the oldest is forgotten first. A lane carries its state in its memory, too. */
const IDS_MAX = 10_000

/** A lane in quarantine is known by its id, and by the mark that every lane gets when it is adopted: a thread that was
 *  given the id of a lane in quarantine has a lane without one, and is not taken for it. */
export class Quarantine {
  readonly #laneIds = new Set<number>()
  /** Lanes set aside since the start. */
  count = 0

  /** Whether this is a lane that was set aside, announced again. */
  holds(words: Int32Array): boolean {
    const lease = Atomics.load(words, LaneWord.lease)
    const isMarked = Atomics.load(words, LaneWord.identity) !== 0
    return lease === Lease.quarantined || (isMarked && this.hasId(words[LaneWord.laneId]!))
  }

  hasId(laneId: number): boolean {
    return this.#laneIds.has(laneId)
  }

  /** @returns whether it is news */
  add(laneId: number): boolean {
    if (this.#laneIds.has(laneId)) return false
    this.count++
    this.#laneIds.add(laneId)
    if (this.#laneIds.size > IDS_MAX) {
      const [oldest] = this.#laneIds
      this.#laneIds.delete(oldest!)
    }
    return true
  }
}
