/** A clock that stands still until it is told otherwise. */
import type { Clock } from '../../src/shared/clock.ts'

export class ManualClock implements Clock {
  readonly originEpochMs: number
  #nowMs: number

  constructor(nowMs = 0, originEpochMs = 1_700_000_000_000) {
    this.#nowMs = nowMs
    this.originEpochMs = originEpochMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  advance(ms: number): void {
    this.#nowMs += ms
  }
}
