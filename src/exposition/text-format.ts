/** Families as text: Prometheus' own format 0.0.4, and OpenMetrics 1.0. Pure. */
import type { ExportResource } from '../shared/extension/extension.ts'
import { exemplarTexts } from './exemplar-text.ts'
import { type Family, type FamilyType, type Point, pointValue } from './family.ts'
import { resourceLabels } from './resource-labels.ts'
import { boundIn, canonicalNumberText, escaped, escapedHelp, labelsText, numberText } from './text-values.ts'

export type TextFormat = 'prometheus' | 'openmetrics'

const TYPES: Readonly<Record<FamilyType, string>> = {
  counter: 'counter',
  updown: 'gauge',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
}

/** A chunk for each point that has a value, the family's heading before the first; so work can rest between two of them.
 *  @see https://prometheus.io/docs/instrumenting/exposition_formats/
 *  @see OpenMetrics 1.0.0, "Text Format" */
export function* textOf(
  families: readonly Family[],
  format: TextFormat,
  resource: ExportResource,
): Generator<string, void> {
  const isOpenMetrics = format === 'openmetrics'
  yield targetInfo(resource, isOpenMetrics)
  const created = isOpenMetrics ? numberText(resource.startTimeMs / 1_000) : undefined
  for (const family of families) {
    const write = writerOf(family, isOpenMetrics, created)
    let heading = headingOf(family, isOpenMetrics)
    for (const point of family.points) {
      const text = write(point)
      yield text === '' ? '' : heading + text
      if (text !== '') heading = ''
    }
  }
  if (isOpenMetrics) yield '# EOF\n'
}

type PointWriter = (point: Point) => string

function writerOf(family: Family, isOpenMetrics: boolean, created: string | undefined): PointWriter {
  const { name, type, quantiles = [] } = family
  if (type === 'histogram') return histogramWriter(name, isOpenMetrics, created)
  if (type === 'summary') return summaryWriter(name, quantiles, isOpenMetrics, created)
  const suffix = type === 'counter' ? '_total' : ''
  const createdSuffix = type === 'counter' ? created : undefined
  return point => {
    const value = pointValue(point)
    if (value === undefined) return ''
    const labels = inBraces(labelsText(point.labels))
    return `${name}${suffix}${labels} ${numberText(value)}\n${createdLine(name, labels, createdSuffix)}`
  }
}

function headingOf({ name, type, unit, help }: Family, isOpenMetrics: boolean): string {
  const shown = type === 'counter' && !isOpenMetrics ? `${name}_total` : name
  const hasUnit = isOpenMetrics && unit !== '' && name.endsWith(`_${unit}`)
  const helpText = isOpenMetrics ? escaped(help) : escapedHelp(help)
  return (
    `${help === '' ? '' : `# HELP ${shown} ${helpText}\n`}# TYPE ${shown} ${TYPES[type]}\n` +
    (hasUnit ? `# UNIT ${shown} ${unit}\n` : '')
  )
}

function histogramWriter(name: string, isOpenMetrics: boolean, created: string | undefined): PointWriter {
  const boundTexts = boundTextsFor(isOpenMetrics ? canonicalNumberText : numberText)
  return ({ labels: pairs, series: [first], divisor }) => {
    const { series } = first!
    const { total, buckets } = series
    const labels = labelsText(pairs)
    const { bounds, counts } = buckets ?? { bounds: [], counts: [total] }
    const texts = boundTexts(bounds, divisor)
    const exemplars = isOpenMetrics ? exemplarTexts(series.exemplars, bounds, divisor) : undefined
    const start = `${name}_bucket{${labels}${labels === '' ? '' : ','}le="`
    let text = ''
    let cumulative = 0
    for (let index = 0; index < counts.length; index += 1) {
      cumulative += counts[index]!
      text += `${start}${texts[index]!}"} ${cumulative}${exemplars?.get(index) ?? ''}\n`
    }
    const all = inBraces(labels)
    text += `${name}_sum${all} ${numberText(series.totalSum / divisor)}\n${name}_count${all} ${cumulative}\n`
    return text + createdLine(name, all, created)
  }
}

/** Texts of a histogram's bounds, the infinite one included: of most points they are those of the point before. */
function boundTextsFor(
  textOfNumber: (value: number) => string,
): (bounds: readonly number[], divisor: number) => readonly string[] {
  let latest: { bounds: readonly number[]; divisor: number; texts: readonly string[] } | undefined
  return (bounds, divisor) => {
    const isSame =
      latest !== undefined &&
      latest.divisor === divisor &&
      latest.bounds.length === bounds.length &&
      latest.bounds.every((bound, index) => bound === bounds[index])
    if (!isSame) {
      const texts = [...bounds.map(bound => textOfNumber(boundIn(bound, divisor))), '+Inf']
      latest = { bounds, divisor, texts }
    }
    return latest!.texts
  }
}

function summaryWriter(
  name: string,
  ranks: readonly number[],
  isOpenMetrics: boolean,
  created: string | undefined,
): PointWriter {
  const rankText = isOpenMetrics ? canonicalNumberText : numberText
  return point => {
    const { series } = point.series[0]!
    const all = inBraces(labelsText(point.labels))
    const sum = numberText(series.totalSum / point.divisor)
    const lines = quantileLines(name, point, ranks, rankText)
    return `${lines}${name}_sum${all} ${sum}\n${name}_count${all} ${series.total}\n${createdLine(name, all, created)}`
  }
}

/** Of the rolling window; none while it is empty. */
function quantileLines(
  name: string,
  { labels: pairs, series: [first], divisor }: Point,
  ranks: readonly number[],
  rankText: (rank: number) => string,
): string {
  const values = first!.series.quantiles(ranks)
  const labels = labelsText(pairs)
  const start = `${name}{${labels}${labels === '' ? '' : ','}quantile="`
  return ranks
    .map((rank, index) => ({ rank, value: values[index] }))
    .map(({ rank, value }) =>
      value === undefined ? '' : `${start}${rankText(rank)}"} ${numberText(value / divisor)}\n`,
    )
    .join('')
}

function createdLine(name: string, labels: string, created: string | undefined): string {
  return created === undefined ? '' : `${name}_created${labels} ${created}\n`
}

function targetInfo(resource: ExportResource, isOpenMetrics: boolean): string {
  const [name, type] = isOpenMetrics ? ['target', 'info'] : ['target_info', 'gauge']
  const help = 'Who is measured'
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\ntarget_info{${labelsText(resourceLabels(resource))}} 1\n`
}

function inBraces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`
}
