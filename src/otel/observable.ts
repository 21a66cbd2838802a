/** Instruments that are asked: their callbacks tell totals and levels, of which counters take the difference. */
import type * as api from '@opentelemetry/api'
import type { Counter, Gauge } from '../index.ts'
import type { AttributeSeries } from './attribute-series.ts'
import type { InstrumentShape } from './instrument-shape.ts'
import type { ObservationRounds } from './observation-rounds.ts'
import type { UpDown } from './series-binding.ts'

/** One series, told its present value. */
export interface Observed {
  observe(value: number): void
}

/** A total that only grows. One that is smaller than before has begun anew, at zero. */
export class ObservedCounter implements Observed {
  readonly #counter: Counter
  #previous = 0

  constructor(counter: Counter) {
    this.#counter = counter
  }

  observe(value: number): void {
    this.#counter.add(value < this.#previous ? value : value - this.#previous)
    this.#previous = value
  }
}

export class ObservedUpDown implements Observed {
  readonly #sides: UpDown
  #previous = 0

  constructor(sides: UpDown) {
    this.#sides = sides
  }

  observe(value: number): void {
    const difference = value - this.#previous
    this.#previous = value
    if (difference >= 0) this.#sides.positive.add(difference)
    else this.#sides.negative.add(-difference)
  }
}

export class ObservedGauge implements Observed {
  readonly #gauge: Gauge

  constructor(gauge: Gauge) {
    this.#gauge = gauge
  }

  observe(value: number): void {
    this.#gauge.set(value)
  }
}

export class ObservableInstrument implements api.Observable {
  /** @internal */
  readonly shape: InstrumentShape
  readonly #series: AttributeSeries<Observed>
  readonly #rounds: ObservationRounds

  constructor(shape: InstrumentShape, series: AttributeSeries<Observed>, rounds: ObservationRounds) {
    this.shape = shape
    this.#series = series
    this.#rounds = rounds
  }

  addCallback(callback: api.ObservableCallback): void {
    this.#rounds.add(callback, [this], false)
  }

  removeCallback(callback: api.ObservableCallback): void {
    this.#rounds.remove(callback, [this], false)
  }

  /** Whether it can be observed. */
  takes(value: unknown): value is number {
    return Number.isFinite(value) && (this.shape.kind !== 'observable counter' || (value as number) >= 0)
  }

  /** The series of attributes as they are now: they may be another's by the time the callback is done.
   *  @internal */
  find(attributes: api.Attributes | undefined): Observed {
    return this.#series.find(attributes)
  }
}
