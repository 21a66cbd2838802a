/** Histograms as prom-client has them: recorded here, counted into buckets by the aggregator. Any thread. */
import { Child, notANumber } from './child.ts'
import { exemplarOf } from './exemplar.ts'
import { type GivenLabels, isObject } from './label-index.ts'
import { MetricBase } from './metric-base.ts'
import type { HistogramConfiguration, LabelValues, ObserveDataWithExemplar } from './metric-configuration.ts'
import { startStopwatch } from './timer.ts'

/** prom-client's own; in seconds, for web requests. */
const DEFAULT_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Counts values by upper bounds. */
export class Histogram<T extends string = string> extends MetricBase<HistogramChild<T>, T> {
  readonly buckets: readonly number[]

  /** @throws TelemetryError OFFLOOP_OPTION unless the bounds are ascending, 200 at most */
  constructor(configuration: HistogramConfiguration<T>) {
    const { buckets = DEFAULT_BUCKETS } = configuration ?? {}
    // The infinite one is always there.
    const bounds = buckets.filter(bound => bound !== Number.POSITIVE_INFINITY)
    super(configuration, { type: 'histogram', bounds, reservedLabel: 'le' })
    this.buckets = bounds
  }

  /** @throws Error for an unknown label, TypeError for what is no finite number */
  observe(value: number): void
  observe(labels: LabelValues<T>, value: number): void
  observe(data: ObserveDataWithExemplar<T>): void
  observe(labelsOrValue: unknown, value?: number): void {
    if (this.enableExemplars) this.#observeWithExemplar(labelsOrValue as ObserveDataWithExemplar<T>)
    else if (isObject(labelsOrValue)) this.children.child(labelsOrValue as GivenLabels).observe(value!)
    else (this.only ?? this.children.child({})).observe(labelsOrValue as number)
  }

  /** @returns observes the seconds since, and gives them */
  startTimer(
    labels?: LabelValues<T>,
    exemplarLabels?: LabelValues<T>,
  ): (labels?: LabelValues<T>, exemplarLabels?: LabelValues<T>) => number {
    const seconds = startStopwatch()
    return (endLabels, endExemplarLabels) => {
      const value = seconds()
      const given = { ...labels, ...endLabels } as LabelValues<T>
      if (this.enableExemplars) {
        const exemplar = { ...exemplarLabels, ...endExemplarLabels } as LabelValues<T>
        this.observe({ labels: given, value, exemplarLabels: exemplar })
      } else this.observe(given, value)
      return value
    }
  }

  /** Shows these label values with zeros. */
  zero(labels: LabelValues<T>): void {
    const child = this.children.child(labels as GivenLabels)
    child.retire(true)
    child.show()
  }

  labels(...values: string[]): Histogram.Internal<T>
  labels(labels: LabelValues<T>): Histogram.Internal<T>
  labels(...given: readonly unknown[]): Histogram.Internal<T> {
    return this.childOf(given)
  }

  /** @internal */
  protected createChild(values: readonly string[], given: GivenLabels): HistogramChild<T> {
    return new HistogramChild(this, values, given)
  }

  /** As prom-client has it: nothing is shown until something is observed.
   *  @internal */
  protected override get keepsOnly(): boolean {
    return false
  }

  #observeWithExemplar({ labels, value, exemplarLabels = {} }: ObserveDataWithExemplar<T>): void {
    const child = this.children.child((labels ?? {}) as GivenLabels)
    child.observe(value)
    if (Object.keys(exemplarLabels).length === 0) return
    const index = this.buckets.findIndex(bound => value <= bound)
    const bucketIndex = index < 0 ? this.buckets.length : index
    this.ledger.addExemplar(child.values, { bucketIndex, text: exemplarOf(exemplarLabels, value) })
  }
}

/** Types, named as users of prom-client name them. */
export namespace Histogram {
  export interface Internal<T extends string> {
    observe(value: number): void
    startTimer(): (labels?: LabelValues<T>) => number
  }

  export interface Config {
    buckets?: number[]
  }
}

class HistogramChild<T extends string> extends Child {
  readonly #histogram: Histogram<T>

  constructor(histogram: Histogram<T>, values: readonly string[], given: GivenLabels) {
    super(histogram, values, given)
    this.#histogram = histogram
  }

  readonly observe = (value: number): void => {
    if (!Number.isFinite(value)) throw notANumber('Value', value)
    const recording = this.recording ?? this.bind()
    recording.record!(value)
  }

  readonly startTimer = (): ((labels?: LabelValues<T>) => number) =>
    this.#histogram.startTimer(this.given as LabelValues<T>)
}
