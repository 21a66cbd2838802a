/** Reads and writes objectives such as `p(95)<60ms`. Pure; an unreadable one says where and what was expected there. */
import { TelemetryError } from '../errors.ts'
import type { Unit } from '../metric.ts'
import type { Comparison, StatisticName } from '../topics.ts'
import {
  convertThreshold,
  statisticUnitOf,
  THRESHOLD_UNITS,
  type ThresholdUnit,
  thresholdUnitOf,
  unitsFitting,
} from './threshold-units.ts'

/** What should hold: `statistic op threshold`. */
export interface Objective {
  readonly statistic: StatisticName
  readonly op: Comparison
  /** In `unit`; when that is undefined, in the unit the statistic comes in. */
  readonly threshold: number
  readonly unit: ThresholdUnit | undefined
}

export const OBJECTIVE_LENGTH_MAX = 100

/** Statistics by every name they may be written under. Percentiles are read apart. */
const STATISTICS: Readonly<Record<string, StatisticName>> = {
  avg: 'avg',
  mean: 'avg',
  med: 'p50',
  min: 'min',
  max: 'max',
  sum: 'sum',
  count: 'count',
  rate: 'rate',
  value: 'value',
  ratio: 'ratio',
}

export const COMPARISONS: readonly Comparison[] = ['<', '<=', '>', '>=']

const WORD = /[a-z]+/y
const NUMBER = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?/iy
// Six decimals keep the canonical text free of exponents.
const PERCENT_RANK = /\d{1,3}(?:\.\d{1,6})?/y
const COMPARISON = /[<>]=?/y
const UNIT = /\S+/y
const EXPECTED_STATISTIC =
  'a percentile such as p95 or p(99.9), or one of avg, med, min, max, sum, count, rate, value, ratio'

/** The objective a text states.
 *  @param at where the text was given, for the error: `slos[2].objective`
 *  @throws TelemetryError OFFLOOP_OBJECTIVE with column, caret and what was expected there */
export function parseObjective(text: string, at = 'objective'): Objective {
  const reader = new ObjectiveReader(text, at)
  const statistic = reader.statistic()
  const op = reader.comparison()
  const threshold = reader.threshold()
  const unit = reader.unit()
  return { statistic, op, threshold, unit }
}

/** The statistic a text names, in its canonical form: `p(95)` gives `p95`, `mean` gives `avg`.
 *  @throws TelemetryError OFFLOOP_OBJECTIVE */
export function parseStatistic(text: string, at = 'percentile'): StatisticName {
  const reader = new ObjectiveReader(text, at)
  const statistic = reader.statistic()
  reader.end()
  return statistic
}

/** The canonical text: `p95<60ms`. Parsing it gives the same objective again. */
export function formatObjective({ statistic, op, threshold, unit }: Objective): string {
  return `${statistic}${op}${threshold}${unit ?? ''}`
}

/** The objective's threshold in the unit the statistic comes in: the metric's, per second for a rate, plain for a count.
 *  @throws TelemetryError OFFLOOP_OBJECTIVE when the threshold's unit measures something else */
export function toMetricUnit(objective: Objective, metricUnit: Unit, at = 'objective'): number {
  if (objective.unit === undefined) return objective.threshold
  const unit = statisticUnitOf(objective.statistic, metricUnit)
  const converted = convertThreshold(objective.threshold, objective.unit, unit)
  if (converted !== undefined) return converted
  const fitting = unitsFitting(unit)
  throw new TelemetryError('OFFLOOP_OBJECTIVE', {
    at,
    got: formatObjective(objective),
    fix:
      fitting.length === 0
        ? `give the threshold without a unit: ${objective.statistic} of this metric comes in ${unit}`
        : `give the threshold in ${fitting.join(', ')} or without a unit: ${objective.statistic} of this metric comes in ${unit}`,
  })
}

/** Whether `actual op threshold` holds. Both are numbers; it has no meaning for NaN. */
export function holds(actual: number, op: Comparison, threshold: number): boolean {
  if (op === '<') return actual < threshold
  if (op === '<=') return actual <= threshold
  return op === '>' ? actual > threshold : actual >= threshold
}

/** Reads from left to right. Each method takes its token and the blanks before it, or throws at its column. */
class ObjectiveReader {
  readonly #text: string
  readonly #at: string
  #index = 0

  constructor(text: string, at: string) {
    this.#text = text
    this.#at = at
    if (typeof text === 'string' && text.length <= OBJECTIVE_LENGTH_MAX) return
    throw new TelemetryError('OFFLOOP_OBJECTIVE', {
      at,
      got: text,
      fix: `write a text of at most ${OBJECTIVE_LENGTH_MAX} characters, for example p(95)<60ms`,
    })
  }

  statistic(): StatisticName {
    const index = this.#skipBlanks()
    const word = this.#take(WORD) ?? ''
    if (Object.hasOwn(STATISTICS, word)) return STATISTICS[word] as StatisticName
    if (word !== 'p') throw this.#expected(EXPECTED_STATISTIC, index)
    return this.#percentile()
  }

  comparison(): Comparison {
    const index = this.#skipBlanks()
    const op = this.#take(COMPARISON)
    if (op === undefined) throw this.#expected('one of <, <=, >, >=', index)
    return op as Comparison
  }

  threshold(): number {
    const index = this.#skipBlanks()
    const threshold = Number(this.#take(NUMBER) ?? Number.NaN)
    if (!Number.isFinite(threshold)) throw this.#expected('a finite number', index)
    // Adding zero turns -0 into 0, which is what its text says.
    return threshold + 0
  }

  unit(): ThresholdUnit | undefined {
    const index = this.#skipBlanks()
    const text = this.#take(UNIT)
    if (text === undefined) return undefined
    const unit = thresholdUnitOf(text)
    if (unit === undefined)
      throw this.#expected(`one of the units ${THRESHOLD_UNITS.join(', ')}, or none`, index)
    this.end()
    return unit
  }

  end(): void {
    const index = this.#skipBlanks()
    if (index < this.#text.length) throw this.#expected('nothing more', index)
  }

  #percentile(): StatisticName {
    const hasBracket = this.#take(/\(/y) !== undefined
    const index = hasBracket ? this.#skipBlanks() : this.#index
    const rank = Number(this.#take(PERCENT_RANK) ?? Number.NaN)
    if (!(rank <= 100)) throw this.#expected('a rank from 0 to 100 with at most six decimals', index)
    if (hasBracket) {
      const bracketIndex = this.#skipBlanks()
      if (this.#take(/\)/y) === undefined) throw this.#expected('")"', bracketIndex)
    }
    return `p${rank}`
  }

  #skipBlanks(): number {
    this.#take(/\s+/y)
    return this.#index
  }

  #take(token: RegExp): string | undefined {
    token.lastIndex = this.#index
    const found = token.exec(this.#text)?.[0]
    this.#index += found?.length ?? 0
    return found
  }

  #expected(what: string, index: number): TelemetryError {
    // Control characters would break the line under which the caret stands.
    const line = this.#text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '·')
    return new TelemetryError('OFFLOOP_OBJECTIVE', {
      at: `${this.#at}, column ${index + 1}`,
      got: this.#text,
      fix: `write ${what}\n  ${line}\n  ${' '.repeat(index)}^ here`,
    })
  }
}
