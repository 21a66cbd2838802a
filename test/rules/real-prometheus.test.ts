/** Rules and dashboard of a real process, made by the command, in a real Prometheus that scrapes it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import type { Dashboard } from '../../src/rules/dashboard.ts'
import { offloop } from '../cli/offloop.ts'
import { instantQuery, programPath, startProgram } from '../support/real-programs.ts'
import { queriedMetrics, queriesOf } from './dashboard-queries.ts'

const PROMETHEUS = programPath('prometheus')

interface LoadedRule {
  readonly name: string
  readonly type: 'recording' | 'alerting'
  readonly health: string
  readonly lastError?: string
}

async function until<T>(look: () => Promise<T>, isEnough: (seen: T) => boolean): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const seen = await look()
    if (isEnough(seen) || attempt === 150) return seen
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}

test.skipIf(PROMETHEUS === undefined)(
  'alerts of violated objectives and of a blocked loop fire, others do not; every query of the dashboard has an answer',
  { timeout: 60_000 },
  async () => {
    const telemetry = createTelemetry({
      service: 'shop',
      http: { port: 0 },
      log: false,
      sloCheckIntervalMs: 200,
      buckets: [0.01, 0.06, 0.5],
      slos: [
        { metric: 'echo', objective: 'p(95)<60ms', name: 'exact, violated' },
        { metric: 'echo', objective: 'p(95)<500ms', name: 'exact, kept' },
        { metric: 'echo', objective: 'p(50)<30ms', name: 'estimated, violated' },
        { metric: 'echo', objective: 'avg<70ms', name: 'mean, violated' },
        { metric: 'request', objective: 'p(99)<60ms', by: 'series', name: 'by series, violated once' },
        { metric: 'errors', objective: 'ratio<10%', total: 'hits', name: 'ratio, violated' },
        { metric: 'hits', objective: 'rate>1000000', name: 'rate, violated' },
        { metric: 'used', objective: 'value<1MB', name: 'gauge, violated' },
        { metric: 'used', objective: 'value<1GB', name: 'gauge, kept' },
        { metric: 'used', objective: 'max<1MB', name: 'verdict, violated' },
        { metric: 'used', objective: 'max<1GB', name: 'verdict, kept' },
        { metric: 'never', objective: 'sum<1', name: 'without data' },
        { metric: 'echo', objective: 'p(95)<60ms', name: 'a"b\\c\nd{{ $value }}' },
      ],
    })
    onTestFinished(async () => {
      await telemetry.close()
    })
    const echo = telemetry.latency('echo', { help: 'Key press to "echo"\n' })
    const request = telemetry.latency('request', { labelNames: ['route'] })
    const hits = telemetry.counter('hits')
    const errors = telemetry.counter('errors')
    const used = telemetry.gauge('used', { unit: 'bytes' })
    const recording = setInterval(() => {
      echo.record(80)
      request.labels({ route: '/a"\n{{' }).record(80)
      request.labels({ route: '/b' }).record(5)
      hits.add(5)
      errors.add(1)
      used.set(5e6)
    }, 10)
    onTestFinished(() => clearInterval(recording))
    const { url = '' } = await telemetry.ready
    await until(
      () => telemetry.snapshot(),
      ({ slos }) => slos.filter(({ state }) => state !== 'no-data').length >= 13,
    )

    const folder = mkdtempSync(join(tmpdir(), 'offloop-prometheus-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const rules = join(folder, 'rules.yml')
    const times = '--for 0s --range 5s --scrape-interval 1s'.split(' ')
    expect((await offloop(['rules', '--url', url, '--job', 'shop', ...times, '--out', rules])).code).toBe(0)
    const config = join(folder, 'prometheus.json')
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '500ms', evaluation_interval: '500ms' },
        rule_files: [rules],
        scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [new URL(url).host] }] }],
      }),
    )
    // Without native histograms: of those that come along, Prometheus would keep no buckets.
    const prometheus = await startProgram(
      PROMETHEUS!,
      place => [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(place.folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${place.port}`,
        '--log.level=warn',
      ],
      '/-/ready',
    )
    onTestFinished(() => prometheus.stop())

    const firing = 'ALERTS{alertname="OffloopSLOViolated",alertstate="firing"}'
    const alerts = await until(
      () => instantQuery(prometheus.url, firing),
      found => found.length >= 9,
    )
    expect(alerts.map(({ metric }) => metric['slo']).sort(), prometheus.output()).toEqual([
      'a"b\\c\nd{{ $value }}',
      'by series, violated once',
      'estimated, violated',
      'exact, violated',
      'gauge, violated',
      'mean, violated',
      'rate, violated',
      'ratio, violated',
      'verdict, violated',
    ])
    const bySeries = alerts.find(({ metric }) => metric['slo'] === 'by series, violated once')
    expect(bySeries?.metric).toMatchObject({ route: '/a"\n{{', job: 'shop', severity: 'warning' })
    expect(await instantQuery(prometheus.url, 'ALERTS{alertname!="OffloopSLOViolated"}')).toEqual([])

    const answer = await fetch(`${prometheus.url}/api/v1/rules`)
    const { data } = (await answer.json()) as { data: { groups: { rules: LoadedRule[] }[] } }
    const loaded = data.groups.flatMap(group => group.rules)
    expect(loaded.length).toBeGreaterThan(20)
    expect(loaded.filter(({ health }) => health !== 'ok')).toEqual([])

    const made = await offloop(['dashboard', '--url', url])
    const dashboard = JSON.parse(made.out) as Dashboard
    const { body } = await telemetry.scrape()
    const scraped = new Set([...body.matchAll(/^([a-zA-Z_:][\w:]*)/gm)].map(([, name]) => name))
    expect(queriedMetrics(dashboard).filter(name => !scraped.has(name))).toEqual([])
    const answers = await Promise.all(queriesOf(dashboard).map(query => instantQuery(prometheus.url, query)))
    expect(queriesOf(dashboard).filter((_, index) => answers[index]?.length === 0)).toEqual([])

    // This thread stands still: it is scraped meanwhile, and the alert fires.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 7_000)
    const blocked = 'max_over_time(ALERTS{alertname="OffloopEventLoopBlocked",alertstate="firing"}[1m])'
    expect(await instantQuery(prometheus.url, blocked)).toMatchObject([
      { metric: { job: 'shop', severity: 'critical' }, value: 1 },
    ])
    expect(await instantQuery(prometheus.url, 'min_over_time(up[1m])')).toMatchObject([{ value: 1 }])
  },
)
