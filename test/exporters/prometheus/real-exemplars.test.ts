import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTelemetry } from 'offloop'
import { expect, test } from 'vitest'
import { programPath, type RunningProgram, startProgram } from '../../support/real-programs.ts'

const prometheus = programPath('prometheus')
const [SLOW, FAST] = ['4bf92f3577b34da6a3ce929d0e0e4736', '0af7651916cd43dd8448eb211c80319c']
const SPAN = '00f067aa0ba902b7'

test.skipIf(prometheus === undefined)(
  'a real Prometheus finds the traces of slow and of fast requests',
  async () => {
    const telemetry = createTelemetry({ service: 'shop', http: { port: 0 }, log: false })
    const { url } = await telemetry.ready
    const took = telemetry.latency('took')
    const startSeconds = Date.now() / 1_000
    took.recordWithTrace(4_200, SLOW, SPAN)
    for (let count = 0; count < 1_000; count++) took.recordWithTrace(3, FAST)
    const server = await start(new URL(url!).host)
    try {
      const query = `query_exemplars?query=took_seconds_bucket&start=${startSeconds - 60}&end=${startSeconds + 60}`
      const found = async () => {
        const response = await fetch(`${server.url}/api/v1/${query}`)
        const { data } = (await response.json()) as { data: FoundSeries[] }
        return data
          .flatMap(({ seriesLabels, exemplars }) =>
            exemplars.map(({ labels, value }) => [seriesLabels['le'], labels, Number(value)] as const),
          )
          .sort(([, , a], [, , b]) => a - b)
      }
      await expect.poll(found, { timeout: 20_000 }).toEqual([
        ['0.005', { trace_id: FAST }, 0.003],
        ['5.0', { trace_id: SLOW, span_id: SPAN }, 4.2],
      ])
    } finally {
      await server.stop()
      await telemetry.close()
    }
  },
  60_000,
)

interface FoundSeries {
  readonly seriesLabels: Readonly<Record<string, string>>
  readonly exemplars: readonly { readonly labels: object; readonly value: string }[]
}

function start(target: string): Promise<RunningProgram> {
  return startProgram(
    prometheus!,
    ({ port, folder }) => {
      const file = join(folder, 'prometheus.yml')
      writeFileSync(
        file,
        `
scrape_configs:
  - job_name: shop
    scrape_interval: 500ms
    scrape_timeout: 500ms
    static_configs: [{ targets: ['${target}'] }]
`,
      )
      return [
        `--config.file=${file}`,
        '--enable-feature=exemplar-storage',
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ]
    },
    '/-/ready',
  )
}
