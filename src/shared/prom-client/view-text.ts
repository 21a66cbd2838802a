/** The text of a metric as prom-client writes it: names as they were given. Pure. */
import type { Point, View, ViewMetric } from './view.ts'

type LabelPairs = readonly (readonly [name: string, value: string])[]

/** Some milliseconds of work. */
const LINES_PER_PART = 4_000

/** One metric, without the empty line behind it, in parts of whole lines: so that whoever writes many can rest in between. */
export function* partsOfMetric(
  metric: ViewMetric,
  points: readonly Point[],
  { format, defaultLabels }: Pick<View, 'format' | 'defaultLabels'>,
): Generator<string, void> {
  const isOpenMetrics = format === 'openmetrics'
  const name = isOpenMetrics && metric.type === 'counter' ? metric.name.replace(/_total$/, '') : metric.name
  let lines = headOf(name, metric.help, metric.type)
  const exemplars = isOpenMetrics ? exemplarsOf(metric) : NO_EXEMPLARS
  for (const point of points) {
    const labels = labelsText(metric.labelNames, point.values, defaultLabels)
    const exemplar = (bucketIndex: number) => exemplars.get(exemplarKey(point.values, bucketIndex)) ?? ''
    if (metric.type === 'histogram') writeHistogram(lines, metric, point, labels, exemplar)
    else if (metric.type === 'summary') writeSummary(lines, metric, point, labels)
    else {
      const shownName = isOpenMetrics && metric.type === 'counter' ? `${name}_total` : name
      lines.push(`${shownName}${braced(labels)} ${numberText(point.value)}${exemplar(0)}`)
    }
    if (lines.length < LINES_PER_PART) continue
    yield lines.join('\n')
    lines = []
  }
  if (lines.length > 0) yield lines.join('\n')
}

/** Metrics one after the other, without the end. */
export function textsJoined(texts: readonly string[], format: View['format']): string {
  return texts.join(format === 'openmetrics' ? '\n' : '\n\n')
}

/** What stands behind the last metric. */
export function endOf(format: View['format']): string {
  return format === 'openmetrics' ? '\n# EOF\n' : '\n'
}

/** HELP and TYPE. */
export function headOf(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`]
}

export function labelText(name: string, value: unknown): string {
  const text = escaped(String(value)).replaceAll('"', '\\"')
  return `${name}="${text}"`
}

export function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`
}

export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'Nan'
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}

/** An exemplar as it follows a value. */
export function exemplarText(labels: LabelPairs, value: number, timeSeconds: number): string {
  const shown = labels.map(([name, text]) => labelText(name, text)).join(',')
  return ` # {${shown}} ${numberText(value)} ${timeSeconds}`
}

function writeHistogram(
  lines: string[],
  { name, bounds }: ViewMetric,
  { counts, count, value }: Point,
  labels: string,
  exemplar: (bucketIndex: number) => string,
): void {
  const more = labels === '' ? '' : `,${labels}`
  let cumulative = 0
  for (const [index, bound] of bounds.entries()) {
    cumulative += counts[index] ?? 0
    lines.push(`${name}_bucket{le="${bound}"${more}} ${cumulative}${exemplar(index)}`)
  }
  lines.push(`${name}_bucket{le="+Inf"${more}} ${count}${exemplar(bounds.length)}`)
  lines.push(`${name}_sum${braced(labels)} ${numberText(value)}`)
  lines.push(`${name}_count${braced(labels)} ${count}`)
}

function writeSummary(
  lines: string[],
  { name, quantiles: ranks }: ViewMetric,
  { quantiles, count, value }: Point,
  labels: string,
): void {
  const more = labels === '' ? '' : `,${labels}`
  for (const [index, rank] of ranks.entries()) {
    lines.push(`${name}{quantile="${rank}"${more}} ${numberText(quantiles[index] ?? 0)}`)
  }
  lines.push(`${name}_sum${braced(labels)} ${numberText(value)}`)
  lines.push(`${name}_count${braced(labels)} ${count}`)
}

function labelsText(names: readonly string[], values: readonly string[], defaults: LabelPairs): string {
  const shown: string[] = []
  for (const [index, name] of names.entries()) {
    const value = values[index]
    if (value !== undefined && value !== '') shown.push(labelText(name, value))
  }
  for (const [name, value] of defaults) {
    const own = names.indexOf(name)
    if (own < 0 || (values[own] ?? '') === '') shown.push(labelText(name, value))
  }
  return shown.join(',')
}

const NO_EXEMPLARS: ReadonlyMap<string, string> = new Map()

function exemplarsOf({ exceptions }: ViewMetric): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  for (const { values, exemplars = [] } of exceptions) {
    for (const { bucketIndex, text } of exemplars) texts.set(exemplarKey(values, bucketIndex), text)
  }
  return texts.size === 0 ? NO_EXEMPLARS : texts
}

function exemplarKey(values: readonly string[], bucketIndex: number): string {
  return JSON.stringify([bucketIndex, ...values])
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
