/** Instruments that are told of each measurement. Hot path: no call throws, and none of known attributes allocates. */
import type * as api from '@opentelemetry/api'
import type { Counter, Gauge, Latency } from '../index.ts'
import type { ActiveTrace } from './active-trace.ts'
import type { AttributeSeries } from './attribute-series.ts'
import type { InstrumentShape } from './instrument-shape.ts'
import type { Reports } from './reports.ts'
import type { UpDown } from './series-binding.ts'

/** What instruments have in common. */
abstract class Instrument<Handle> {
  /** @internal */
  readonly shape: InstrumentShape
  protected readonly isInt: boolean
  protected readonly series: AttributeSeries<Handle>
  readonly #reports: Reports

  constructor(shape: InstrumentShape, series: AttributeSeries<Handle>, reports: Reports) {
    this.shape = shape
    this.isInt = shape.isInt
    this.series = series
    this.#reports = reports
  }

  /** For instruments of whole numbers. */
  protected whole(value: number): number {
    if (!Number.isInteger(value)) this.#report('fraction', 'is of whole numbers; fractions are cut off')
    return Math.trunc(value)
  }

  /** Counts what cannot be recorded: no series comes into being by it. */
  protected ignore(value: unknown): void {
    this.#reports.valuesIgnored += 1
    this.#report('ignored', `does not take ${typeof value === 'number' ? value : typeof value}, and the like`)
  }

  #report(about: string, text: string): void {
    const { name } = this.shape
    this.#reports.once(`${about} ${name}`, `${name} ${text}`)
  }
}

export class CounterInstrument extends Instrument<Counter> implements api.Counter {
  /** Negative numbers, NaN and infinities are counted as ignored, and as nothing else. */
  add(value: number, attributes?: api.Attributes, _context?: api.Context): void {
    if (typeof value !== 'number' || !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      this.ignore(value)
      return
    }
    this.series.find(attributes).add(this.isInt ? this.whole(value) : value)
  }
}

export class UpDownCounterInstrument extends Instrument<UpDown> implements api.UpDownCounter {
  /** NaN and infinities are counted as ignored. */
  add(value: number, attributes?: api.Attributes, _context?: api.Context): void {
    if (!Number.isFinite(value)) {
      this.ignore(value)
      return
    }
    const number = this.isInt ? this.whole(value) : value
    const { positive, negative } = this.series.find(attributes)
    if (number >= 0) positive.add(number)
    else negative.add(-number)
  }
}

export class HistogramInstrument extends Instrument<Latency | Gauge> implements api.Histogram {
  readonly #trace: ActiveTrace

  constructor(
    shape: InstrumentShape,
    series: AttributeSeries<Latency | Gauge>,
    reports: Reports,
    trace: ActiveTrace,
  ) {
    super(shape, series, reports)
    this.#trace = trace
    trace.load()
  }

  /** Negative numbers, NaN and infinities are counted as ignored, and as nothing else.
   *  @param context whose span is named as an example, where it is sampled. Default: the active one */
  record(value: number, attributes?: api.Attributes, context?: api.Context): void {
    if (typeof value !== 'number' || !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      this.ignore(value)
      return
    }
    const number = this.isInt ? this.whole(value) : value
    const series = this.series.find(attributes)
    const span = this.#trace.sampled(context)
    if (span === undefined) series.record(number)
    else series.recordWithTrace(number, span.traceId, span.spanId)
  }
}

export class GaugeInstrument extends Instrument<Gauge> implements api.Gauge {
  /** NaN and infinities are counted as ignored. */
  record(value: number, attributes?: api.Attributes, _context?: api.Context): void {
    if (!Number.isFinite(value)) {
      this.ignore(value)
      return
    }
    this.series.find(attributes).record(this.isInt ? this.whole(value) : value)
  }
}
