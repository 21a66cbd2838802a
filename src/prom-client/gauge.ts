/** Gauges as prom-client has them: the value is kept on the thread that sets it, and recorded with each change. */
import { Child, notANumber } from './child.ts'
import { type GivenLabels, isObject } from './label-index.ts'
import { MetricBase } from './metric-base.ts'
import type { GaugeConfiguration, LabelValues } from './metric-configuration.ts'
import { nowSeconds, startStopwatch } from './timer.ts'

/** A value that goes up and down. Of several threads the latest shows. */
export class Gauge<T extends string = string> extends MetricBase<GaugeChild<T>, T> {
  constructor(configuration: GaugeConfiguration<T>) {
    super(configuration, { type: 'gauge' })
  }

  /** @throws TypeError for what is no number, Error for an unknown label */
  set(labels: LabelValues<T>, value: number): void
  set(value: number): void
  set(labelsOrValue: unknown, value?: unknown): void {
    const level = isObject(labelsOrValue) ? value : labelsOrValue
    if (typeof level !== 'number') throw notANumber('Value', level)
    this.#child(labelsOrValue).set(level)
  }

  inc(labels: LabelValues<T>, value?: number): void
  inc(value?: number): void
  inc(labelsOrValue?: unknown, value?: unknown): void {
    const by = isObject(labelsOrValue) ? value : labelsOrValue
    if (by !== undefined && typeof by !== 'number') throw notANumber('Delta', by)
    this.#child(labelsOrValue).inc(by)
  }

  dec(labels: LabelValues<T>, value?: number): void
  dec(value?: number): void
  dec(labelsOrValue?: unknown, value?: unknown): void {
    const by = isObject(labelsOrValue) ? value : labelsOrValue
    // What is no number is told as prom-client tells it.
    if (by !== undefined && typeof by !== 'number') throw notANumber('Delta', -(by as number))
    this.#child(labelsOrValue).dec(by)
  }

  setToCurrentTime(labels?: LabelValues<T>): void {
    this.#child(labels).setToCurrentTime()
  }

  /** @returns sets the gauge to the seconds since, and gives them */
  startTimer(labels?: LabelValues<T>): (labels?: LabelValues<T>) => number {
    const seconds = startStopwatch()
    return endLabels => {
      const value = seconds()
      this.set({ ...labels, ...endLabels } as LabelValues<T>, value)
      return value
    }
  }

  labels(...values: string[]): Gauge.Internal<T>
  labels(labels: LabelValues<T>): Gauge.Internal<T>
  labels(...given: readonly unknown[]): Gauge.Internal<T> {
    return this.childOf(given)
  }

  /** @internal */
  protected createChild(values: readonly string[], given: GivenLabels): GaugeChild<T> {
    return new GaugeChild(this, values, given)
  }

  #child(labels: unknown): GaugeChild<T> {
    return isObject(labels)
      ? this.children.child(labels as GivenLabels)
      : (this.only ?? this.children.child({}))
  }
}

/** Types, named as users of prom-client name them. */
export namespace Gauge {
  export interface Internal<T extends string> {
    inc(value?: number): void
    dec(value?: number): void
    set(value: number): void
    setToCurrentTime(): void
    startTimer(): (labels?: LabelValues<T>) => number
  }
}

class GaugeChild<T extends string> extends Child {
  #value = 0
  #isFixed = false
  readonly #gauge: Gauge<T>

  constructor(gauge: Gauge<T>, values: readonly string[], given: GivenLabels) {
    super(gauge, values, given)
    this.#gauge = gauge
  }

  readonly set = (value: number): void => {
    if (typeof value !== 'number') throw notANumber('Value', value)
    this.#value = value
    const recording = this.recording ?? this.bind()
    // Only NaN and the infinities differ from zero when taken from themselves: the telemetry does not take them.
    if (value - value !== 0) this.#fix(value)
    else {
      if (this.#isFixed) this.#fix(undefined)
      recording.record!(value)
    }
  }

  readonly inc = (value = 1): void => {
    if (typeof value !== 'number') throw notANumber('Delta', value)
    this.set(this.#value + value)
  }

  readonly dec = (value = 1): void => {
    if (typeof value !== 'number') throw notANumber('Delta', value)
    this.set(this.#value - value)
  }

  readonly setToCurrentTime = (): void => this.set(nowSeconds())

  readonly startTimer = (): ((labels?: LabelValues<T>) => number) =>
    this.#gauge.startTimer(this.given as LabelValues<T>)

  override leave(): void {
    super.leave()
    this.#value = 0
    this.#isFixed = false
  }

  #fix(value: number | undefined): void {
    this.#isFixed = value !== undefined
    this.ledger.fix(this.values, value)
  }
}
