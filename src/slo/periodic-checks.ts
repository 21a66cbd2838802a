/** Runs a check again and again: one at a time, the next one interval later, never sooner because one was late. */
import { startBackgroundTimer, type TimerHandle, type Timers } from '../shared/timers.ts'

export class PeriodicChecks {
  readonly #timers: Timers
  readonly #check: () => number
  /** The running loop. A new object for each, so that a loop knows when it was replaced. */
  #loop: { timer: TimerHandle } | undefined

  /** @param check runs one check and returns the milliseconds it took. Must not throw. */
  constructor(timers: Timers, check: () => number) {
    this.#timers = timers
    this.#check = check
  }

  /** Replaces a running loop. The first check comes after one interval. */
  start(intervalMs: number): void {
    this.stop()
    const loop = { timer: undefined as TimerHandle }
    const schedule = (delayMs: number) => {
      loop.timer = startBackgroundTimer(this.#timers, run, delayMs)
    }
    const run = () => {
      const tookMs = this.#check()
      // The check may have stopped or replaced this loop.
      if (this.#loop !== loop) return
      // From start to start while checks are short; a check longer than the interval is given a whole one to rest.
      schedule(tookMs < intervalMs ? intervalMs - tookMs : intervalMs)
    }
    this.#loop = loop
    schedule(intervalMs)
  }

  stop(): void {
    if (this.#loop !== undefined) this.#timers.clearTimeout(this.#loop.timer)
    this.#loop = undefined
  }
}
