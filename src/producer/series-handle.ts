/** What every handle knows of its series: who it is, and how its latest statistics are read. Producer thread. */

import { labelsOf, overflowValuesOf } from '../shared/labels.ts'
import { BOARD_FIELDS, type BoardReader } from '../shared/memory/board.ts'
import { BOARD_SLOT_OVERFLOW, type DirectoryWriter } from '../shared/memory/directory.ts'
import type { Labels, MetricDescriptor } from '../shared/metric.ts'
import type { SeriesSnapshot } from '../shared/snapshot.ts'

/** One series as this thread has registered it. */
export class SeriesEntry {
  readonly metric: MetricDescriptor
  readonly labels: Labels
  readonly entryId: number
  readonly firstWord: number
  readonly #directory: DirectoryWriter
  readonly #board: BoardReader
  readonly #windowCapacity: number

  constructor(options: {
    metric: MetricDescriptor
    labels: Labels
    entryId: number
    firstWord: number
    directory: DirectoryWriter
    board: BoardReader
    windowCapacity: number
  }) {
    this.metric = options.metric
    this.labels = options.labels
    this.entryId = options.entryId
    this.firstWord = options.firstWord
    this.#directory = options.directory
    this.#board = options.board
    this.#windowCapacity = options.windowCapacity
  }

  /** What the aggregator last published about this series, all threads together; undefined before it first has. */
  stats(): SeriesSnapshot | undefined {
    const slotWord = this.#directory.boardSlotWord(this.firstWord)
    const isOverflow = slotWord >= BOARD_SLOT_OVERFLOW
    const slot = slotWord - 1 - (isOverflow ? BOARD_SLOT_OVERFLOW : 0)
    const fields = slot < 0 ? undefined : this.#board.read(slot)
    if (fields === undefined) return undefined
    const { name: metric, kind, unit } = this.metric
    const isCounter = kind === 'counter'
    const [timestamp, count, sum, min, max, last, p50, p90, p95, p99, rate, total, totalSum] = fields
    const [lost, invalid, summarized, exact] = fields.subarray(BOARD_FIELDS.indexOf('lost'))
    return {
      metric,
      labels: isOverflow ? labelsOf(this.metric.labelNames, overflowValuesOf(this.metric)) : this.labels,
      kind,
      unit,
      count: count!,
      sum: sum!,
      min: orNone(min!),
      max: orNone(max!),
      mean: isCounter || count === 0 ? undefined : sum! / count!,
      last: orNone(last!),
      p50: orNone(p50!),
      p90: orNone(p90!),
      p95: orNone(p95!),
      p99: orNone(p99!),
      rate: rate!,
      total: total!,
      totalSum: totalSum!,
      invalid: invalid!,
      // A counter has no window.
      window: isCounter
        ? { capacity: 0, size: 0, evicted: 0 }
        : { capacity: this.#windowCapacity, size: count!, evicted: total! - summarized! - count! },
      lost: lost!,
      summarized: summarized!,
      exact: exact === 1,
      overflow: isOverflow,
      timestamp: timestamp!,
    }
  }
}

/** The board has NaN where there is no value. */
function orNone(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value
}
