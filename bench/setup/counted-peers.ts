/** Others' work is counted as offloop's is: what a peer has left out would make it look fast. */
import type { Candidate, Check, Meter } from '../core/question.ts'

/** A candidate that can say how much of its work has been done. */
export interface CountedPeer {
  readonly candidate: Candidate
  /** Operations, by the peer's own account. */
  recordedCount(): number | Promise<number>
}

/** @returns that the peers have counted what they were given */
export async function checkCounted(peers: readonly CountedPeer[], meter: Meter): Promise<Check> {
  let expected = 0
  let actual = 0
  for (const { candidate, recordedCount } of peers) {
    expected += meter.operationCountOf(candidate)
    actual += await recordedCount()
  }
  return { what: 'recorded by the others, and counted by them', expected, actual }
}
