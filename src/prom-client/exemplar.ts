/** Exemplars as prom-client takes them: any labels, kept on the thread that gave them. */
import { exemplarText } from '../shared/prom-client/view-text.ts'
import { nowSeconds } from './timer.ts'

/** OpenMetrics allows so many characters of names and values together. */
const LENGTH_MAX = 128

/** @throws RangeError when the labels are too long */
export function exemplarOf(labels: object, value: number): string {
  const pairs = Object.entries(labels).map(([name, text]) => [name, String(text)] as const)
  if (pairs.flat().join('').length > LENGTH_MAX) {
    throw new RangeError('Label set size must be smaller than 128 UTF-8 chars')
  }
  return exemplarText(pairs, value, nowSeconds())
}
