/** For how long the aggregator has given no sign of life, while this thread was there to see it. Pure; creating thread. */

/** The longest an observation speaks for. A thread that was blocked, or a machine that was suspended, comes back to one
 *  observation: it says nothing about the time between. */
const OBSERVATION_MS_MAX = 400

export class Pulse {
  #sign: number | undefined
  #observedAtMs = 0
  #stillMs = 0

  /** @param sign anything that changes while the aggregator lives
   *  @returns for how long it has stood still, as far as this was observed */
  observe(sign: number, nowMs: number): number {
    const sinceMs = Math.min(nowMs - this.#observedAtMs, OBSERVATION_MS_MAX)
    this.#stillMs = sign === this.#sign ? this.#stillMs + sinceMs : 0
    this.#sign = sign
    this.#observedAtMs = nowMs
    return this.#stillMs
  }

  /** Another aggregator is looked at from now on. */
  reset(): void {
    this.#sign = undefined
  }
}
