/** How many samples of a series came as counts, and whether its rolling window misses any of them. */
import type { StateReader, StateWriter } from './saved-state.ts'

export class SummarizedSamples {
  /** Since the start; of a counter, increments. */
  count = 0
  /** Times some came. */
  summaryCount = 0
  /** Samples that had come one by one when the latest that the window misses came. */
  #separateBefore = 0

  /** @param separateCount samples that have come one by one */
  add(sampleCount: number, isMissedByWindow: boolean, separateCount: number): void {
    this.summaryCount += 1
    this.count += sampleCount
    if (isMissedByWindow) this.#separateBefore = separateCount
  }

  /** Whether the window holds the latest samples, and all of them: none of those that it would hold was summarized. */
  isWindowWhole(separateCount: number, windowCapacity: number): boolean {
    return this.count === 0 || separateCount - this.#separateBefore >= windowCapacity
  }

  save(into: StateWriter): void {
    into.write(this.count)
    into.write(this.summaryCount)
    into.write(this.#separateBefore)
  }

  restore(from: StateReader): void {
    this.count = from.read()
    this.summaryCount = from.read()
    this.#separateBefore = from.read()
  }
}
