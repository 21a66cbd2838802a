/** Pieces of PromQL: texts, numbers, durations and selectors, written so that nothing a name holds can break out. Pure. */
import { cleanText } from '../exposition/names.ts'

/** A label and what it must be, or one of several texts it may be. */
export type Matcher = readonly [labelName: string, value: string | readonly string[]]

/** A string literal. PromQL reads the escapes of JSON; a replacement character as it is it takes for broken UTF-8. */
export function quoted(text: string): string {
  return JSON.stringify(cleanText(text)).replaceAll('\ufffd', '\\ufffd')
}

/** @example selector('hits_total', [['job', 'shop']]) // hits_total{job="shop"} */
export function selector(name: string, matchers: readonly Matcher[]): string {
  if (matchers.length === 0) return name
  const parts = matchers.map(([labelName, value]) => {
    const texts = typeof value === 'string' ? [value] : value
    return texts.length === 1
      ? `${labelName}=${quoted(texts[0]!)}`
      : `${labelName}=~${quoted(texts.map(regexOf).join('|'))}`
  })
  return `${name}{${parts.join(',')}}`
}

/** @example rangeOf(90_000) // 1m30s */
export function rangeOf(durationMs: number): string {
  let restMs = Math.round(durationMs)
  let text = ''
  for (const [unit, unitMs] of RANGE_UNITS) {
    const count = Math.floor(restMs / unitMs)
    if (count > 0) text += `${count}${unit}`
    restMs -= count * unitMs
  }
  return text === '' ? '0s' : text
}

const RANGE_UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const

/** A bound of a histogram as the label `le` may have it: as JavaScript writes it, as Go does, and as OpenMetrics does. */
export function boundTexts(bound: number): readonly string[] {
  const plain = String(bound)
  const goExponent = plain.replace(/e([+-])(\d)$/, 'e$10$2')
  const texts = [plain, goExponent, Number.isInteger(bound) && !plain.includes('e') ? `${plain}.0` : plain]
  // Go and OpenMetrics write exponents from 10⁶ on, and below 10⁻⁴.
  const exponent = Math.floor(Math.log10(Math.abs(bound)))
  if (bound !== 0 && (exponent < -4 || exponent >= 6)) {
    texts.push(bound.toExponential().replace(/e([+-])(\d)$/, 'e$10$2'))
  }
  return [...new Set(texts)]
}

/** A value in base units, without the last digits that a division brings. */
export function inBaseUnit(value: number, divisor: number): number {
  return divisor === 1 ? value : Number((value / divisor).toPrecision(15))
}

/** What may stand in the name of a recording rule. */
export function namePart(text: string): string {
  return text.replace(/[^a-zA-Z0-9_]+/g, '_')
}

function regexOf(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}
