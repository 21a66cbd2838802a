/** What a thread has recorded, counted by itself in shared memory: known also when it was terminated. */

/** By index; one writer, read once the thread has ended. */
export const TallyWord = {
  /** Raised before a sample is recorded … */
  begun: 0,
  begunSum: 1,
  /** … and after it: a terminated thread may have been anywhere in between. */
  done: 2,
  doneSum: 3,
  hitsBegun: 4,
  hitsDone: 5,
} as const

export type Tally = Float64Array

const TALLY_WORDS = 6

export function createTally(): Tally {
  return new Float64Array(new SharedArrayBuffer(TALLY_WORDS * Float64Array.BYTES_PER_ELEMENT))
}

/** Records a value and counts it. */
export function tallied(tally: Tally, value: number, record: (value: number) => void): void {
  tally[TallyWord.begun]! += 1
  tally[TallyWord.begunSum]! += value
  record(value)
  tally[TallyWord.done]! += 1
  tally[TallyWord.doneSum]! += value
}

/** Counts a hit in a counter, and in the tally. */
export function talliedHit(tally: Tally, add: () => void): void {
  tally[TallyWord.hitsBegun]! += 1
  add()
  tally[TallyWord.hitsDone]! += 1
}
