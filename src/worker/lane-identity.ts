/** Tells which lanes are one memory, whatever ids they claim. Aggregator thread. */
import { LaneWord } from '../shared/memory/lane-layout.ts'

/** A thread that writes anywhere may hit the mark in the moment it is looked for. */
const ATTEMPTS_MAX = 3

/** Marks the memory with a number nobody can foresee, and looks where it shows. Each message that carries a shared buffer
 *  makes a new object of it, so buffers cannot be compared. O(lanes).
 *  @param words a lane's control words, seen through another object perhaps
 *  @returns the lane that is the same memory */
export function sameMemory<Lane extends { readonly words: Int32Array }>(
  words: Int32Array,
  lanes: Iterable<Lane>,
): Lane | undefined {
  const candidates = Array.from(lanes)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const mark = 1 + Math.floor(Math.random() * (2 ** 31 - 1))
    Atomics.store(words, LaneWord.identity, mark)
    const same = candidates.find(lane => Atomics.load(lane.words, LaneWord.identity) === mark)
    if (same !== undefined) return same
  }
  return undefined
}
