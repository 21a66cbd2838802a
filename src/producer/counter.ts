/** The counter handle: adds to the total of one series. Producer thread. */
import { EntryWord, RETIRED_WORD } from '../shared/memory/directory.ts'
import { HEADER_INCREMENT } from '../shared/memory/lane-layout.ts'
import type { Labels } from '../shared/metric.ts'
import type { SeriesSnapshot } from '../shared/snapshot.ts'
import type { LaneWriter } from './lane-writer.ts'
import type { SeriesEntry } from './series-handle.ts'

/** A total that only grows. Get it from `telemetry.counter(…)`. Whole increments go into a cell of shared memory that
 *  only this thread writes, not through the lane: they cannot overflow it. */
export class Counter {
  #words: Uint32Array
  readonly #lowWord: number
  readonly #lane: LaneWriter
  readonly #incrementId: number
  readonly #entry: SeriesEntry

  /** @param words the directory's. A view from before it has grown serves as well: the cell is in it.
   *  @internal */
  constructor(entry: SeriesEntry, lane: LaneWriter, words: Uint32Array) {
    this.#words = words
    this.#lowWord = entry.firstWord + EntryWord.counterLow
    this.#lane = lane
    this.#incrementId = entry.entryId + HEADER_INCREMENT
    this.#entry = entry
  }

  /** The label values this handle is bound to; empty when the metric has no labels. */
  get seriesLabels(): Labels {
    return this.#entry.labels
  }

  /** Adds to the counter. Never throws, waits or allocates.
   *  @param by whole numbers below 2^32 take the fast path, others go through the lane; negative numbers, NaN,
   *  infinities and non-numbers are counted as invalid. */
  add(by = 1): void {
    if (typeof by === 'number' && by >>> 0 === by) {
      const words = this.#words
      const low = this.#lowWord
      const before = words[low]!
      const after = (before + by) >>> 0
      words[low] = after
      if (after < before) this.#carry()
      // Publishing announces the lane again, and the counters with it.
      if (words[RETIRED_WORD] === 1) this.#lane.publish()
    } else {
      this.#lane.push(this.#incrementId, by)
    }
  }

  /** Statistics of this series over all threads, as the aggregator last published them. */
  stats(): SeriesSnapshot | undefined {
    return this.#entry.stats()
  }

  /** Counts in these words from now on, which nobody reads.
   *  @internal */
  detach(words: Uint32Array): void {
    this.#words = words
  }

  /** The low word has wrapped. The high word follows it, never the other way round: a reader in between sees too
   *  little for a moment, and never too much. */
  #carry(): void {
    const words = this.#words
    Atomics.store(words, this.#lowWord, words[this.#lowWord]!)
    Atomics.add(words, this.#lowWord + 1, 1)
  }
}
