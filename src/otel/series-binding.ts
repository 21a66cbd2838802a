/** How the series of each kind of instrument are registered with offloop. */
import type { Counter, Gauge, Latency, MetricOptions, ThreadTelemetry } from '../index.ts'
import type { ExportHints } from '../shared/export-hints.ts'
import type { BindKeySet } from './attribute-series.ts'
import { type InstrumentShape, latencyUnitOf, registeredName, unitOf } from './instrument-shape.ts'
import { type KeySet, labelNamesOf } from './key-set.ts'

/** What goes up and what goes down: two counters, exported as one sum. */
export interface UpDown {
  readonly positive: Pick<Counter, 'add'>
  readonly negative: Pick<Counter, 'add'>
}

/** A counter as a registration gives it: its own handle, or one for each set of label values. */
interface Registered {
  labels?(values: Record<string, string>): unknown
}

/** Registers a metric with its options, by whichever of the three calls. */
type Register = (name: string, options: MetricOptions) => unknown

export function counterBinding(telemetry: ThreadTelemetry, shape: InstrumentShape): BindKeySet<Counter> {
  const register = (name: string, options: object) => telemetry.counter(name, options)
  return keySet => binder<Counter>(register, shape, keySet, { instrument: 'counter' })
}

export function upDownBinding(telemetry: ThreadTelemetry, shape: InstrumentShape): BindKeySet<UpDown> {
  const register = (name: string, options: object) => telemetry.counter(name, options)
  return keySet => {
    const positive = binder<Counter>(register, shape, keySet, { instrument: 'updown' })
    const negative = binder<Counter>(register, shape, keySet, { instrument: 'updown', isNegative: true })
    return texts => ({ positive: positive(texts), negative: negative(texts) })
  }
}

export function gaugeBinding(telemetry: ThreadTelemetry, shape: InstrumentShape): BindKeySet<Gauge> {
  const register = (name: string, options: object) => telemetry.gauge(name, options)
  return keySet => binder<Gauge>(register, shape, keySet, { instrument: 'gauge' })
}

/** Of time: a latency. Of anything else: a gauge that keeps a histogram. */
export function histogramBinding(
  telemetry: ThreadTelemetry,
  shape: InstrumentShape,
): BindKeySet<Latency | Gauge> {
  const unit = latencyUnitOf(shape)
  const register: Register = (name, options) =>
    unit === undefined ? telemetry.gauge(name, options) : telemetry.latency(name, { ...options, unit })
  return keySet => binder<Latency | Gauge>(register, shape, keySet, { instrument: 'histogram' })
}

function binder<Handle>(
  register: Register,
  shape: InstrumentShape,
  { keys, types }: KeySet,
  hints: Pick<ExportHints, 'instrument' | 'isNegative'>,
): (texts: readonly string[]) => Handle {
  const { name, unit, description, buckets, scope } = shape
  const labelNames = labelNamesOf(keys)
  const hasOtherNames = labelNames.some((labelName, index) => labelName !== keys[index])
  const registered = register(registeredName(shape, [keys, types, hints.isNegative]), {
    unit: unitOf(shape),
    help: description,
    labelNames,
    ...(buckets.length === 0 ? {} : { buckets }),
    exported: {
      name,
      ...hints,
      unit,
      scope,
      ...(hasOtherNames ? { labelNames: keys } : {}),
      ...(types.includes('json') ? { labelTypes: types } : {}),
    },
  }) as Registered
  if (labelNames.length === 0) return () => registered as Handle
  return texts =>
    registered.labels!(
      Object.fromEntries(labelNames.map((labelName, index) => [labelName, texts[index]!])),
    ) as Handle
}
