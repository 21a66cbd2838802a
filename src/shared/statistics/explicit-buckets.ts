/** Samples of one series by explicit upper bounds: what classic histograms of exporters show. Aggregator thread; hot loop. */
import type { ExponentialHistogram } from './exponential-histogram.ts'
import { LOG_BUCKET_COUNT, logBucketOf } from './log-bucket.ts'
import { HIGH_WORD, type SampleBatch } from './sample-batch.ts'
import type { StateReader, StateWriter } from './saved-state.ts'

/** Stands in a table for a log-bucket in which a bound lies. */
const STRADDLED = 255
/** Of tables there are few: most metrics have the default bounds. Beyond this many every value is searched for. */
const TABLES_MAX = 64

const highWords = new Int32Array(2)
const highWordOf = new Float64Array(highWords.buffer)
const tables = new Map<string, BucketBounds>()

/** Upper bounds, and for each log-bucket the index of the first bound that is no smaller: a value is looked up by the high
 *  word of its float, and compared only where a bound lies in its log-bucket. */
export class BucketBounds {
  /** Ascending; a value belongs to the first that is no smaller than it, as Prometheus has it. */
  readonly bounds: Float64Array
  readonly #table: Uint8Array | undefined

  /** The same object for the same bounds, while there are few. */
  static of(bounds: readonly number[]): BucketBounds {
    const key = bounds.join()
    const known = tables.get(key)
    if (known !== undefined) return known
    const isTabled = tables.size < TABLES_MAX
    const created = new BucketBounds(bounds, isTabled)
    if (isTabled) tables.set(key, created)
    return created
  }

  private constructor(bounds: readonly number[], isTabled: boolean) {
    this.bounds = Float64Array.from(bounds)
    this.#table = isTabled ? tableOf(this.bounds) : undefined
  }

  /** Counts the first `sampleCount` values of the batch. */
  count({ values, words }: SampleBatch, sampleCount: number, counts: Float64Array): void {
    const table = this.#table
    for (let index = 0; index < sampleCount; index += 1) {
      let bucket = table === undefined ? STRADDLED : table[logBucketOf(words[2 * index + HIGH_WORD]!)]!
      if (bucket === STRADDLED) bucket = this.indexOf(values[index]!)
      counts[bucket]! += 1
    }
  }

  indexOf(value: number): number {
    const { bounds } = this
    let low = 0
    let high = bounds.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (value <= bounds[middle]!) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** The counts of one series. */
export class ExplicitBuckets {
  readonly bounds: BucketBounds
  /** Not cumulative; the last is that of the values above all bounds. */
  readonly counts: Float64Array
  /** Samples whose bucket is known by their exponential bucket alone. */
  #estimated = 0

  constructor(bounds: BucketBounds) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.bounds.length + 1)
  }

  get isExact(): boolean {
    return this.#estimated === 0
  }

  addBatch(batch: SampleBatch, sampleCount: number): void {
    this.bounds.count(batch, sampleCount, this.counts)
  }

  /** Adds samples that came as counts, each as what stands for its exponential bucket. */
  addHistogram(histogram: ExponentialHistogram): void {
    histogram.forEachBucket((value, count) => {
      this.counts[this.bounds.indexOf(value)]! += count
      this.#estimated += count
    })
  }

  save(into: StateWriter): void {
    into.write(this.#estimated)
    into.writeAll(this.counts)
  }

  restore(from: StateReader): void {
    this.#estimated = from.read()
    this.counts.set(from.readAll(this.counts.length))
  }
}

/** Of a log-bucket that lies between two bounds, the index of the upper one. */
function tableOf(bounds: Float64Array): Uint8Array {
  const table = new Uint8Array(LOG_BUCKET_COUNT).fill(bounds.length)
  let filled = 0
  for (const [index, bound] of bounds.entries()) {
    highWordOf[0] = bound + 0
    const straddled = logBucketOf(highWords[HIGH_WORD]!)
    if (straddled < filled) continue
    table.fill(index, filled, straddled)
    table[straddled] = STRADDLED
    filled = straddled + 1
  }
  table.fill(bounds.length, filled)
  return table
}
