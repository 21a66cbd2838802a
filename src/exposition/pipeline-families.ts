/** What the pipeline knows beyond its metrics, as families: how long ago the creating thread was alive, and how the SLOs
 *  stand. Pure. */
import type { ExportHealth, ExportSeries } from '../shared/extension/extension.ts'
import type { SloStatus } from '../shared/snapshot.ts'
import { ExponentialHistogram } from '../shared/statistics/exponential-histogram.ts'
import type { Family, Point } from './family.ts'
import { cleanText, labelNameOf } from './names.ts'

/** Names that no metric may go by beside these families. */
export const PIPELINE_NAMES: readonly string[] = [
  'target',
  'target_info',
  'offloop_heartbeat_age_seconds',
  'offloop_slo_violated',
]

export function pipelineFamilies(health: ExportHealth, slos: readonly SloStatus[]): Family[] {
  return [heartbeatFamily(health), sloFamily(slos)].filter(({ points }) => points.length > 0)
}

function heartbeatFamily({ heartbeatAgeMs }: ExportHealth): Family {
  const points = heartbeatAgeMs === undefined ? [] : [pointOf([], Math.max(0, heartbeatAgeMs) / 1_000)]
  const help = 'Time since the loop of the creating thread last showed that it turns'
  return { name: 'offloop_heartbeat_age_seconds', type: 'gauge', unit: 'seconds', help, points }
}

/** SLOs that were judged: 1 is violated, 0 is kept. Without data there is no point. */
function sloFamily(slos: readonly SloStatus[]): Family {
  const points = slos
    .filter(({ state }) => state !== 'no-data')
    .map(({ name, metric, labels, state }) => {
      const own = { slo: cleanText(name), metric }
      const others = Object.entries(labels)
        .map(([labelName, value]) => [labelNameOf(labelName), cleanText(value)] as const)
        .map(([labelName, value]) => [labelName in own ? `exported_${labelName}` : labelName, value] as const)
        .filter(([, value]) => value !== '')
      return pointOf(Object.entries({ ...Object.fromEntries(others), ...own }), state === 'violated' ? 1 : 0)
    })
  const help = 'Whether the SLO was violated when it was last judged'
  return { name: 'offloop_slo_violated', type: 'gauge', unit: '', help, points: withoutTwins(points) }
}

function withoutTwins(points: readonly Point[]): readonly Point[] {
  const keys = new Set<string>()
  return points.filter(({ labels }) => {
    const key = JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)))
    const isNew = !keys.has(key)
    keys.add(key)
    return isNew
  })
}

function pointOf(labels: Point['labels'], value: number): Point {
  return { labels, series: [{ series: constantSeries(value), sign: 1, kind: 'gauge' }], divisor: 1 }
}

function constantSeries(value: number): ExportSeries {
  return {
    labels: {},
    isOverflow: false,
    total: 1,
    totalSum: value,
    last: value,
    lastTimeMs: undefined,
    buckets: undefined,
    distribution: () => new ExponentialHistogram(),
    quantiles: ranks => ranks.map(() => value),
    exemplars: [],
  }
}
