/** Numbers and texts as the text formats write them. Pure. */

/** @example numberText(0.1) // 0.1 */
export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value)
}

/** As bounds and quantiles are written in OpenMetrics: whole numbers with a fraction, too. */
export function canonicalNumberText(value: number): string {
  const text = numberText(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

/** A bound in the exported unit. Decimal fractions stay what they look like. */
export function boundIn(bound: number, divisor: number): number {
  return divisor === 1 ? bound : Number((bound / divisor).toPrecision(15))
}

/** `a="x",b="y"`, without braces. */
export function labelsText(labels: readonly (readonly [name: string, value: string])[]): string {
  let text = ''
  for (const [name, value] of labels) text += `${text === '' ? '' : ','}${name}="${escaped(value)}"`
  return text
}

/** A text between double quotes. */
export function escaped(text: string): string {
  if (!/["\\\n]/.test(text)) return text
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"')
}

/** Help of the older text format, in which quotes are no more than quotes. */
export function escapedHelp(text: string): string {
  if (!/[\\\n]/.test(text)) return text
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
}
