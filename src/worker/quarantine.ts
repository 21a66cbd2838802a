/** Remembers lanes whose memory made no sense, so that none of them is read again. Aggregator thread. */
import { LaneWord, Lease } from '../shared/memory/lane-layout.ts'
import { sameMemory } from './lane-identity.ts'

/** Memories remembered: a lane that is being overwritten may announce itself under any id. More would keep the memory of
 *  threads that are long gone. */
const MEMORIES_MAX = 8
/** Lane ids remembered; the oldest is forgotten first. A lane carries its state in its memory, too. */
const IDS_MAX = 10_000

/** A lane in quarantine is known by its memory, while it is one of the latest; later by its id, and by the mark that every lane gets when it is adopted: a thread that was
 *  given the id of a lane in quarantine has a lane without one, and is not taken for it. */
export class Quarantine {
  readonly #laneIds = new Set<number>()
  readonly #memories: { readonly words: Int32Array }[] = []
  /** Lanes set aside since the start. */
  count = 0

  /** Whether this is a lane that was set aside, announced again. */
  holds(words: Int32Array): boolean {
    const lease = Atomics.load(words, LaneWord.lease)
    const isMarked = Atomics.load(words, LaneWord.identity) !== 0
    const isKnown = lease === Lease.quarantined || (isMarked && this.hasId(words[LaneWord.laneId]!))
    return isKnown || sameMemory(words, this.#memories) !== undefined
  }

  hasId(laneId: number): boolean {
    return this.#laneIds.has(laneId)
  }

  /** @returns whether it is news */
  add(laneId: number, words: Int32Array): boolean {
    this.#memories.push({ words })
    if (this.#memories.length > MEMORIES_MAX) this.#memories.shift()
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
