/** What an instrument is to offloop: kind, unit, bounds, and the names it is registered and exported by. Pure. */
import type { MetricOptions } from '@opentelemetry/api'
import type { TimeUnit, Unit } from '../index.ts'
import type { ExportHints } from '../shared/export-hints.ts'
import type { Reports } from './reports.ts'

export type InstrumentKind =
  | 'counter'
  | 'updown'
  | 'histogram'
  | 'gauge'
  | 'observable counter'
  | 'observable updown'
  | 'observable gauge'

export type Scope = NonNullable<ExportHints['scope']>

export interface InstrumentShape {
  readonly name: string
  readonly kind: InstrumentKind
  readonly description: string
  /** As it was given. */
  readonly unit: string
  readonly isInt: boolean
  /** Of histograms. Empty: one bucket for all. */
  readonly buckets: readonly number[]
  readonly scope: Scope
}

/** ValueType.INT of @opentelemetry/api. */
const VALUE_TYPE_INT = 0

/** @see OpenTelemetry metrics SDK, "Explicit Bucket Histogram Aggregation" */
const DEFAULT_BUCKETS: readonly number[] = [
  0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000,
]
/** As many as a metric of offloop has. */
const BUCKETS_MAX = 200
const DESCRIPTION_LENGTH_MAX = 1_024
const UNIT_LENGTH_MAX = 63

/** @see OpenTelemetry metrics API, "Instrument name syntax" */
const NAME = /^[a-z][a-z0-9_.\-/]{0,254}$/i

const UNITS: Readonly<Record<string, Unit>> = {
  ns: 'ns',
  us: 'us',
  ms: 'ms',
  s: 's',
  By: 'bytes',
  '%': 'percent',
  Cel: 'celsius',
  Hz: 'hz',
}
const TIME_UNITS: readonly string[] = ['ns', 'us', 'ms', 's']

export function shapeOf(
  kind: InstrumentKind,
  name: unknown,
  options: MetricOptions | undefined,
  scope: Scope,
  reports: Reports,
): InstrumentShape {
  const { description, unit, valueType, advice } = options ?? {}
  return {
    name: validName(name, reports),
    kind,
    description: textOf(description).slice(0, DESCRIPTION_LENGTH_MAX),
    unit: textOf(unit).slice(0, UNIT_LENGTH_MAX),
    isInt: valueType === VALUE_TYPE_INT,
    buckets: kind === 'histogram' ? bucketsOf(advice?.explicitBucketBoundaries, `${name}`, reports) : [],
    scope,
  }
}

/** The unit offloop records it in: what it does not know is a plain number, and exported by its own name none the less. */
export function unitOf({ unit }: InstrumentShape): Unit {
  if (Object.hasOwn(UNITS, unit)) return UNITS[unit]!
  return /^\{[^{}]{1,60}\}$/.test(unit) ? (unit as Unit) : '1'
}

/** Histograms of time are latencies. One bucket for all is what a latency cannot have. */
export function latencyUnitOf({ unit, buckets }: InstrumentShape): TimeUnit | undefined {
  return TIME_UNITS.includes(unit) && buckets.length > 0 ? (unit as TimeUnit) : undefined
}

/** A name for offloop, the same on every thread and in every run: what belongs together has it in common, and nothing else
 *  has. The hash tells scopes, units and sets of attribute keys apart. */
export function registeredName({ name, ...rest }: InstrumentShape, distinction: unknown): string {
  const { kind, unit, isInt, buckets, scope } = rest
  const { version, schemaUrl } = scope
  const key = JSON.stringify([kind, unit, isInt, buckets, scope.name, version, schemaUrl, distinction])
  const valid = name.replace(/[^a-zA-Z0-9_.]/g, '_').slice(0, 180)
  // Names that begin so are the pipeline's own.
  return `${valid.startsWith('offloop_') ? '_' : ''}${valid}:${hashOf(key)}`
}

/** FNV-1a, of 32 bits: names that differ in it also differ in what they are of. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}

function validName(name: unknown, reports: Reports): string {
  const text = textOf(name)
  if (NAME.test(text)) return text
  const cleaned = text.replace(/[^a-zA-Z0-9_.\-/]/g, '_')
  const valid = (/^[a-zA-Z]/.test(cleaned) ? cleaned : `x${cleaned}`).slice(0, 255)
  reports.once(
    `name ${text.slice(0, 300)}`,
    `"${text.slice(0, 300)}" is no instrument name; it goes by ${valid}`,
  )
  return valid
}

function bucketsOf(given: unknown, name: string, reports: Reports): readonly number[] {
  if (given === undefined) return DEFAULT_BUCKETS
  const bounds = Array.isArray(given) ? given.filter(bound => Number.isFinite(bound)) : undefined
  const sorted = [...new Set(bounds)].sort((a, b) => a - b)
  if (bounds !== undefined && sorted.length <= BUCKETS_MAX) return sorted
  reports.once(
    `buckets ${name}`,
    `${name}: its bucket boundaries are not up to ${BUCKETS_MAX} numbers; the default ones are used`,
  )
  return DEFAULT_BUCKETS
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
}
