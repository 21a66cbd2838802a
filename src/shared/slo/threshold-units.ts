/** Units a threshold may be written in, and their conversion into a metric's unit. Pure. */
import { isTimeUnit, type TimeUnit, type Unit } from '../metric.ts'
import type { StatisticName } from '../topics.ts'

type TimeText = TimeUnit | 'm' | 'h'
type BytesText = 'B' | 'kB' | 'MB' | 'GB' | 'KiB' | 'MiB' | 'GiB'

/** A unit as `formatObjective` writes it. */
export type ThresholdUnit = TimeText | BytesText | '%' | '/s'

type Family = 'time' | 'bytes' | 'percent' | 'perSecond'

interface ThresholdUnitScale {
  readonly family: Family
  /** The unit is `multiplier × 10^exponent` of its family's base: seconds, bytes, the ratio 1, events per second. */
  readonly exponent: number
  readonly multiplier: number
}

const scale = (family: Family, exponent: number, multiplier = 1): ThresholdUnitScale => ({
  family,
  exponent,
  multiplier,
})

const SCALES: Readonly<Record<ThresholdUnit, ThresholdUnitScale>> = {
  ns: scale('time', -9),
  us: scale('time', -6),
  ms: scale('time', -3),
  s: scale('time', 0),
  m: scale('time', 0, 60),
  h: scale('time', 0, 3_600),
  B: scale('bytes', 0),
  kB: scale('bytes', 3),
  MB: scale('bytes', 6),
  GB: scale('bytes', 9),
  KiB: scale('bytes', 0, 1_024),
  MiB: scale('bytes', 0, 1_024 ** 2),
  GiB: scale('bytes', 0, 1_024 ** 3),
  '%': scale('percent', -2),
  '/s': scale('perSecond', 0),
}

export const THRESHOLD_UNITS = Object.keys(SCALES) as readonly ThresholdUnit[]

/** Other spellings: both code points of µ, and the capital K of everyday kilobytes (1,000 bytes, as kB). */
const SPELLINGS: Readonly<Record<string, ThresholdUnit>> = { '\u00b5s': 'us', '\u03bcs': 'us', KB: 'kB' }

/** The unit of this spelling, or undefined. Case matters: `m` is a minute, `MB` a megabyte. */
export function thresholdUnitOf(text: string): ThresholdUnit | undefined {
  if (Object.hasOwn(SCALES, text)) return text as ThresholdUnit
  return Object.hasOwn(SPELLINGS, text) ? SPELLINGS[text] : undefined
}

/** The unit a statistic of a metric comes in: rates per second, counts as plain numbers, the rest in the metric's unit. */
export function statisticUnitOf(statistic: StatisticName, metricUnit: Unit): Unit {
  if (statistic === 'rate') return 'hz'
  if (statistic === 'count') return '1'
  return statistic === 'ratio' ? 'ratio' : metricUnit
}

/** Threshold units that can be expressed in `unit`, in the order people would look for them. */
export function unitsFitting(unit: Unit): readonly ThresholdUnit[] {
  const target = scaleOf(unit)
  return target === undefined ? [] : THRESHOLD_UNITS.filter(name => SCALES[name].family === target.family)
}

/** `value` in `from`, expressed in `to`. Decimal factors are exact: 1.005s is 1005ms, not 1004.9999….
 *  @returns undefined when the two measure different things, or the result is beyond a number's range. */
export function convertThreshold(value: number, from: ThresholdUnit, to: Unit): number | undefined {
  const source = SCALES[from]
  const target = scaleOf(to)
  if (target === undefined || target.family !== source.family) return undefined
  const converted = shiftDecimal(value * source.multiplier, source.exponent - target.exponent)
  return Number.isFinite(converted) ? converted : undefined
}

function scaleOf(unit: Unit): ThresholdUnitScale | undefined {
  if (isTimeUnit(unit)) return SCALES[unit]
  if (unit === 'bytes') return SCALES.B
  if (unit === 'ratio') return scale('percent', 0)
  if (unit === 'percent') return SCALES['%']
  return unit === 'hz' ? SCALES['/s'] : undefined
}

/** `value × 10^by`, rounded once: the exponent moves in the decimal text, so no binary factor is multiplied in. */
function shiftDecimal(value: number, by: number): number {
  const [digits, exponent = '0'] = String(value).split('e')
  return Number(`${digits}e${Number(exponent) + by}`)
}
