import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import client, { useTelemetry } from '../../src/prom-client/index.ts'
import { instantQuery, programPath, startPrometheus } from '../support/real-programs.ts'

const telemetry = createTelemetry({ service: 'real-prometheus', log: false })
useTelemetry(telemetry)

afterAll(() => telemetry.close())

const prometheus = programPath('prometheus')

/** A registry with one metric of each type, served in its format. */
async function serve(contentType: client.RegistryContentType) {
  const registry = new client.Registry<client.RegistryContentType>(contentType)
  const registers = [registry] as never
  const isOpenMetrics = contentType === client.openMetricsContentType
  const counter = new client.Counter({
    name: 'hits_total',
    help: 'Hits of "all"\n\\ kinds',
    labelNames: ['route'],
    enableExemplars: isOpenMetrics,
    registers,
  })
  if (isOpenMetrics) {
    counter.inc({ labels: { route: '/"a"\\\n' }, value: 3, exemplarLabels: { traceId: 'abc' } as never })
  } else counter.inc({ route: '/"a"\\\n' }, 3)
  new client.Gauge({ name: 'level', help: 'Level', registers }).set(-0.5)
  new client.Histogram({ name: 'size', help: 'Size', buckets: [1, 10], registers }).observe(5)
  new client.Summary({ name: 'wait', help: 'Wait', percentiles: [0.5], registers }).observe(7)
  client.collectDefaultMetrics({ register: registry })
  const server = createServer(async (_, response) => {
    response.setHeader('Content-Type', registry.contentType)
    response.end(await registry.metrics())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

test.skipIf(prometheus === undefined)(
  'a real Prometheus scrapes both formats',
  async () => {
    const text = await serve(client.prometheusContentType)
    const openMetrics = await serve(client.openMetricsContentType)
    const jobs = Object.entries({ text, openMetrics }).map(
      ([name, { port }]) => `
- job_name: ${name}
  scrape_interval: 200ms
  scrape_timeout: 200ms
  static_configs: [{ targets: ['127.0.0.1:${port}'] }]`,
    )
    const running = await startPrometheus(prometheus!, `scrape_configs:${jobs.join('')}`)
    try {
      for (const job of ['text', 'openMetrics']) {
        let up = 0
        for (let attempt = 0; attempt < 50 && up !== 1; attempt++) {
          await sleep(100)
          up = (await instantQuery(running.url, `up{job="${job}"}`))[0]?.value ?? 0
        }
        const valueAt = async (query: string) => (await instantQuery(running.url, query))[0]?.value
        expect([job, up]).toEqual([job, 1])
        expect(await valueAt(`hits_total{job="${job}",route="/\\"a\\"\\\\\\n"}`)).toBe(3)
        expect(await valueAt(`level{job="${job}"}`)).toBe(-0.5)
        expect(await valueAt(`size_bucket{job="${job}",le=~"10|10.0"}`)).toBe(1)
        expect(await valueAt(`wait{job="${job}",quantile="0.5"}`)).toBe(7)
        expect(await valueAt(`process_start_time_seconds{job="${job}"}`)).toBeGreaterThan(1e9)
      }
    } finally {
      await running.stop()
      text.server.close()
      openMetrics.server.close()
    }
  },
  60_000,
)
