/** The queries of a dashboard, as Prometheus gets them from Grafana. */
import type { Dashboard } from '../../src/rules/dashboard.ts'
import { checkRules } from './promtool.ts'

/** With Grafana's variables filled in: every job, every instance. */
export function queriesOf({ panels }: Dashboard): readonly string[] {
  return panels
    .flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    .map(expr =>
      expr.replaceAll('$__rate_interval', '1m').replaceAll('$job', '.*').replaceAll('$instance', '.*'),
    )
}

/** Names of the metrics that are asked for. */
export function queriedMetrics(dashboard: Dashboard): readonly string[] {
  const names = queriesOf(dashboard).flatMap(expr =>
    [...expr.matchAll(/([a-zA-Z_:][\w:]*)\{/g)].map(([, name]) => name!),
  )
  return [...new Set(names)]
}

/** What promtool has to say of them: empty where all is well. */
export function checkQueries(dashboard: Dashboard): string {
  const rules = queriesOf(dashboard).map((expr, index) => ({ record: `query:${index}`, expr, labels: {} }))
  return checkRules({ groups: [{ name: 'queries', rules }] })
}
