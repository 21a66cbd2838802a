/** Turns what a user gave as an SLO into a resolved one. Pure; nothing is silently ignored, every error names its path. */
import { TelemetryError } from '../errors.ts'
import type { Labels } from '../metric.ts'
import { checkTimeWindowMs, parseDurationMs } from '../statistics/duration.ts'
import { COMPARISONS, formatObjective, type Objective, parseObjective, parseStatistic } from './objective.ts'

/** An SLO with its defaults filled in, and its objective read. */
export interface ResolvedSLO {
  /** Where it was given, for errors that only its metric can bring up: `slos[2]`. */
  readonly at: string
  readonly name: string
  readonly metric: string
  readonly objective: Objective
  readonly labels: Labels
  readonly by: 'metric' | 'series'
  readonly every: 'interval' | 'tick'
  /** As given: `5m`. Undefined: the rolling window, or a counter's value. */
  readonly window: string | undefined
  readonly windowMs: number | undefined
  readonly minSamples: number
  readonly total: string | undefined
  readonly description: string
}

const KEYS = [
  'metric',
  'objective',
  'percentile',
  'threshold',
  'op',
  'name',
  'labels',
  'by',
  'every',
  'window',
  'minSamples',
  'total',
  'description',
] as const

type Fields = Readonly<Partial<Record<(typeof KEYS)[number], unknown>>>

const TEXT_LENGTH_MAX = 1_024
const RATE_WINDOW_DEFAULT = '10s'

/** The SLO that `input` describes.
 *  @param at path of the input, for errors
 *  @throws TelemetryError OFFLOOP_SLO_DEFINITION naming the path; OFFLOOP_OBJECTIVE for an unreadable objective */
export function resolveSLO(input: unknown, at = 'slo'): ResolvedSLO {
  const fields = knownFields(input, at)
  const objective = resolveObjective(fields, at)
  const labels = resolveLabels(fields.labels, `${at}.labels`)
  const by = oneOf(fields.by, ['metric', 'series'], `${at}.by`)
  const given = fields.window === undefined ? undefined : textOf(fields.window, `${at}.window`)
  // A rate is of some time, and the last samples are not.
  const window = given ?? (objective.statistic === 'rate' ? RATE_WINDOW_DEFAULT : undefined)
  const metric = textOf(fields.metric, `${at}.metric`)
  return {
    at,
    name:
      fields.name === undefined
        ? nameOf(metric, objective, labels, by, given)
        : textOf(fields.name, `${at}.name`),
    metric,
    objective,
    labels,
    by,
    every: oneOf(fields.every, ['interval', 'tick'], `${at}.every`),
    window,
    windowMs: window === undefined ? undefined : resolveWindowMs(window, `${at}.window`),
    minSamples: resolveMinSamples(fields.minSamples, `${at}.minSamples`),
    total: resolveTotal(fields.total, objective, `${at}.total`),
    description: fields.description === undefined ? '' : textOf(fields.description, `${at}.description`),
  }
}

/** The error for a definition whose value at `at` is not right. */
export function definitionError(at: string, got: unknown, fix: string, cause?: unknown): TelemetryError {
  return new TelemetryError('OFFLOOP_SLO_DEFINITION', {
    at,
    got,
    fix,
    ...(cause === undefined ? {} : { cause }),
  })
}

function knownFields(input: unknown, at: string): Fields {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw definitionError(
      at,
      input,
      "give an object such as { metric: 'input_to_echo', objective: 'p(95)<60ms' }",
    )
  }
  const unknownKey = Reflect.ownKeys(input).find(key => !(KEYS as readonly unknown[]).includes(key))
  if (unknownKey === undefined) return input as Fields
  throw definitionError(
    `${at}.${String(unknownKey)}`,
    undefined,
    `remove it, or use one of ${KEYS.join(', ')}`,
  )
}

function resolveObjective(fields: Fields, at: string): Objective {
  const { objective, percentile, threshold, op } = fields
  if (objective !== undefined) {
    const extra = (['percentile', 'threshold', 'op'] as const).find(key => fields[key] !== undefined)
    if (extra !== undefined)
      throw definitionError(`${at}.${extra}`, fields[extra], 'remove it: the objective says it already')
    return parseObjective(textOf(objective, `${at}.objective`), `${at}.objective`)
  }
  if (percentile === undefined) {
    throw definitionError(
      at,
      undefined,
      "give an objective such as 'p(95)<60ms', or percentile, op and threshold",
    )
  }
  const statistic = parseStatistic(textOf(percentile, `${at}.percentile`), `${at}.percentile`)
  if (typeof threshold !== 'number' || !Number.isFinite(threshold)) {
    throw definitionError(`${at}.threshold`, threshold, "give a finite number in the metric's unit")
  }
  return { statistic, op: oneOf(op, COMPARISONS, `${at}.op`), threshold: threshold + 0, unit: undefined }
}

function resolveLabels(labels: unknown, at: string): Labels {
  if (labels === undefined) return {}
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) {
    throw definitionError(at, labels, "give an object such as { route: '/users' }")
  }
  for (const [labelName, value] of Object.entries(labels)) {
    if (typeof value !== 'string')
      throw definitionError(`${at}.${labelName}`, value, 'give the label value as a string')
  }
  return { ...labels }
}

function resolveWindowMs(window: string, at: string): number {
  try {
    return checkTimeWindowMs(parseDurationMs(window))
  } catch (cause) {
    throw definitionError(at, window, 'give a duration from 5s to 1h, for example 30s or 5m', cause)
  }
}

function resolveMinSamples(minSamples: unknown, at: string): number {
  if (minSamples === undefined) return 1
  if (Number.isSafeInteger(minSamples) && (minSamples as number) >= 0) return minSamples as number
  throw definitionError(at, minSamples, 'give a whole number, 0 or more')
}

function resolveTotal(total: unknown, { statistic }: Objective, at: string): string | undefined {
  if (statistic === 'ratio') {
    if (total === undefined)
      throw definitionError(at, undefined, 'name the counter that the metric is divided by')
    return textOf(total, at)
  }
  if (total !== undefined)
    throw definitionError(at, total, `remove it: only ratio divides by a total, not ${statistic}`)
  return undefined
}

function textOf(value: unknown, at: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= TEXT_LENGTH_MAX) return value
  throw definitionError(at, value, `give a text of 1 to ${TEXT_LENGTH_MAX} characters`)
}

/** `value` where it is one of `choices`; the first of them where it is left out. */
function oneOf<T extends string>(
  value: unknown,
  choices: readonly [T, ...T[]] | readonly T[],
  at: string,
): T {
  const choice = value === undefined ? choices[0] : choices.find(known => known === value)
  if (choice !== undefined) return choice
  throw definitionError(at, value, `use one of ${choices.join(', ')}`)
}

/** Says all that tells this SLO from others of its metric: `http_request{route=/users} p95<60ms over 5m`. */
function nameOf(
  metric: string,
  objective: Objective,
  labels: Labels,
  by: string,
  window: string | undefined,
): string {
  const filter = Object.entries(labels).map(([labelName, value]) => `${labelName}=${value}`)
  const selection = filter.length === 0 ? '' : `{${filter.join(',')}}`
  const span = window === undefined ? '' : ` over ${window}`
  return `${metric}${selection} ${formatObjective(objective)}${span}${by === 'series' ? ' by series' : ''}`
}
