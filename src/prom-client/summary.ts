/** Summaries as prom-client has them, with percentiles that are exact: of the latest samples. Any thread. */
import { Child, notANumber } from './child.ts'
import { type GivenLabels, isObject } from './label-index.ts'
import { MetricBase } from './metric-base.ts'
import type { LabelValues, SummaryConfiguration } from './metric-configuration.ts'
import { startStopwatch } from './timer.ts'

/** prom-client's own. */
const DEFAULT_PERCENTILES: readonly number[] = [0.01, 0.05, 0.5, 0.9, 0.95, 0.99, 0.999]

/** Percentiles of what was observed last: of 10,000 samples, whatever their age. Sum and count are since the start. */
export class Summary<T extends string = string> extends MetricBase<SummaryChild<T>, T> {
  readonly percentiles: readonly number[]

  /** @throws TelemetryError OFFLOOP_OPTION unless the percentiles are numbers from 0 to 1, 20 at most */
  constructor(configuration: SummaryConfiguration<T>) {
    const { percentiles = DEFAULT_PERCENTILES, pruneAgedBuckets: hidesEmpty = false } = configuration ?? {}
    super(configuration, {
      type: 'summary',
      quantiles: [...percentiles],
      hidesEmpty,
      reservedLabel: 'quantile',
    })
    this.percentiles = percentiles
  }

  /** @throws Error for an unknown label, TypeError for what is no finite number */
  observe(value: number): void
  observe(labels: LabelValues<T>, value: number): void
  observe(labelsOrValue: unknown, value?: number): void {
    if (isObject(labelsOrValue)) this.children.child(labelsOrValue as GivenLabels).observe(value!)
    else (this.only ?? this.children.child({})).observe(labelsOrValue as number)
  }

  /** @returns observes the seconds since, and gives them */
  startTimer(labels?: LabelValues<T>): (labels?: LabelValues<T>) => number {
    const seconds = startStopwatch()
    return endLabels => {
      const value = seconds()
      this.observe({ ...labels, ...endLabels } as LabelValues<T>, value)
      return value
    }
  }

  /** Takes back what was observed; all label values stay, with 0. */
  override reset(): void {
    for (const child of this.children.all) child.retire(true)
  }

  labels(...values: string[]): Summary.Internal<T>
  labels(labels: LabelValues<T>): Summary.Internal<T>
  labels(...given: readonly unknown[]): Summary.Internal<T> {
    return this.childOf(given)
  }

  /** @internal */
  protected createChild(values: readonly string[], given: GivenLabels): SummaryChild<T> {
    return new SummaryChild(this, values, given)
  }
}

/** Types, named as users of prom-client name them. */
export namespace Summary {
  export interface Internal<T extends string> {
    observe(value: number): void
    startTimer(): (labels?: LabelValues<T>) => number
  }

  export interface Config {
    percentiles?: number[]
  }
}

class SummaryChild<T extends string> extends Child {
  readonly #summary: Summary<T>

  constructor(summary: Summary<T>, values: readonly string[], given: GivenLabels) {
    super(summary, values, given)
    this.#summary = summary
  }

  readonly observe = (value: number): void => {
    if (!Number.isFinite(value)) throw notANumber('Value', value)
    const recording = this.recording ?? this.bind()
    recording.record!(value)
  }

  readonly startTimer = (): ((labels?: LabelValues<T>) => number) =>
    this.#summary.startTimer(this.given as LabelValues<T>)
}
