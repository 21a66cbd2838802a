/** The dashboard, as far as it can be told without Grafana: its shape, its layout, and every query of it. */
import { describe, expect, test } from 'vitest'
import { type Dashboard, dashboardOf } from '../../src/rules/dashboard.ts'
import { describeMetric, type MetricDefinition } from '../../src/shared/metric.ts'
import type { SLODefinition } from '../../src/shared/slo/definition.ts'
import { resolveSLO } from '../../src/shared/slo/definition-check.ts'
import { checkQueries } from './dashboard-queries.ts'
import { PROMTOOL } from './promtool.ts'

const METRICS: readonly MetricDefinition[] = [
  { name: 'echo', kind: 'latency', buckets: [60], help: 'Key press to echo' },
  { name: 'http.request', kind: 'latency', labelNames: ['route', 'job', 'le'] },
  { name: 'rpc', kind: 'latency', exported: { instrument: 'summary', quantiles: [0.5] } },
  { name: 'hits', kind: 'counter', labelNames: ['route'] },
  { name: 'wide', kind: 'counter', labelNames: ['a', 'b', 'c'] },
  { name: 'errors', kind: 'counter' },
  { name: 'used', kind: 'gauge', unit: 'bytes' },
  { name: 'heat', kind: 'gauge', unit: 'celsius', labelNames: ['place'] },
  { name: 'open:up', kind: 'counter', exported: { instrument: 'updown', name: 'open' } },
  { name: 'open:down', kind: 'counter', exported: { instrument: 'updown', name: 'open', isNegative: true } },
  { name: 'nodejs.eventloop.utilization', kind: 'gauge', unit: 'ratio' },
  { name: 'v8js.gc.duration', kind: 'latency', unit: 's', labelNames: ['v8js.gc.type'] },
  { name: 'offloop_tick_time', kind: 'latency' },
]

const SLOS: readonly SLODefinition[] = [
  { metric: 'echo', objective: 'p(95)<60ms' },
  { metric: 'echo', objective: 'p(99)<0.5s' },
  { metric: 'errors', objective: 'ratio<1%', total: 'hits' },
  { metric: 'used', objective: 'value<1MB' },
]

function made(
  slos: readonly SLODefinition[] = SLOS,
  metrics: readonly MetricDefinition[] = METRICS,
  options: { service?: string; title?: string } = {},
): Dashboard {
  return dashboardOf(
    slos.map(slo => resolveSLO(slo)),
    metrics.map(({ name, kind, ...rest }) => describeMetric(kind, name, rest)),
    { service: 'shop', title: undefined, ...options },
  ).dashboard
}

function titles(dashboard: Dashboard): readonly string[] {
  return dashboard.panels.map(({ type, title }) => (type === 'row' ? `# ${title}` : title))
}

