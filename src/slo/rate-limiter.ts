/** Lets one event per key and window through, and counts what it holds back. Time is given, never read. */

/** Keys remembered. Beyond it the key that was let through longest ago is forgotten. */
export const RATE_LIMIT_KEYS_MAX = 10_000

interface KeyState {
  /** When an event was last let through. */
  admittedMs: number
  /** Registrations of the metric at that time. */
  generation: number
  suppressed: number
}

/** Key, time of its last admission, registrations of the metric then, and events held back since. */
export type RateLimitState = readonly (readonly [string, number, number, number])[]

export class RateLimiter {
  readonly #keys = new Map<string, KeyState>()
  #windowMs: number

  /** @param windowMs 0 lets everything through */
  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** Asks for an event of `key` to be let through.
   *  @param generation the limit of a key begins anew when this changes
   *  @returns how many events of this key were held back since the last one let through; undefined when this one is, too */
  admit(key: string, generation: number, nowMs: number): number | undefined {
    const state = this.#keys.get(key)
    if (state === undefined) {
      this.#remember(key, { admittedMs: nowMs, generation, suppressed: 0 })
      return 0
    }
    if (state.generation === generation && nowMs - state.admittedMs < this.#windowMs) {
      state.suppressed += 1
      return undefined
    }
    const { suppressed } = state
    // Deleted first, so that the map stays ordered by the time of admission.
    this.#keys.delete(key)
    this.#keys.set(key, { admittedMs: nowMs, generation, suppressed: 0 })
    return suppressed
  }

  /** Events of `key` held back since the last one let through. */
  suppressed(key: string): number {
    return this.#keys.get(key)?.suppressed ?? 0
  }

  setWindowMs(windowMs: number): void {
    this.#windowMs = windowMs
  }

  /** Lets the next event of every key through. What was held back is still reported with it. */
  reset(): void {
    for (const state of this.#keys.values()) state.admittedMs = Number.NEGATIVE_INFINITY
  }

  /** Every key with what is known of it, in the order of admission. */
  state(): RateLimitState {
    return [...this.#keys].map(([key, { admittedMs, generation, suppressed }]) => [
      key,
      admittedMs,
      generation,
      suppressed,
    ])
  }

  restore(state: RateLimitState): void {
    for (const [key, admittedMs, generation, suppressed] of state) {
      this.#keys.set(key, { admittedMs, generation, suppressed })
    }
  }

  #remember(key: string, state: KeyState): void {
    if (this.#keys.size >= RATE_LIMIT_KEYS_MAX) {
      const [oldestKey] = this.#keys.keys()
      if (oldestKey !== undefined) this.#keys.delete(oldestKey)
    }
    this.#keys.set(key, state)
  }
}
