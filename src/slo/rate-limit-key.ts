/** What shares one rate limit: the key of a violation. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Labels } from '../shared/metric.ts'
import type { ResolvedSLO } from '../shared/slo/definition-check.ts'
import type { ResolvedMonitorOptions } from './monitor-options.ts'

export function rateLimitKeyOf(
  scope: ResolvedMonitorOptions['rateLimitScope'],
  slo: ResolvedSLO,
  labels: Labels,
): string {
  if (scope === 'metric') return slo.metric
  if (scope === 'slo') return JSON.stringify([slo.name, Object.entries(labels).sort()])
  return JSON.stringify([slo.metric, slo.objective.statistic, Object.entries(labels).sort()])
}

/** Whether two SLOs judge the same statistic of the same series, so that their limit `percentile` is one. */
export function sharesLimit(a: ResolvedSLO, b: ResolvedSLO): boolean {
  const isAlike = a.metric === b.metric && a.by === b.by && a.objective.statistic === b.objective.statistic
  return isAlike && isDeepStrictEqual(a.labels, b.labels)
}
