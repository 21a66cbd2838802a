/** The latest exemplar of each bucket of each series. Aggregator thread. */
import type { Clock } from '../shared/clock.ts'
import type { Exemplar } from '../shared/extension/extension.ts'
import { SPAN_ID_WORDS, TRACE_ID_WORDS } from '../shared/memory/exemplar-layout.ts'
import type { BucketBounds } from '../shared/statistics/explicit-buckets.ts'
import type { Series } from '../shared/statistics/series.ts'

/** Series with exemplars; whoever got none for longest goes first. Some 600 bytes each with the default buckets. */
const SERIES_MAX = 10_000
const ID_WORDS = TRACE_ID_WORDS + SPAN_ID_WORDS
const NEVER = Number.NEGATIVE_INFINITY

/** Not saved for a successor, which finds in the lanes what their threads have kept there. */
export class ExemplarStore {
  readonly #clock: Clock
  readonly #bySeries = new Map<Series, SeriesExemplars>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param value finite
   *  @param timeMs since the origin
   *  @param ids trace id and span id, copied */
  add(series: Series, value: number, timeMs: number, ids: Int32Array): void {
    const exemplars = this.#bySeries.get(series) ?? new SeriesExemplars(series)
    // Moved to the end: the first is the one that got none for longest.
    this.#bySeries.delete(series)
    this.#bySeries.set(series, exemplars)
    exemplars.add(value, timeMs, ids)
    if (this.#bySeries.size <= SERIES_MAX) return
    const [oldest] = this.#bySeries.keys()
    this.#bySeries.delete(oldest!)
  }

  /** By bucket, ascending: of those buckets in which there are samples by now. */
  of(series: Series): readonly Exemplar[] {
    return this.#bySeries.get(series)?.read(series, this.#clock.originEpochMs) ?? []
  }
}

/** Of one series, which has a single bucket where it has no bounds. */
class SeriesExemplars {
  readonly #bounds: BucketBounds | undefined
  readonly #values: Float64Array
  /** Since the origin. */
  readonly #timesMs: Float64Array
  readonly #ids: Int32Array

  constructor(series: Series) {
    this.#bounds = series.buckets?.bounds
    const bucketCount = (this.#bounds?.bounds.length ?? 0) + 1
    this.#values = new Float64Array(bucketCount)
    this.#timesMs = new Float64Array(bucketCount).fill(NEVER)
    this.#ids = new Int32Array(bucketCount * ID_WORDS)
  }

  /** Lanes are read one after the other: what comes later may be older. */
  add(value: number, timeMs: number, ids: Int32Array): void {
    const bucket = this.#bounds?.indexOf(value) ?? 0
    if (timeMs < this.#timesMs[bucket]!) return
    this.#values[bucket] = value
    this.#timesMs[bucket] = timeMs
    this.#ids.set(ids, bucket * ID_WORDS)
  }

  /** A sample may be told of before it is drained: it is no example of a bucket that seems empty. */
  read(series: Series, originEpochMs: number): Exemplar[] {
    const counts = series.buckets?.counts
    const exemplars: Exemplar[] = []
    for (const [bucket, timeMs] of this.#timesMs.entries()) {
      if (timeMs === NEVER || (counts?.[bucket] ?? series.total) === 0) continue
      const ids = this.#ids.subarray(bucket * ID_WORDS, (bucket + 1) * ID_WORDS)
      const spanId = ids.subarray(TRACE_ID_WORDS)
      exemplars.push({
        value: this.#values[bucket]!,
        timeMs: originEpochMs + timeMs,
        traceId: hexOf(ids.subarray(0, TRACE_ID_WORDS)),
        spanId: spanId.some(word => word !== 0) ? hexOf(spanId) : undefined,
      })
    }
    return exemplars
  }
}

function hexOf(words: Int32Array): string {
  return Array.from(words, word => (word >>> 0).toString(16).padStart(8, '0')).join('')
}
