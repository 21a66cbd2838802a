/** Figures as people read them: three significant digits, and a unit that fits. Pure. */
import type { Unit } from './question.ts'
import type { Spread } from './spread.ts'

interface Scale {
  readonly factor: number
  readonly text: string
}

const SCALES: Readonly<Record<Unit, readonly Scale[]>> = {
  ns: [
    { factor: 1e6, text: 'ms' },
    { factor: 1e3, text: 'µs' },
    { factor: 1, text: 'ns' },
  ],
  ms: [
    { factor: 1, text: 'ms' },
    { factor: 1e-3, text: 'µs' },
  ],
  bytes: [
    { factor: 1e6, text: 'MB' },
    { factor: 1e3, text: 'kB' },
    { factor: 1, text: 'B' },
  ],
  'samples/s': [
    { factor: 1e6, text: 'M/s' },
    { factor: 1e3, text: 'k/s' },
    { factor: 1, text: '/s' },
  ],
  'requests/s': [
    { factor: 1e3, text: 'k/s' },
    { factor: 1, text: '/s' },
  ],
  percent: [{ factor: 1, text: '%' }],
}

/** From here on a fraction is easier read as 1/n. */
const RATIO_AS_FRACTION_MAX = 0.1

/** `12.3 µs` */
export function formatFigure(value: number, unit: Unit): string {
  const scale = scaleFor(value, unit)
  return `${formatNumber(value / scale.factor)} ${scale.text}`
}

/** `4.81–5.02`, in the unit that the median is written in. */
export function formatFigureSpread({ median, p25, p75 }: Spread, unit: Unit): string {
  const { factor } = scaleFor(median, unit)
  return `${formatNumber(p25 / factor)}–${formatNumber(p75 / factor)}`
}

/** `0.376`, and `1/32.1` where that reads better. */
export function formatRatio(ratio: number): string {
  return ratio > 0 && ratio < RATIO_AS_FRACTION_MAX ? `1/${formatNumber(1 / ratio)}` : formatNumber(ratio)
}

export function formatRatioSpread({ p25, p75 }: Spread): string {
  return `${formatRatio(p25)}–${formatRatio(p75)}`
}

/** Three significant digits, without an exponent; zeros after the point are kept, so that columns compare. */
export function formatNumber(value: number): string {
  const magnitude = Math.abs(value)
  if (magnitude < 0.005) return '0'
  const digits = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2
  return value.toFixed(digits)
}

function scaleFor(value: number, unit: Unit): Scale {
  const scales = SCALES[unit]
  return scales.find(({ factor }) => Math.abs(value) >= factor) ?? scales.at(-1)!
}
