/** What a metric is: kind, unit, label names, and the rules its description keeps. */
import { TelemetryError } from './errors.ts'
import { checkBuckets, checkHints, type ExportHints } from './export-hints.ts'
import { checkKnownKeys } from './known-keys.ts'

export type MetricKind = 'latency' | 'gauge' | 'counter'

/** Units of time a latency may be recorded in. */
export type TimeUnit = 'ns' | 'us' | 'ms' | 's'

/** Units of a gauge or counter. `{…}` is the UCUM way to count things, for example `{requests}`. */
export type Unit = TimeUnit | 'bytes' | 'ratio' | 'percent' | 'celsius' | 'hz' | '1' | `{${string}}`

/** A metric as both sides know it. Label names are sorted nowhere: their order is the user's. */
export interface MetricDescriptor {
  readonly name: string
  readonly kind: MetricKind
  readonly unit: Unit
  readonly help: string
  readonly labelNames: readonly string[]
  /** Upper bounds of the histogram that exporters show, in the metric's unit, ascending. Absent: the default ones for a
   *  latency, none for a gauge. */
  readonly buckets?: readonly number[]
  /** How exporters show the metric, where that is not what name, kind and unit say. */
  readonly exported?: ExportHints
}

/** What a metric is registered with: a descriptor, or as much of one as has no default. */
export type MetricDefinition = Pick<MetricDescriptor, 'name' | 'kind'> & Partial<MetricDescriptor>

/** Label values of one series, keyed by label name. */
export type Labels = Readonly<Record<string, string>>

/** The value every label of the overflow series carries: where samples of series beyond the limit go. */
export const OVERFLOW_LABEL_VALUE = '__overflow__'

export const METRIC_NAME_LENGTH_MAX = 200
export const LABEL_NAMES_MAX = 32
export const LABEL_VALUE_LENGTH_MAX = 1_024
export const HELP_LENGTH_MAX = 1_024

/** Prefix of the metrics the pipeline keeps about itself. */
export const SELF_METRIC_PREFIX = 'offloop_'

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:.]*$/
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_.]*$/
const TIME_UNITS: readonly string[] = ['ns', 'us', 'ms', 's']
const PLAIN_UNITS: readonly string[] = [...TIME_UNITS, 'bytes', 'ratio', 'percent', 'celsius', 'hz', '1']
const DEFAULT_UNITS: Readonly<Record<MetricKind, Unit>> = { latency: 'ms', gauge: '1', counter: '1' }

/** The descriptor for what the user gave, validated.
 *  @throws TelemetryError OFFLOOP_METRIC_NAME, OFFLOOP_METRIC_UNIT, OFFLOOP_LABEL_NAME, OFFLOOP_OPTION */
export function describeMetric(
  kind: MetricKind,
  name: string,
  options: {
    unit?: Unit | undefined
    help?: string | undefined
    labelNames?: readonly string[] | undefined
    buckets?: readonly number[] | undefined
    exported?: ExportHints | undefined
  } = {},
): MetricDescriptor {
  checkMetricName(name)
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TelemetryError('OFFLOOP_OPTION', {
      at: name,
      got: options,
      fix: "give options as an object, for example { unit: 'ms' }",
    })
  }
  checkKnownKeys(options, ['unit', 'help', 'labelNames', 'buckets', 'exported'], `${name}.`)
  if (typeof kind !== 'string' || !Object.hasOwn(DEFAULT_UNITS, kind)) {
    throw new TelemetryError('OFFLOOP_OPTION', {
      at: `${name}.kind`,
      got: kind,
      fix: 'use latency, gauge or counter',
    })
  }
  const unit = options.unit ?? DEFAULT_UNITS[kind]
  checkUnit(kind, unit, name)
  const help = options.help ?? ''
  if (typeof help !== 'string' || help.length > HELP_LENGTH_MAX) {
    throw new TelemetryError('OFFLOOP_OPTION', {
      at: `${name}.help`,
      got: help,
      fix: `give a text of at most ${HELP_LENGTH_MAX} characters`,
    })
  }
  const labelNames = checkedLabelNames(options.labelNames ?? [], name)
  const { buckets, exported } = options
  return {
    name,
    kind,
    unit,
    help,
    labelNames,
    ...(buckets === undefined ? {} : { buckets: checkBuckets(buckets, `${name}.buckets`) }),
    ...(exported === undefined
      ? {}
      : { exported: checkHints(exported, labelNames.length, `${name}.exported`) }),
  }
}

