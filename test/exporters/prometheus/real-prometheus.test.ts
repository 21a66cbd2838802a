import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTelemetry } from 'offloop'
import { expect, test } from 'vitest'
import {
  instantQuery,
  programPath,
  type RunningProgram,
  startProgram,
  startPrometheus,
} from '../../support/real-programs.ts'

const prometheus = programPath('prometheus')
const ROUTE = '/a"b\\c\nd/é'

const HOSTILE = [
  'NUL \0',
  'half \ud800',
  '\r\n',
  '\u2028',
  '\\',
  '\\n',
  '"} 1',
  '# EOF\n',
  ' # {a="b"} 1',
  '\u{1f600}'.repeat(500),
]

/** What both kinds of histograms are asked, and what is known of each metric in whatever format. */
interface Kind {
  readonly count: string
  readonly sum: string
  readonly median: string
  readonly start: (config: string) => Promise<RunningProgram>
}

const KINDS: readonly (readonly [name: string, kind: Kind])[] = [
  [
    'OpenMetrics, classic histograms',
    {
      count: 'took_seconds_count',
      sum: 'took_seconds_sum',
      median: 'histogram_quantile(0.5, took_seconds_bucket)',
      start: startWithoutFeatures,
    },
  ],
  [
    'protobuf, native histograms',
    {
      count: 'histogram_count(took_seconds)',
      sum: 'histogram_sum(took_seconds)',
      median: 'histogram_quantile(0.5, took_seconds)',
      start: config => startPrometheus(prometheus!, config),
    },
  ],
]

test.skipIf(prometheus === undefined).each(KINDS)(
  'a real Prometheus scrapes what was recorded, and answers for it: %s',
  async (_, { count, sum, median, start }) => {
    const telemetry = createTelemetry({
      service: 'shop',
      http: { port: 0, token: 's3cret', quantiles: [0.5, 0.99] },
      slos: [{ metric: 'took', objective: 'p(95)<10ms', name: 'fast enough' }],
      sloCheckIntervalMs: 100,
      log: false,
    })
    const { url } = await telemetry.ready
    const took = telemetry.latency('took', { labelNames: ['http.route'], help: 'Took' })
    const hits = telemetry.counter('hits')
    const series = took.labels({ 'http.route': ROUTE })
    for (let value = 1; value <= 1_000; value += 1) series.record(value)
    hits.add(12_345)
    const hostile = telemetry.counter('hostile', {
      labelNames: ['value'],
      help: HOSTILE.slice(0, 9).join(''),
    })
    for (const text of HOSTILE) hostile.labels({ value: text }).add(1)
    telemetry.gauge('heap', { unit: 'bytes' }).set(1e8)
    await telemetry.flush()
    const server = await start(configFor(new URL(url!).host))
    try {
      const value = async (query: string) => (await instantQuery(server.url, query))[0]?.value
      const until = async (query: string, wanted: number) => {
        for (let attempt = 0; attempt < 100; attempt += 1) {
          if ((await value(query)) === wanted) return
          await new Promise(resolve => setTimeout(resolve, 200))
        }
        throw new Error(`${query} is ${await value(query)}, not ${wanted}: ${await errorOf(server)}`)
      }
      await until('up{job="shop"}', 1)
      await until('hits_total', 12_345)
      await until('heap_bytes', 1e8)
      await until('count(hostile_total)', HOSTILE.length)
      await until(count, 1_000)
      await until(sum, 500.5)
      if (count === 'took_seconds_count') {
        // 1 to 100 ms lie within 0.1 s: exactly as many as were recorded.
        await until('took_seconds_bucket{le="0.1"}', 100)
      }
      await until('took_window_seconds{quantile="0.99"}', 0.99)
      await until('offloop_slo_violated{slo="fast enough",metric="took"}', 1)
      await until('target_info{service_name="shop",telemetry_sdk_name="offloop"}', 1)
      const [found] = await instantQuery(server.url, count)
      expect(found?.metric['http_route']).toBe(ROUTE)
      const values = (await instantQuery(server.url, 'hostile_total')).map(({ metric }) => metric['value'])
      expect(values.sort()).toEqual(HOSTILE.map(text => text.replace(/[\0\ud800]/, '\ufffd')).sort())
      // Interpolated: in the classic bucket from 0.5 to 0.75 of which it is the first, or within 2 % of it.
      expect(await value(median)).toBeGreaterThan(0.49)
      expect(await value(median)).toBeLessThan(0.51)
      // While the application is blocked it is scraped on: the age of its heartbeat says so.
      const endMs = performance.now() + 4_000
      while (performance.now() < endMs) {
        // Busy.
      }
      hits.add(1)
      await until('hits_total', 12_346)
      expect(await value('max_over_time(offloop_heartbeat_age_seconds[1m])')).toBeGreaterThan(2)
      expect(await value('min_over_time(up{job="shop"}[1m])')).toBe(1)
      const metadata = await (await fetch(`${server.url}/api/v1/metadata?metric=took_seconds`)).json()
      expect(metadata).toMatchObject({ data: { took_seconds: [{ type: 'histogram', help: 'Took' }] } })
    } finally {
      await server.stop()
      await telemetry.close()
    }
  },
  60_000,
)

function startWithoutFeatures(config: string): Promise<RunningProgram> {
  return startProgram(
    prometheus!,
    ({ port, folder }) => {
      const file = join(folder, 'prometheus.yml')
      writeFileSync(file, config)
      return [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ]
    },
    '/-/ready',
  )
}

async function errorOf(server: RunningProgram): Promise<string> {
  const targets = (await (await fetch(`${server.url}/api/v1/targets`)).json()) as {
    data: { activeTargets: { lastError: string }[] }
  }
  return `${targets.data.activeTargets.map(({ lastError }) => lastError).join()} ${server.output()}`
}

function configFor(target: string): string {
  return `
scrape_configs:
  - job_name: shop
    scrape_interval: 1s
    scrape_timeout: 1s
    authorization: { credentials: s3cret }
    static_configs: [{ targets: ['${target}'] }]
`
}
