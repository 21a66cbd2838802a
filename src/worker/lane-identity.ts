/** Tells which lanes are one memory, whatever ids they claim. Aggregator thread. */
import { LaneWord } from '../shared/memory/lane-layout.ts'

/** Marks the memory with a number nobody can foresee, and looks where it shows. Each message that carries a shared buffer
 *  makes a new object of it, so buffers cannot be compared. O(lanes).
 *  @param words a lane's control words, seen through another object perhaps
 *  @returns the lane that is the same memory */
export function sameMemory<Lane extends { readonly words: Int32Array }>(
  words: Int32Array,
  lanes: Iterable<Lane>,
): Lane | undefined {
  const mark = 1 + Math.floor(Math.random() * (2 ** 31 - 1))
  Atomics.store(words, LaneWord.identity, mark)
  for (const lane of lanes) {
    if (Atomics.load(lane.words, LaneWord.identity) === mark) return lane
  }
  return undefined
}
