/** Label values: how a set of labels is checked and turned into the key of its series. */
import { TelemetryError } from './errors.ts'
import { LABEL_VALUE_LENGTH_MAX, type Labels, type MetricDescriptor, OVERFLOW_LABEL_VALUE } from './metric.ts'

/** Label values in the order of the metric's label names.
 *  Numbers and booleans are taken as their text. The text of the overflow series is reserved; filters may ask for it.
 *  @throws TelemetryError OFFLOOP_LABEL_MISSING, OFFLOOP_LABEL_UNKNOWN, OFFLOOP_LABEL_VALUE */
export function labelValuesOf(metric: MetricDescriptor, labels: unknown): readonly string[] {
  const given = asRecord(labels, metric.name)
  for (const labelName of Object.keys(given)) {
    if (!metric.labelNames.includes(labelName)) throw unknownLabel(metric, labelName)
  }
  return metric.labelNames.map(labelName => {
    if (!Object.hasOwn(given, labelName)) {
      throw new TelemetryError('OFFLOOP_LABEL_MISSING', {
        at: metric.name,
        got: labelName,
        fix: `give a value for each of ${metric.labelNames.join(', ')}`,
      })
    }
    const at = `${metric.name}.${labelName}`
    const text = labelText(given[labelName], at)
    if (text !== OVERFLOW_LABEL_VALUE) return text
    throw new TelemetryError('OFFLOOP_LABEL_VALUE', {
      at,
      got: text,
      fix: 'use another text: this one stands for the label values beyond maxSeriesPerMetric',
    })
  })
}

/** Label values that are texts already, in the order of the metric's label names.
 *  @throws TelemetryError OFFLOOP_LABEL_VALUE unless they are as many as the names, and not too long */
export function checkLabelValues(
  metric: MetricDescriptor,
  labelValues: unknown,
): asserts labelValues is readonly string[] {
  const isText = (value: unknown) => typeof value === 'string' && value.length <= LABEL_VALUE_LENGTH_MAX
  const isComplete = Array.isArray(labelValues) && labelValues.length === metric.labelNames.length
  if (isComplete && labelValues.every(isText)) return
  throw new TelemetryError('OFFLOOP_LABEL_VALUE', {
    at: metric.name,
    got: labelValues,
    fix: `give a text of at most ${LABEL_VALUE_LENGTH_MAX} characters for each label`,
  })
}

/** Label values as their texts, of whatever metric.
 *  @throws TelemetryError OFFLOOP_LABEL_MISSING when they are no object, OFFLOOP_LABEL_VALUE */
export function labelTextsOf(labels: unknown, metricName: string): Labels {
  const given = Object.entries(asRecord(labels, metricName))
  return Object.fromEntries(
    given.map(([labelName, value]) => [labelName, labelText(value, `${metricName}.${labelName}`)]),
  )
}

/** Some of a metric's labels, as a filter.
 *  @throws TelemetryError OFFLOOP_LABEL_UNKNOWN, OFFLOOP_LABEL_VALUE */
export function labelFilterOf(metric: MetricDescriptor, labels: unknown): Labels {
  const filter: Record<string, string> = {}
  for (const [labelName, value] of Object.entries(asRecord(labels, metric.name))) {
    if (!metric.labelNames.includes(labelName)) throw unknownLabel(metric, labelName)
    filter[labelName] = labelText(value, `${metric.name}.${labelName}`)
  }
  return filter
}

/** One text for one set of values: injective, whatever the values contain. */
export function seriesKeyOf(labelValues: readonly string[]): string {
  return labelValues.length === 1 ? labelValues[0]! : JSON.stringify(labelValues)
}

export function labelsOf(labelNames: readonly string[], labelValues: readonly string[]): Labels {
  return Object.fromEntries(labelNames.map((labelName, index) => [labelName, labelValues[index] ?? '']))
}

export function overflowValuesOf(metric: MetricDescriptor): readonly string[] {
  return metric.labelNames.map(() => OVERFLOW_LABEL_VALUE)
}

function asRecord(labels: unknown, metricName: string): Record<string, unknown> {
  if (typeof labels === 'object' && labels !== null && !Array.isArray(labels))
    return labels as Record<string, unknown>
  throw new TelemetryError('OFFLOOP_LABEL_MISSING', {
    at: metricName,
    got: labels,
    fix: 'give the labels as an object, for example { route: "/users" }',
  })
}

function unknownLabel(metric: MetricDescriptor, labelName: string): TelemetryError {
  return new TelemetryError('OFFLOOP_LABEL_UNKNOWN', {
    at: metric.name,
    got: labelName,
    fix:
      metric.labelNames.length > 0
        ? `use only ${metric.labelNames.join(', ')}`
        : 'name it in labelNames when registering the metric',
  })
}

function labelText(value: unknown, at: string): string {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  const text = isPlain ? String(value) : ''
  if (isPlain && text.length <= LABEL_VALUE_LENGTH_MAX) return text
  throw new TelemetryError('OFFLOOP_LABEL_VALUE', {
    at,
    got: isPlain ? `${text.length} characters` : value,
    fix: `give a string, number or boolean of at most ${LABEL_VALUE_LENGTH_MAX} characters`,
  })
}