describe('a dashboard', () => {
  test('has what Grafana asks of one', () => {
    const dashboard = made()
    expect(dashboard).toMatchObject({
      uid: 'offloop-shop',
      title: 'shop',
      schemaVersion: expect.any(Number),
      time: { from: expect.any(String), to: 'now' },
      annotations: { list: [] },
    })
    expect(dashboard).not.toHaveProperty('id')
    // It survives the way to Grafana.
    expect(JSON.parse(JSON.stringify(dashboard))).toEqual(dashboard)
    for (const { type, targets = [], ...panel } of dashboard.panels) {
      expect(panel).toMatchObject({ id: expect.any(Number), title: expect.stringMatching(/./) })
      if (type === 'row') continue
      const datasource = { type: 'prometheus', uid: expect.stringMatching(/^\$\{DS_PROMETHEUS\}$/) }
      expect(panel).toMatchObject({
        datasource,
        fieldConfig: { defaults: {}, overrides: expect.any(Array) },
        options: {},
      })
      expect(targets.length).toBeGreaterThan(0)
      for (const target of targets)
        expect(target).toMatchObject({
          expr: expect.any(String),
          refId: expect.stringMatching(/^[A-Z]$/),
          datasource,
        })
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
    }
  })

  test('has its variables: data source, job and instance', () => {
    expect(made().templating.list).toMatchObject([
      { name: 'DS_PROMETHEUS', type: 'datasource', query: 'prometheus' },
      { name: 'job', type: 'query', query: { query: 'label_values(offloop_samples_lost_total, job)' } },
      { name: 'instance', type: 'query', multi: true, includeAll: true },
    ])
  })

  test('gives every panel an id and a place of its own, within the 24 columns', () => {
    const { panels } = made()
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const taken = new Set<string>()
    for (const { gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken).not.toContain(`${x} ${y}`)
          taken.add(`${x} ${y}`)
        }
      }
    }
  })

  test('has a row for each kind of metric, and each metric once', () => {
    expect(titles(made())).toEqual([
      '# Objectives',
      'Violated now',
      'State',
      'Over time',
      '# Ratios',
      'errors per hits',
      '# Latencies and distributions',
      ...['percentiles', 'distribution', 'samples a second'].map(what => `echo: ${what}`),
      ...['percentiles', 'p95 by route', 'distribution', 'samples a second'].map(
        what => `http.request: ${what}`,
      ),
      'rpc: quantiles',
      'rpc: samples a second',
      '# Counters',
      'hits: a second',
      'wide: a second',
      'errors: a second',
      '# Gauges',
      'used',
      'heat',
      'open',
      '# Runtime',
      'nodejs.eventloop.utilization',
      ...['percentiles', 'distribution', 'samples a second'].map(what => `v8js.gc.duration: ${what}`),
      '# Telemetry',
      'Samples lost',
      'Samples summarized',
      'Heartbeat age',
      'Queue depth',
      'Fill of the fullest lane',
      'Aggregator thread in use',
      'Time a tick takes',
      'Lag of ticks',
    ])
  })

  test('without SLOs and metrics has the telemetry itself', () => {
    expect(titles(made([], [])).slice(0, 2)).toEqual(['# Telemetry', 'Samples lost'])
  })

  test('shows each route of a metric by itself, however many labels stand beside it', () => {
    const labelNames = ['http.request.method', 'url.scheme', 'http.route']
    const { panels } = made([], [{ name: 'took', kind: 'latency', labelNames }])
    const targets = (title: string) => panels.find(panel => panel.title === title)?.targets
    expect(targets('took: p95 by route')).toMatchObject([
      { expr: expect.stringContaining('sum by (http_route, le)'), legendFormat: '{{http_route}}' },
    ])
    expect(targets('took: samples a second')).toMatchObject([
      { expr: expect.stringContaining('sum by (http_route) '), legendFormat: '{{http_route}}' },
    ])
  })

  test('of SLOs alone shows the metrics that they give away', () => {
    expect(titles(made(SLOS, []))).toEqual(
      expect.arrayContaining(['errors per hits', 'echo: percentiles', 'errors: a second', 'hits: a second']),
    )
  })

  test('draws thresholds where values are compared with them, in base units', () => {
    const steps = (title: string) => {
      const panel = made().panels.find(one => one.title === title)!
      const { defaults } = panel['fieldConfig'] as {
        defaults: { thresholds: { steps: { value: number }[] } }
      }
      return defaults.thresholds.steps.map(({ value }) => value)
    }
    expect(steps('echo: percentiles')).toEqual([null, 0.06, 0.5])
    expect(steps('used')).toEqual([null, 1e6])
    expect(steps('errors per hits')).toEqual([null, 0.01])
    expect(steps('heat')).toEqual([null])
  })

  test('keeps its id for a service, and gives another to another', () => {
    const uid = (service: string) => made([], [], { service }).uid
    expect(uid('shop')).toBe(uid('shop'))
    const names = ['shop', 'a b', 'a-b', 'a/b', 'ä', 'ö', 'x'.repeat(100), `${'x'.repeat(99)}y`]
    const uids = names.map(uid)
    expect(new Set(uids).size).toBe(names.length)
    for (const one of uids) expect(one).toMatch(/^[a-zA-Z0-9_-]{1,40}$/)
  })

  test('is called as wished', () => {
    expect(made([], [], { title: 'Our shop' })).toMatchObject({ title: 'Our shop', uid: 'offloop-shop' })
  })

  test('is bounded, and says what it left out', () => {
    const many = Array.from({ length: 130 }, (_, index) => describeMetric('counter', `hits_${index}`))
    const { dashboard, metricsLeftOut } = dashboardOf([], many, { service: 'shop', title: undefined })
    expect(dashboard.panels.filter(({ title }) => title.startsWith('hits_'))).toHaveLength(100)
    expect(metricsLeftOut).toBe(30)
  })
})

test.skipIf(PROMTOOL === undefined)('every query is one that Prometheus can read', () => {
  expect(checkQueries(made())).toBe('')
})
