/** Labels of a series as OpenTelemetry's attributes. Pure. */
import type { Attributes } from '@opentelemetry/api'
import type { ExportSeries } from '../../shared/extension/extension.ts'
import type { MetricDescriptor } from '../../shared/metric.ts'

/** What the series carries in which measurements beyond a limit of series are counted.
 *  @see OpenTelemetry metrics SDK, "Overflow attribute" */
const OVERFLOW: Attributes = Object.freeze({ 'otel.metric.overflow': true })

/** Without the labels that are empty: those are absent. */
export function attributesOf({ labelNames, exported }: MetricDescriptor, series: ExportSeries): Attributes {
  if (series.isOverflow) return OVERFLOW
  const attributes: Attributes = {}
  for (const [index, labelName] of labelNames.entries()) {
    const text = series.labels[labelName]
    if (text === undefined || text === '') continue
    const isJson = exported?.labelTypes?.[index] === 'json'
    attributes[exported?.labelNames?.[index] ?? labelName] = isJson ? parsed(text) : text
  }
  return attributes
}

/** One text for equal attributes, in whatever order they are. */
export function attributesKeyOf(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function parsed(text: string): NonNullable<Attributes[string]> {
  try {
    return JSON.parse(text) as NonNullable<Attributes[string]>
  } catch {
    return text
  }
}
