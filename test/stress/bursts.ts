/** How a producer records: in bursts of pseudo-random length, with something in between. Pure. */
import { uniformNumbers } from '../../bench/setup/inputs.ts'
import type { StressCase } from './cases.ts'

export interface Burst {
  readonly length: number
  /** Whether values are staged, as by the handles of the public interface whose callers are too large. */
  readonly isStaged: boolean
  readonly afterwards: 'publish' | 'await room' | 'go on'
  /** For `await room`: with so many samples left in the lane there is room enough. */
  readonly fillMax: number
}

const TINY_SHARE = 1 / 8
const TINY_LENGTH_MAX = 3
const STAGED_SHARE = 1 / 4
const PUBLISH_SHARE = 0.15
const ROOM_SHARE = 0.7

/** @returns the next burst at each call, the same for the same salt */
export function burstsOf({ capacity, pace }: StressCase, salt: number): () => Burst {
  const nextUniform = uniformNumbers(salt)
  // Where the reader is to be outrun, a burst may be longer than the lane.
  const lengthMax = pace === 'fast' ? capacity : 2 * capacity
  return () => {
    const max = nextUniform() < TINY_SHARE ? TINY_LENGTH_MAX : lengthMax
    const turn = nextUniform()
    return {
      length: 1 + Math.floor(nextUniform() * max),
      isStaged: nextUniform() < STAGED_SHARE,
      afterwards:
        turn < PUBLISH_SHARE ? 'publish' : turn < PUBLISH_SHARE + ROOM_SHARE ? 'await room' : 'go on',
      fillMax: Math.floor(nextUniform() * (capacity / 2)),
    }
  }
}
