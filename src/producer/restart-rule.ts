/** Says when a dead aggregator is started again, and when it has died too often. Pure; creating thread. */

export interface RestartLimits {
  /** So many deaths … */
  readonly deathsMax: number
  /** … within so long, and it stays down. */
  readonly deathsSpanMs: number
  /** Before the first restart; doubled for each further death within the span. */
  readonly restartDelayMs: number
  readonly restartDelayMsMax: number
}

export class RestartRule {
  readonly #limits: RestartLimits
  #deathsAtMs: number[] = []

  constructor(limits: RestartLimits) {
    this.#limits = limits
  }

  /** Counts one more death.
   *  @returns how long to wait before the restart; undefined when there shall be none */
  delayMsAfterDeath(nowMs: number): number | undefined {
    const { deathsMax, deathsSpanMs, restartDelayMs, restartDelayMsMax } = this.#limits
    this.#deathsAtMs = this.#deathsAtMs.filter(atMs => nowMs - atMs < deathsSpanMs)
    this.#deathsAtMs.push(nowMs)
    const deathCount = this.#deathsAtMs.length
    if (deathCount >= deathsMax) return undefined
    return Math.min(restartDelayMs * 2 ** (deathCount - 1), restartDelayMsMax)
  }
}
