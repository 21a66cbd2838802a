/** Two series that are one to whoever reads: metrics that share their exported name count on in each other's place. Pure. */
import type { Exemplar, ExportBuckets, ExportSeries } from '../shared/extension/extension.ts'
import type { ExponentialHistogram } from '../shared/statistics/exponential-histogram.ts'

/** What was counted in either. The latest value, and quantiles, are those of the one that was recorded to last. */
export class MergedSeries implements ExportSeries {
  readonly #first: ExportSeries
  readonly #second: ExportSeries

  constructor(first: ExportSeries, second: ExportSeries) {
    this.#first = first
    this.#second = second
  }

  get labels(): ExportSeries['labels'] {
    return this.#first.labels
  }

  get isOverflow(): boolean {
    return this.#first.isOverflow
  }

  get total(): number {
    return this.#first.total + this.#second.total
  }

  get totalSum(): number {
    return this.#first.totalSum + this.#second.totalSum
  }

  get last(): number | undefined {
    return this.#latest.last
  }

  get lastTimeMs(): number | undefined {
    const [first, second] = [this.#first.lastTimeMs, this.#second.lastTimeMs]
    if (first === undefined || second === undefined) return first ?? second
    return Math.max(first, second)
  }

  /** Bounds are equal where series are merged. */
  get buckets(): ExportBuckets | undefined {
    const [first, second] = [this.#first.buckets, this.#second.buckets]
    if (first === undefined || second === undefined) return first ?? second
    if (first.bounds.length !== second.bounds.length) return first
    const counts = first.counts.map((count, index) => count + second.counts[index]!)
    return { bounds: first.bounds, counts, isExact: first.isExact && second.isExact }
  }

  distribution(): ExponentialHistogram {
    const histogram = this.#first.distribution()
    histogram.merge(this.#second.distribution())
    return histogram
  }

  quantiles(ranks: readonly number[], latest?: number): readonly (number | undefined)[] {
    return this.#latest.quantiles(ranks, latest)
  }

  get exemplars(): readonly Exemplar[] {
    return [...this.#first.exemplars, ...this.#second.exemplars]
  }

  // Of many in a row each is asked for its time once: by way of this it would be twice, four times, eight times …
  get #latest(): ExportSeries {
    const [first = -1, second = -1] = [this.#first.lastTimeMs, this.#second.lastTimeMs]
    return second >= first ? this.#second : this.#first
  }
}
