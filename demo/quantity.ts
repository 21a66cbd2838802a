/** Figures for people: values with their units, counts, times, each in few characters. Pure. */
import type { Unit } from 'offloop'

const MS_PER_UNIT: Readonly<Partial<Record<Unit, number>>> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1e3 }

/** What stands where there is no value. */
export const NO_VALUE = '–'

/** A value in the unit its metric has: `12.4 ms`, `112 MB`, `0.8 %`, `834`. */
export function formatValue(value: number | undefined, unit: Unit): string {
  if (value === undefined || Number.isNaN(value)) return NO_VALUE
  const msPerUnit = MS_PER_UNIT[unit]
  if (msPerUnit !== undefined) return formatMs(value * msPerUnit)
  if (unit === 'bytes') return formatBytes(value)
  if (unit === 'ratio') return `${threeDigits(value * 100)} %`
  if (unit === 'percent') return `${threeDigits(value)} %`
  if (unit === 'hz') return `${threeDigits(value)}/s`
  return formatCount(value)
}

/** A duration of any length, three digits of it. */
export function formatMs(ms: number): string {
  const size = Math.abs(ms)
  if (size === 0) return '0 ms'
  if (size < 0.000_999_5) return `${threeDigits(ms * 1e6)} ns`
  if (size < 0.099_95) return `${threeDigits(ms * 1e3)} µs`
  return size < 999.5 ? `${threeDigits(ms)} ms` : `${threeDigits(ms / 1e3)} s`
}

function formatBytes(bytes: number): string {
  if (bytes < 999.5) return `${Math.round(bytes)} B`
  if (bytes < 999_500) return `${threeDigits(bytes / 1e3)} kB`
  return bytes < 999.5e6 ? `${threeDigits(bytes / 1e6)} MB` : `${threeDigits(bytes / 1e9)} GB`
}

/** In at most seven characters: `123,456`, `1.23M`. Fractions only where they say something: `0.4`. */
export function formatCount(count: number): string {
  if (count >= 999_999.5)
    return count >= 999.5e6 ? `${threeDigits(count / 1e9)}G` : `${threeDigits(count / 1e6)}M`
  const isSmallFraction = !Number.isInteger(count) && count < 99.95
  return count.toLocaleString('en-US', { maximumFractionDigits: isSmallFraction ? 1 : 0 })
}

/** Time since the start, as it ticks by: `7.3 s`. */
export function formatElapsed(elapsedMs: number): string {
  return `${(elapsedMs / 1_000).toFixed(1)} s`
}

/** Three digits, and never fewer than the whole number has: `0.42`, `1.24`, `12.4`, `124`, `1240`. */
function threeDigits(value: number): string {
  const size = Math.abs(value)
  if (value === 0) return '0'
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0)
}
