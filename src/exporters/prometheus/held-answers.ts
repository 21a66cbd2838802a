/** What clients have not read yet: so much is held in memory for them, and no more. Aggregator thread. */

const HELD_BYTES_MAX = 64 * 1_024 * 1_024

/** Answers that are shared are counted once. One, however large, is always taken. */
export class HeldAnswers {
  readonly #holders = new Map<readonly Buffer[], number>()
  #bytes = 0

  get isFull(): boolean {
    return this.#holders.size > 1 && this.#bytes >= HELD_BYTES_MAX
  }

  hold(parts: readonly Buffer[]): void {
    const holders = this.#holders.get(parts) ?? 0
    if (holders === 0) this.#bytes += bytesOf(parts)
    this.#holders.set(parts, holders + 1)
  }

  release(parts: readonly Buffer[]): void {
    const holders = this.#holders.get(parts) ?? 0
    if (holders > 1) {
      this.#holders.set(parts, holders - 1)
      return
    }
    if (this.#holders.delete(parts)) this.#bytes -= bytesOf(parts)
  }
}

function bytesOf(parts: readonly Buffer[]): number {
  return parts.reduce((bytes, part) => bytes + part.length, 0)
}
