/** What a metric tells exporters beyond its name, kind and unit: bounds of its histogram, and the name and shape that
 *  foreign instrumentation gave it. Pure. */
import { TelemetryError } from './errors.ts'
import { checkOptions } from './known-keys.ts'
import type { TimeUnit, Unit } from './metric.ts'

/** What an exporter goes by instead of the metric's own name, kind and unit. */
export interface ExportHints {
  /** The name as instrumentation gave it. Several metrics may share one: their series are then one metric's. */
  readonly name?: string
  /** `updown`: a sum that goes both ways, of which a counter holds one; see `isNegative`. */
  readonly instrument?: 'counter' | 'updown' | 'gauge' | 'histogram' | 'summary'
  /** What this counter counts is taken off the metric of that name. */
  readonly isNegative?: boolean
  /** Any unit, in UCUM, as instrumentation gave it; empty: none, and no suffix. */
  readonly unit?: string
  /** Quantiles that a summary shows, each in [0, 1]. */
  readonly quantiles?: readonly number[]
  /** Instrumentation scope, by OpenTelemetry's terms. */
  readonly scope?: { readonly name: string; readonly version?: string; readonly schemaUrl?: string }
  /** Names of the labels as instrumentation gave them, where `labelNames` could not take them: as many, in that order. */
  readonly labelNames?: readonly string[]
  /** What the labels' values were, in the order of `labelNames`, where not all were texts: the text of one that is `json`
   *  is JSON of a number, a boolean or a list. */
  readonly labelTypes?: readonly ('string' | 'json')[]
}

/** Bounds of a latency's histogram unless it has its own, in seconds.
 *  @see OpenTelemetry semantic conventions, http.server.request.duration */
export const DEFAULT_BUCKETS_SECONDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]

const BUCKETS_MAX = 200
const TEXT_LENGTH_MAX = 1_024
const INSTRUMENTS: readonly unknown[] = ['counter', 'updown', 'gauge', 'histogram', 'summary']
const HINT_NAMES = [
  'name',
  'instrument',
  'isNegative',
  'unit',
  'quantiles',
  'scope',
  'labelNames',
  'labelTypes',
] as const satisfies readonly (keyof ExportHints)[]

/** How many of a unit make its base unit: of milliseconds 1,000 make a second. 1 for units that are their own base. */
export function unitsPerBase(unit: Unit): number {
  return UNITS_PER_BASE[unit as TimeUnit] ?? 1
}

const UNITS_PER_BASE: Readonly<Record<TimeUnit | 'percent', number>> = {
  ns: 1e9,
  us: 1e6,
  ms: 1e3,
  s: 1,
  percent: 100,
}

/** Bounds in seconds as bounds in a unit of time. Decimal fractions stay what they look like. */
export function bucketsIn(unit: TimeUnit, seconds: readonly number[]): readonly number[] {
  return seconds.map(bound => Number((bound * unitsPerBase(unit)).toPrecision(15)))
}

/** @throws TelemetryError OFFLOOP_OPTION unless they are ascending finite numbers, 200 at most */
export function checkBuckets(buckets: unknown, at: string): readonly number[] {
  const isRight =
    Array.isArray(buckets) &&
    buckets.length >= 1 &&
    buckets.length <= BUCKETS_MAX &&
    [...buckets].every(
      (bound, index) => Number.isFinite(bound) && (index === 0 || bound > (buckets[index - 1] as number)),
    )
  if (isRight) return [...(buckets as number[])]
  const fix = `give 1 to ${BUCKETS_MAX} ascending finite numbers, without the infinite one`
  throw new TelemetryError('OFFLOOP_OPTION', { at, got: buckets, fix })
}

/** @throws TelemetryError OFFLOOP_OPTION */
export function checkHints(hints: unknown, labelCount: number, at: string): ExportHints {
  checkOptions(hints, HINT_NAMES, at, `${at}.`)
  const { name, instrument, isNegative, unit, quantiles, scope, labelNames, labelTypes } =
    hints as ExportHints
  const checks: readonly (readonly [boolean, unknown, string, string])[] = [
    [isTextOrNone(name) && name !== '', name, 'name', 'give a text'],
    [
      instrument === undefined || INSTRUMENTS.includes(instrument),
      instrument,
      'instrument',
      `use one of ${INSTRUMENTS.join(', ')}`,
    ],
    [
      isNegative === undefined || typeof isNegative === 'boolean',
      isNegative,
      'isNegative',
      'give true or false',
    ],
    [isTextOrNone(unit), unit, 'unit', 'give a text'],
    [
      quantiles === undefined || isRanks(quantiles),
      quantiles,
      'quantiles',
      'give up to 20 numbers from 0 to 1',
    ],
    [scope === undefined || isScope(scope), scope, 'scope', 'give { name, version?, schemaUrl? }, all texts'],
    [
      labelNames === undefined ||
        (Array.isArray(labelNames) && labelNames.length === labelCount && labelNames.every(isText)),
      labelNames,
      'labelNames',
      'give as many texts as the metric has label names',
    ],
    [
      labelTypes === undefined ||
        (Array.isArray(labelTypes) && labelTypes.length === labelCount && labelTypes.every(isLabelType)),
      labelTypes,
      'labelTypes',
      "give as many of 'string' and 'json' as the metric has label names",
    ],
  ]
  const wrong = checks.find(([isRight]) => !isRight)
  if (wrong === undefined) return hints as ExportHints
  const [, got, key, fix] = wrong
  throw new TelemetryError('OFFLOOP_OPTION', { at: `${at}.${key}`, got, fix })
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_LENGTH_MAX
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || isText(value)
}

function isRanks(value: unknown): boolean {
  return Array.isArray(value) && value.length <= 20 && value.every(rank => rank >= 0 && rank <= 1)
}

function isLabelType(type: unknown): boolean {
  return type === 'string' || type === 'json'
}

function isScope(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { name, version, schemaUrl } = value as Record<string, unknown>
  return isText(name) && isTextOrNone(version) && isTextOrNone(schemaUrl)
}
