/** Makes the instruments of one instrumentation scope, each once. */
import type * as api from '@opentelemetry/api'
import type { Counter, Gauge, Latency, ThreadTelemetry } from '../index.ts'
import type { ActiveTrace } from './active-trace.ts'
import { AttributeSeries, type BindKeySet, type SeriesLimits } from './attribute-series.ts'
import { type InstrumentKind, type InstrumentShape, type Scope, shapeOf } from './instrument-shape.ts'
import {
  CounterInstrument,
  GaugeInstrument,
  HistogramInstrument,
  UpDownCounterInstrument,
} from './instruments.ts'
import {
  ObservableInstrument,
  type Observed,
  ObservedCounter,
  ObservedGauge,
  ObservedUpDown,
} from './observable.ts'
import type { ObservationRounds } from './observation-rounds.ts'
import type { Reports } from './reports.ts'
import {
  counterBinding,
  gaugeBinding,
  histogramBinding,
  type UpDown,
  upDownBinding,
} from './series-binding.ts'

/** What all meters of a provider share. */
export interface MeterContext {
  readonly telemetry: ThreadTelemetry
  readonly limits: SeriesLimits
  readonly rounds: ObservationRounds
  readonly reports: Reports
  readonly trace: ActiveTrace
}

type AnyInstrument = { readonly shape: InstrumentShape }

/** Takes what can be counted nowhere. */
const NOWHERE = {
  add: () => {},
  set: () => {},
  record: () => {},
  recordWithTrace: () => {},
  observe: () => {},
}

export class Meter implements api.Meter {
  readonly #context: MeterContext
  readonly #scope: Scope
  readonly #instruments = new Map<string, AnyInstrument[]>()

  /** @internal */
  constructor(context: MeterContext, scope: Scope) {
    this.#context = context
    this.#scope = scope
  }

  createCounter(name: string, options?: api.MetricOptions): api.Counter {
    return this.#instrument('counter', name, options, shape => {
      const series = this.#series<Counter>(shape, counterBinding(this.#context.telemetry, shape), NOWHERE)
      return new CounterInstrument(shape, series, this.#context.reports)
    })
  }

  createUpDownCounter(name: string, options?: api.MetricOptions): api.UpDownCounter {
    return this.#instrument('updown', name, options, shape => {
      const nowhere = { positive: NOWHERE, negative: NOWHERE }
      const series = this.#series<UpDown>(shape, upDownBinding(this.#context.telemetry, shape), nowhere)
      return new UpDownCounterInstrument(shape, series, this.#context.reports)
    })
  }

  createHistogram(name: string, options?: api.MetricOptions): api.Histogram {
    return this.#instrument('histogram', name, options, shape => {
      const binding = histogramBinding(this.#context.telemetry, shape)
      const series = this.#series<Latency | Gauge>(shape, binding, NOWHERE)
      return new HistogramInstrument(shape, series, this.#context.reports, this.#context.trace)
    })
  }

  createGauge(name: string, options?: api.MetricOptions): api.Gauge {
    return this.#instrument('gauge', name, options, shape => {
      const series = this.#series<Gauge>(shape, gaugeBinding(this.#context.telemetry, shape), NOWHERE)
      return new GaugeInstrument(shape, series, this.#context.reports)
    })
  }

  createObservableCounter(name: string, options?: api.MetricOptions): api.ObservableCounter {
    return this.#observable('observable counter', name, options, shape =>
      observing(counterBinding(this.#context.telemetry, shape), counter => new ObservedCounter(counter)),
    )
  }

  createObservableUpDownCounter(name: string, options?: api.MetricOptions): api.ObservableUpDownCounter {
    return this.#observable('observable updown', name, options, shape =>
      observing(upDownBinding(this.#context.telemetry, shape), sides => new ObservedUpDown(sides)),
    )
  }

  createObservableGauge(name: string, options?: api.MetricOptions): api.ObservableGauge {
    return this.#observable('observable gauge', name, options, shape =>
      observing(gaugeBinding(this.#context.telemetry, shape), gauge => new ObservedGauge(gauge)),
    )
  }

  addBatchObservableCallback(callback: api.BatchObservableCallback, observables: api.Observable[]): void {
    this.#context.rounds.add(callback, ownOf(observables), true)
  }

  removeBatchObservableCallback(callback: api.BatchObservableCallback, observables: api.Observable[]): void {
    this.#context.rounds.remove(callback, ownOf(observables), true)
  }

  #observable(
    kind: InstrumentKind,
    name: string,
    options: api.MetricOptions | undefined,
    binding: (shape: InstrumentShape) => BindKeySet<Observed>,
  ): ObservableInstrument {
    return this.#instrument(kind, name, options, shape => {
      const series = this.#series(shape, binding(shape), NOWHERE, false)
      return new ObservableInstrument(shape, series, this.#context.rounds)
    })
  }

  #series<Handle>(
    shape: InstrumentShape,
    bindKeySet: BindKeySet<Handle>,
    discard: unknown,
    overflows = true,
  ): AttributeSeries<Handle> {
    const { limits, reports } = this.#context
    const { name } = shape
    return new AttributeSeries({ name, limits, reports, bindKeySet, discard: discard as Handle, overflows })
  }

  /** The instrument of this name, kind, unit and type of value: made when it is the first. */
  #instrument<Created extends AnyInstrument>(
    kind: InstrumentKind,
    name: string,
    options: api.MetricOptions | undefined,
    create: (shape: InstrumentShape) => Created,
  ): Created {
    const { reports } = this.#context
    const shape = shapeOf(kind, name, options, this.#scope, reports)
    const known = this.#instruments.get(shape.name) ?? []
    const same = known.find(
      other =>
        other.shape.kind === kind && other.shape.unit === shape.unit && other.shape.isInt === shape.isInt,
    )
    if (same !== undefined && same.shape.description !== shape.description) {
      reports.once(
        `description ${shape.name}`,
        `${shape.name} is known by another description, which it keeps`,
      )
    }
    if (same !== undefined) return same as Created
    if (known.length > 0) {
      const text = `${shape.name} is known with another kind, unit or type of value: receivers get both, and may take one`
      reports.once(`duplicate ${shape.name}`, text)
    }
    const created = create(shape)
    this.#instruments.set(shape.name, [...known, created])
    return created
  }
}

function observing<Handle>(
  bindKeySet: BindKeySet<Handle>,
  observe: (handle: Handle) => Observed,
): BindKeySet<Observed> {
  return keySet => {
    const bind = bindKeySet(keySet)
    return texts => observe(bind(texts))
  }
}

function ownOf(observables: unknown): ObservableInstrument[] {
  const given: unknown[] = Array.isArray(observables) ? observables : []
  return given.filter(
    (observable): observable is ObservableInstrument => observable instanceof ObservableInstrument,
  )
}
