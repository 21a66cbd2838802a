/** Whether an SLO can be judged on the metric it names: its unit, kind and labels. Pure. */
import type { MetricDescriptor, Unit } from '../metric.ts'
import type { StatisticName } from '../topics.ts'
import { definitionError, type ResolvedSLO } from './definition-check.ts'
import { toMetricUnit } from './objective.ts'
import { statisticUnitOf } from './threshold-units.ts'

/** What a counter can answer: it has increments, and no single values to rank or average. */
const COUNTER_STATISTICS: readonly StatisticName[] = ['rate', 'value', 'sum', 'count', 'ratio']

/** The SLO's threshold in the unit its statistic comes in.
 *  @param total descriptor of the counter a `ratio` divides by
 *  @throws TelemetryError OFFLOOP_SLO_DEFINITION, OFFLOOP_OBJECTIVE naming the path */
export function fitToMetric(
  slo: ResolvedSLO,
  metric: MetricDescriptor,
  total: MetricDescriptor | undefined,
): { readonly threshold: number; readonly unit: Unit } {
  const { statistic } = slo.objective
  if (metric.kind === 'counter' && !COUNTER_STATISTICS.includes(statistic)) {
    const fix = `judge a counter by one of ${COUNTER_STATISTICS.join(', ')}`
    throw definitionError(`${slo.at}.objective`, statistic, fix)
  }
  if (statistic === 'ratio') checkCounter(metric, `${slo.at}.metric`)
  checkLabelNames(slo, metric, `${slo.at}.labels`)
  if (total !== undefined) {
    checkCounter(total, `${slo.at}.total`)
    checkTotalLabels(slo, metric, total)
  }
  return {
    threshold: toMetricUnit(slo.objective, metric.unit, `${slo.at}.objective`),
    unit: statisticUnitOf(statistic, metric.unit),
  }
}

function checkCounter({ name, kind }: MetricDescriptor, at: string): void {
  if (kind === 'counter') return
  throw definitionError(at, name, `name a counter: a ratio divides two of them, and ${name} is a ${kind}`)
}

function checkLabelNames({ labels }: ResolvedSLO, metric: MetricDescriptor, at: string): void {
  const unknownName = Object.keys(labels).find(labelName => !metric.labelNames.includes(labelName))
  if (unknownName === undefined) return
  const { name, labelNames } = metric
  const fix =
    labelNames.length === 0
      ? `remove it: ${name} has no labels`
      : `use labels of ${name}: ${labelNames.join(', ')}`
  throw definitionError(`${at}.${unknownName}`, labels[unknownName], fix)
}

/** The total is picked by the labels that pick the metric's series, so it must have them. */
function checkTotalLabels(slo: ResolvedSLO, metric: MetricDescriptor, total: MetricDescriptor): void {
  const needed = slo.by === 'series' ? metric.labelNames : Object.keys(slo.labels)
  const missing = needed.find(labelName => !total.labelNames.includes(labelName))
  if (missing === undefined) return
  throw definitionError(
    `${slo.at}.total`,
    total.name,
    `name a counter with the label ${missing}, by which the ratio is taken`,
  )
}
