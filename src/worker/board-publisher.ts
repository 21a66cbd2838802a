/** Publishes the statistics of changed series to the stats board. Aggregator thread. */

import type { Clock } from '../shared/clock.ts'
import { timestampOf } from '../shared/clock.ts'
import { BoardWriter } from '../shared/memory/board.ts'
import { BOARD_SLOT_OVERFLOW, type DirectoryReader, EntryWord } from '../shared/memory/directory.ts'
import { snapshotSeries } from '../shared/statistics/reading.ts'
import type { Series } from '../shared/statistics/series.ts'

/** A series is published at most this often … */
const PUBLISH_INTERVAL_MS = 250
/** … and no tick spends more than this on it, so that many series share the time there is. */
const TICK_BUDGET_MS = 0.5
/** A rate falls while nothing changes: until it is 0, a silent series is published this often. */
const RATE_INTERVAL_MS = 5_000
/** Passing over a series costs less than a look at the clock: so many share one. */
const VISITS_PER_LOOK = 64
/** So many are visited at every tick. Of more than that, each tick visits its share: all within PUBLISH_INTERVAL_MS. */
const VISITS_PER_TICK_MIN = 256

interface Publication {
  readonly series: Series
  readonly slot: number
  revision: number
  publishedAtMs: number
  /** As last published. */
  rate: number
}

/** Goes through the series in turn. */
export class BoardPublisher {
  readonly #writer: BoardWriter
  readonly #clock: Clock
  readonly #publications: Publication[] = []
  readonly #slots = new Map<Series, number>()
  #next = 0
  #visitedAtMs = Number.NEGATIVE_INFINITY

  /** @param slots those that series have already, from a predecessor */
  constructor(board: SharedArrayBuffer, clock: Clock, slots: ReadonlyMap<Series, number> = new Map()) {
    this.#writer = new BoardWriter(board)
    this.#clock = clock
    for (const [series, slot] of slots) {
      if (slot < 0) continue
      this.#writer.reserve(slot)
      this.#add(series, slot)
    }
  }

  /** -1 for a series without one. */
  slotOf(series: Series): number {
    return this.#slots.get(series) ?? -1
  }

  /** Gives the series a slot, and tells the thread that registered it which. */
  assign(series: Series, directory: DirectoryReader, firstWord: number): void {
    let slot = this.#slots.get(series)
    if (slot === undefined) {
      slot = this.#writer.allocate()
      this.#add(series, slot)
    }
    const overflow = series.isOverflow && slot >= 0 ? BOARD_SLOT_OVERFLOW : 0
    Atomics.store(directory.words, firstWord + EntryWord.boardSlot, slot + 1 + overflow)
  }

  /** Publishes what is due, as far as the budget goes. */
  publishDue(): void {
    const startMs = this.#clock.nowMs()
    const visitsMax = this.#visitsDue(startMs)
    this.#visitedAtMs = startMs
    for (let visited = 1; visited <= visitsMax; visited++) {
      this.#next = (this.#next + 1) % this.#publications.length
      const publication = this.#publications[this.#next]!
      const isDue = isPublicationDue(publication, startMs)
      if (isDue) this.#publish(publication, startMs)
      const isLookDue = isDue || visited % VISITS_PER_LOOK === 0
      if (isLookDue && this.#clock.nowMs() - startMs > TICK_BUDGET_MS) return
    }
  }

  /** Publishes everything that has changed. */
  publishAll(): void {
    for (const publication of this.#publications) {
      if (publication.series.revision !== publication.revision)
        this.#publish(publication, this.#clock.nowMs())
    }
  }

  #add(series: Series, slot: number): void {
    this.#slots.set(series, slot)
    if (slot < 0) return
    const publishedAtMs = Number.NEGATIVE_INFINITY
    this.#publications.push({ series, slot, revision: 0, publishedAtMs, rate: 0 })
  }

  #visitsDue(nowMs: number): number {
    const { length } = this.#publications
    const share = (nowMs - this.#visitedAtMs) / PUBLISH_INTERVAL_MS
    return Math.min(length, Math.max(VISITS_PER_TICK_MIN, Math.ceil(length * share)))
  }

  #publish(publication: Publication, nowMs: number): void {
    const { series, slot } = publication
    publication.revision = series.revision
    publication.publishedAtMs = nowMs
    const snapshot = snapshotSeries([series], {
      nowMs,
      timestamp: timestampOf(this.#clock),
      labels: series.labels,
    })
    publication.rate = snapshot.rate
    const { min, max, last, p50, p90, p95, p99 } = snapshot
    const none = Number.NaN
    this.#writer.write(slot, {
      ...snapshot,
      min: min ?? none,
      max: max ?? none,
      last: last ?? none,
      p50: p50 ?? none,
      p90: p90 ?? none,
      p95: p95 ?? none,
      p99: p99 ?? none,
      exact: snapshot.exact ? 1 : 0,
    })
  }
}

function isPublicationDue({ series, revision, publishedAtMs, rate }: Publication, nowMs: number): boolean {
  const ageMs = nowMs - publishedAtMs
  if (series.revision !== revision) return ageMs >= PUBLISH_INTERVAL_MS
  return rate > 0 && ageMs >= RATE_INTERVAL_MS
}