export function isTimeUnit(unit: string): unit is TimeUnit {
  return TIME_UNITS.includes(unit)
}

export function isSameMetric(a: MetricDescriptor, b: MetricDescriptor): boolean {
  return (
    a.kind === b.kind &&
    a.unit === b.unit &&
    a.labelNames.length === b.labelNames.length &&
    a.labelNames.every((labelName, index) => labelName === b.labelNames[index]) &&
    // Who does not say how it is exported means no other metric.
    isSameIfGiven(a.buckets, b.buckets) &&
    isSameIfGiven(a.exported, b.exported)
  )
}

function isSameIfGiven(a: unknown, b: unknown): boolean {
  return a === undefined || b === undefined || JSON.stringify(a) === JSON.stringify(b)
}

/** The error for a name that is taken by a metric of another shape. */
export function metricConflict(existing: MetricDescriptor, wanted: MetricDescriptor): TelemetryError {
  const shape = ({ kind, unit, labelNames }: MetricDescriptor) =>
    `${kind} in ${unit} by [${labelNames.join(', ')}]`
  return new TelemetryError('OFFLOOP_METRIC_CONFLICT', {
    at: existing.name,
    got: shape(wanted),
    fix: `register it as it is already known, ${shape(existing)}, or choose another name`,
  })
}

function checkMetricName(name: unknown): void {
  if (typeof name === 'string' && name.length <= METRIC_NAME_LENGTH_MAX && METRIC_NAME.test(name)) return
  throw new TelemetryError('OFFLOOP_METRIC_NAME', {
    got: name,
    fix: `use letters, digits, "_", ":" and ".", not beginning with a digit, at most ${METRIC_NAME_LENGTH_MAX} characters`,
  })
}

function checkUnit(kind: MetricKind, unit: unknown, name: string): void {
  const isUnit = typeof unit === 'string' && (PLAIN_UNITS.includes(unit) || /^\{[^{}]{1,60}\}$/.test(unit))
  if (kind === 'latency' ? typeof unit === 'string' && isTimeUnit(unit) : isUnit) return
  throw new TelemetryError('OFFLOOP_METRIC_UNIT', {
    at: `${name}.unit`,
    got: unit,
    fix: `use one of ${(kind === 'latency' ? TIME_UNITS : PLAIN_UNITS).join(', ')}${kind === 'latency' ? '' : ', or {things}'}`,
  })
}

/** A copy: what is checked is what is kept, and a hole in the array is no name. */
function checkedLabelNames(given: unknown, name: string): readonly string[] {
  if (!Array.isArray(given) || given.length > LABEL_NAMES_MAX) {
    throw new TelemetryError('OFFLOOP_LABEL_NAME', {
      at: `${name}.labelNames`,
      got: given,
      fix: `give an array of at most ${LABEL_NAMES_MAX} label names`,
    })
  }
  const labelNames: readonly unknown[] = [...given]
  return labelNames.map((labelName, index) => {
    const isName = typeof labelName === 'string' && labelName.length <= 100 && LABEL_NAME.test(labelName)
    if (isName && labelName !== '__proto__' && labelNames.indexOf(labelName) === index) return labelName
    throw new TelemetryError('OFFLOOP_LABEL_NAME', {
      at: `${name}.labelNames[${index}]`,
      got: labelName,
      fix: 'use letters, digits, "_" and ".", not beginning with a digit, each name once',
    })
  })
}
