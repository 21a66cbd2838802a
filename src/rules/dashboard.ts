/** A Grafana dashboard of a service: its objectives, its metrics by kind, its runtime, and the telemetry itself. Pure. */
import { type MetricDescriptor, SELF_METRIC_PREFIX } from '../shared/metric.ts'
import type { ResolvedSLO } from '../shared/slo/definition-check.ts'
import { uidOf } from './dashboard-uid.ts'
import { VARIABLES } from './dashboard-variables.ts'
import { type ExposedMetric, ExposedMetrics } from './exposed-metric.ts'
import { objectivePanels, telemetryPanels } from './fixed-panels.ts'
import { metricPanels, ratioPanel } from './metric-panels.ts'
import { layOut, type PlacedPanel, type Row } from './panel-grid.ts'
import type { Panel } from './panels.ts'
import { Question } from './question.ts'

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly schemaVersion: number
  readonly panels: readonly PlacedPanel[]
  readonly templating: { readonly list: readonly unknown[] }
  readonly [field: string]: unknown
}

export interface DashboardOptions {
  readonly service: string | undefined
  /** Default: the name of the service. */
  readonly title: string | undefined
}

/** Of Grafana 9; later ones bring it up to their own. */
const SCHEMA_VERSION = 37
/** More metrics than this are no dashboard: the first stand. */
const METRICS_MAX = 100
const RUNTIME = /^(?:nodejs|v8js|process)\./

/** What a dashboard left out. */
export interface GeneratedDashboard {
  readonly dashboard: Dashboard
  readonly metricsLeftOut: number
}

export function dashboardOf(
  slos: readonly ResolvedSLO[],
  descriptors: readonly MetricDescriptor[],
  { service, title }: DashboardOptions,
): GeneratedDashboard {
  const known = new ExposedMetrics(descriptors)
  const all = shownMetrics(slos, known)
  const shown = all.slice(0, METRICS_MAX)
  const limits = limitsOf(slos, known)
  const rows: Row[] = [
    { title: 'Objectives', panels: slos.length === 0 ? [] : objectivePanels() },
    { title: 'Ratios', panels: ratioPanels(slos, known) },
    ...rowsByKind(
      shown.filter(({ descriptor }) => !RUNTIME.test(descriptor.name)),
      limits,
    ),
    {
      title: 'Runtime',
      panels: shown
        .filter(({ descriptor }) => RUNTIME.test(descriptor.name))
        .flatMap(metric => metricPanels(metric)),
    },
    { title: 'Telemetry', panels: telemetryPanels() },
  ]
  const name = service ?? 'offloop'
  const dashboard = {
    uid: uidOf(name),
    title: title ?? name,
    description: 'Made by `offloop dashboard`.',
    tags: ['offloop'],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: [],
    templating: { list: VARIABLES },
    panels: layOut(rows.filter(({ panels }) => panels.length > 0)),
  }
  return { dashboard, metricsLeftOut: all.length - shown.length }
}

/** Each family once: what is known, and what SLOs give away; the pipeline's own have their row. */
function shownMetrics(slos: readonly ResolvedSLO[], known: ExposedMetrics): readonly ExposedMetric[] {
  const named = slos
    .flatMap(slo => [known.of(slo), known.totalOf(slo)])
    .filter(metric => metric !== undefined)
  const byFamily = new Map<string, ExposedMetric>()
  for (const metric of [...known.all, ...named]) {
    if (metric.descriptor.name.startsWith(SELF_METRIC_PREFIX) || byFamily.has(metric.family)) continue
    byFamily.set(metric.family, metric)
  }
  return [...byFamily.values()]
}

function rowsByKind(
  metrics: readonly ExposedMetric[],
  limits: ReadonlyMap<string, readonly number[]>,
): readonly Row[] {
  const rowOf = (title: string, types: readonly string[]): Row => ({
    title,
    panels: metrics
      .filter(({ type }) => types.includes(type))
      .flatMap(metric => metricPanels(metric, limits.get(metric.descriptor.name))),
  })
  return [
    rowOf('Latencies and distributions', ['histogram', 'summary']),
    rowOf('Counters', ['counter']),
    rowOf('Gauges', ['gauge', 'updown']),
  ]
}

/** Thresholds of SLOs, where the values of a metric are compared with them. */
function limitsOf(
  slos: readonly ResolvedSLO[],
  known: ExposedMetrics,
): ReadonlyMap<string, readonly number[]> {
  const limits = new Map<string, number[]>()
  for (const slo of slos) {
    const metric = known.of(slo)
    const isOfValues = /^(?:p[\d.]+|avg|min|max|value)$/.test(slo.objective.statistic)
    if (metric === undefined || metric.type === 'counter' || !isOfValues) continue
    const limit = new Question(slo, metric, undefined, QUESTION).exposedThreshold
    const others = limits.get(slo.metric) ?? []
    limits.set(
      slo.metric,
      [...new Set([...others, limit])].sort((a, b) => a - b),
    )
  }
  return limits
}

const QUESTION = { job: undefined, rangeMs: 0, rangeMinMs: 0 }

function ratioPanels(slos: readonly ResolvedSLO[], known: ExposedMetrics): readonly Panel[] {
  const byPair = new Map<string, { part: ExposedMetric; whole: ExposedMetric; limits: number[] }>()
  for (const slo of slos) {
    const part = known.of(slo)
    const whole = known.totalOf(slo)
    if (part === undefined || whole === undefined) continue
    const { threshold } = new Question(slo, part, whole, QUESTION)
    const key = `${part.family} ${whole.family}`
    const pair = byPair.get(key) ?? { part, whole, limits: [] }
    byPair.set(key, { ...pair, limits: [...new Set([...pair.limits, threshold])].sort((a, b) => a - b) })
  }
  return [...byPair.values()].map(({ part, whole, limits }) => ratioPanel(part, whole, limits))
}
