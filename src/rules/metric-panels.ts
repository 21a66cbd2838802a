/** What a dashboard shows of a metric: by how it is exposed. Pure. */
import { type ExposedMetric, storedLabelName } from './exposed-metric.ts'
import { heatmap, type Panel, timeSeries } from './panels.ts'

/** The job and the instances that were chosen above the dashboard. */
export const CHOSEN = 'job=~"$job",instance=~"$instance"'

const QUANTILES: readonly (readonly [rank: number, name: string])[] = [
  [0.5, 'p50'],
  [0.95, 'p95'],
  [0.99, 'p99'],
]

/** Values of more labels than this are too many lines: they are summed up, by route where there is one. */
const LABELS_MAX = 2
const ROUTE = /(?:^|_)route$/

/** @param limits thresholds of SLOs on it, in its exposed unit */
export function metricPanels(metric: ExposedMetric, limits: readonly number[] = []): readonly Panel[] {
  if (metric.type === 'histogram') return histogramPanels(metric, limits)
  if (metric.type === 'summary') return summaryPanels(metric, limits)
  return metric.type === 'counter' ? [counterPanel(metric)] : [gaugePanel(metric, limits)]
}

/** What one counter is of another. */
export function ratioPanel(part: ExposedMetric, whole: ExposedMetric, limits: readonly number[]): Panel {
  const sum = ({ family }: ExposedMetric) => `sum(${rate(`${family}_total`)})`
  const expr = `(${sum(part)} or ${sum(whole)} * 0) / ${sum(whole)}`
  const title = `${shownName(part)} per ${shownName(whole)}`
  return timeSeries(title, [[expr, 'ratio']], { unit: 'percentunit', limits })
}

function histogramPanels(metric: ExposedMetric, limits: readonly number[]): readonly Panel[] {
  const { family, descriptor } = metric
  const { help } = descriptor
  const name = shownName(metric)
  const buckets = `sum by (le) (${rate(`${family}_bucket`)})`
  const quantiles = QUANTILES.map(
    ([rank, text]) => [`histogram_quantile(${rank}, ${buckets})`, text] as const,
  )
  const unit = grafanaUnit(metric)
  const route = routeOf(metric)
  return [
    timeSeries(`${name}: percentiles`, quantiles, {
      description: sentence(help, 'Estimated within buckets.'),
      unit,
      limits,
    }),
    ...(route === undefined
      ? []
      : [
          timeSeries(
            `${name}: p95 by route`,
            [
              [
                `histogram_quantile(0.95, sum by (${route}, le) (${rate(`${family}_bucket`)}))`,
                `{{${route}}}`,
              ],
            ],
            { description: sentence(help, 'Estimated within buckets.'), unit, limits },
          ),
        ]),
    heatmap(`${name}: distribution`, buckets, unit, help),
    timeSeries(`${name}: samples a second`, [byLabels(metric, rate(`${family}_count`))], {
      description: help,
      unit: 'cps',
    }),
  ]
}

function summaryPanels(metric: ExposedMetric, limits: readonly number[]): readonly Panel[] {
  const { family, descriptor } = metric
  const { help } = descriptor
  const name = shownName(metric)
  return [
    timeSeries(`${name}: quantiles`, [[`max by (quantile) (${family}{${CHOSEN}})`, '{{quantile}}']], {
      description: sentence(help, 'The greatest of all instances and series.'),
      unit: grafanaUnit(metric),
      limits,
    }),
    timeSeries(`${name}: samples a second`, [byLabels(metric, rate(`${family}_count`))], {
      description: help,
      unit: 'cps',
    }),
  ]
}

function counterPanel(metric: ExposedMetric): Panel {
  const { family, unit, descriptor } = metric
  const perSecond: Readonly<Record<string, string>> = { bytes: 'Bps', seconds: 'percentunit' }
  return timeSeries(`${shownName(metric)}: a second`, [byLabels(metric, rate(`${family}_total`))], {
    description: descriptor.help,
    unit: perSecond[unit] ?? 'cps',
  })
}

function gaugePanel(metric: ExposedMetric, limits: readonly number[]): Panel {
  const { family, descriptor } = metric
  const labels = labelNames(metric)
  const legend = ['{{instance}}', ...labels.map(label => `{{${label}}}`)].join(' ')
  return timeSeries(shownName(metric), [[`${family}{${CHOSEN}}`, legend]], {
    description: descriptor.help,
    unit: grafanaUnit(metric),
    limits,
  })
}

function byLabels(metric: ExposedMetric, expr: string): readonly [string, string] {
  const labels = labelNames(metric)
  const route = routeOf(metric)
  if (labels.length > LABELS_MAX && route !== undefined)
    return [`sum by (${route}) (${expr})`, `{{${route}}}`]
  if (labels.length === 0 || labels.length > LABELS_MAX) return [`sum(${expr})`, 'all']
  return [`sum by (${labels.join(', ')}) (${expr})`, labels.map(label => `{{${label}}}`).join(' ')]
}

/** What a metric is called outside: an instrument of several metrics inside has one name there. */
function shownName({ descriptor }: ExposedMetric): string {
  return descriptor.exported?.name ?? descriptor.name
}

/** The label that holds the route of a request: what one first wants to see apart. */
function routeOf(metric: ExposedMetric): string | undefined {
  return labelNames(metric).find(name => ROUTE.test(name))
}

function labelNames(metric: ExposedMetric): readonly string[] {
  return metric.descriptor.labelNames.map(name => storedLabelName(metric, name))
}

function rate(name: string): string {
  return `rate(${name}{${CHOSEN}}[$__rate_interval])`
}

function grafanaUnit({ unit }: ExposedMetric): string {
  return GRAFANA_UNITS[unit] ?? 'short'
}

const GRAFANA_UNITS: Readonly<Record<string, string>> = {
  seconds: 's',
  milliseconds: 'ms',
  bytes: 'bytes',
  ratio: 'percentunit',
  percent: 'percent',
  celsius: 'celsius',
  hertz: 'hertz',
}

function sentence(help: string, remark: string): string {
  return help === '' ? remark : `${help}. ${remark}`
}
