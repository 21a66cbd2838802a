/** Reads metrics: runs their collectors on this thread, and asks the aggregator for the rest. Any thread. */
import type { Point, View, ViewAnswer, ViewMetric } from '../shared/prom-client/view.ts'
import type { OwnMetric, ShownMetric, ShownValue } from './registered-metric.ts'
import { telemetryInUse } from './telemetry-in-use.ts'

/** Runs all collectors beside each other.
 *  @throws what the first of them throws */
export async function collectAll(metrics: readonly OwnMetric[]): Promise<void> {
  await Promise.all(metrics.map(async metric => await metric.collect?.()))
}

/** Asks for the metrics as they are now.
 *  @throws TelemetryError OFFLOOP_TIMEOUT, OFFLOOP_AGGREGATOR_DOWN, OFFLOOP_CLOSED */
export async function askView(
  metrics: readonly OwnMetric[],
  format: View['format'],
  defaultLabels: View['defaultLabels'] = [],
): Promise<{ answer: ViewAnswer; shown: readonly ViewMetric[] }> {
  const viewed = metrics.map(metric => metric.viewed())
  const shown = viewed.map(({ metric }) => metric)
  const answer = await telemetryInUse().view({ metrics: shown, format, defaultLabels })
  for (const [index, { settle }] of viewed.entries()) {
    settle(answer.settled.filter(({ metricIndex }) => metricIndex === index))
  }
  return { answer, shown }
}

/** The metrics with their present values. */
export async function readMetrics(metrics: readonly OwnMetric[]): Promise<ShownMetric[]> {
  await collectAll(metrics)
  if (metrics.length === 0) return []
  const { answer, shown } = await askView(metrics, 'points')
  return metrics.map((metric, index) => {
    const { name, help, type, aggregator } = metric
    const points = answer.points[index] ?? []
    return { help, name, type, values: valuesOf(metric, shown[index]!, points), aggregator }
  })
}

export async function readMetric(metric: OwnMetric): Promise<ShownMetric> {
  const [read] = await readMetrics([metric])
  return read!
}

function valuesOf(metric: OwnMetric, shown: ViewMetric, points: readonly Point[]): ShownValue[] {
  return points.flatMap(point => {
    const labels = metric.shownLabels(point.values)
    if (shown.type === 'histogram') return histogramValues(shown, point, labels)
    if (shown.type === 'summary') return summaryValues(shown, point, labels)
    return [{ value: point.value, labels }]
  })
}

function histogramValues(
  { name, bounds }: ViewMetric,
  { counts, count, value }: Point,
  labels: Record<string, unknown>,
): ShownValue[] {
  const metricName = `${name}_bucket`
  let cumulative = 0
  const buckets = bounds.map((le, index) => {
    cumulative += counts[index] ?? 0
    return { value: cumulative, metricName, labels: { le, ...labels } as Record<string, unknown> }
  })
  return [
    ...buckets,
    { value: count, metricName, labels: { le: '+Inf', ...labels } },
    { value, metricName: `${name}_sum`, labels: { ...labels } },
    { value: count, metricName: `${name}_count`, labels: { ...labels } },
  ]
}

function summaryValues(
  { name, quantiles: ranks }: ViewMetric,
  { quantiles, count, value }: Point,
  labels: Record<string, unknown>,
): ShownValue[] {
  return [
    ...ranks.map((quantile, index) => ({ labels: { quantile, ...labels }, value: quantiles[index] ?? 0 })),
    { metricName: `${name}_sum`, labels: { ...labels }, value },
    { metricName: `${name}_count`, labels: { ...labels }, value: count },
  ]
}
