/** A real OpenTelemetry Collector takes what is sent, by HTTP and by gRPC, and prints what it understood. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { metrics } from '@opentelemetry/api'
import { expect, onTestFinished, test } from 'vitest'
import { createTelemetry } from '../../../src/index.ts'
import { MeterProvider, type OtlpExporterOptions, otlpExporter } from '../../../src/otel/index.ts'
import { freePort, programPath, type RunningProgram, startProgram } from '../../support/real-programs.ts'

const path = programPath('otelcol')

async function startCollector(): Promise<{ collector: RunningProgram; http: number; grpc: number }> {
  const [http, grpc] = [await freePort(), await freePort()]
  const collector = await startProgram(
    path!,
    ({ port, folder }) => {
      const file = join(folder, 'collector.json')
      const own = { readers: [{ pull: { exporter: { prometheus: { host: '127.0.0.1', port } } } }] }
      const protocols = { http: { endpoint: `127.0.0.1:${http}` }, grpc: { endpoint: `127.0.0.1:${grpc}` } }
      const configuration = {
        receivers: { otlp: { protocols } },
        exporters: { debug: { verbosity: 'detailed' } },
        service: {
          pipelines: { metrics: { receivers: ['otlp'], exporters: ['debug'] } },
          telemetry: { metrics: own },
        },
      }
      writeFileSync(file, JSON.stringify(configuration))
      return [`--config=${file}`]
    },
    '/metrics',
  )
  onTestFinished(() => collector.stop())
  return { collector, http, grpc }
}

test.skipIf(path === undefined).each([
  ['HTTP', 'explicit', {}],
  ['HTTP, compressed', 'exponential', { compression: 'gzip' }],
  ['gRPC', 'exponential', { protocol: 'grpc' }],
] as const)(
  'by %s, %s histograms',
  { timeout: 60_000 },
  async (_, histograms, options: OtlpExporterOptions) => {
    const { collector, http, grpc } = await startCollector()
    const url =
      options.protocol === 'grpc' ? `http://127.0.0.1:${grpc}` : `http://127.0.0.1:${http}/v1/metrics`
    const telemetry = createTelemetry({
      service: 'collected',
      log: false,
      exporters: [
        otlpExporter({ url, histograms, resource: { 'deployment.environment.name': 'test' }, ...options }),
      ],
    })
    onTestFinished(async () => {
      await telemetry.close()
    })
    await telemetry.ready
    const wait = telemetry
      .latency('http.wait', { labelNames: ['route'], help: 'Waiting' })
      .labels({ route: '/a' })
    for (const duration of [3, 30, 300]) wait.record(duration)
    metrics.setGlobalMeterProvider(new MeterProvider(telemetry))
    onTestFinished(() => metrics.disable())
    const jobs = metrics.getMeter('jobs', '1.2.3').createUpDownCounter('jobs.active', { unit: '{job}' })
    jobs.add(5, { queue: 'mail', shard: 7 })
    jobs.add(-2, { queue: 'mail', shard: 7 })
    await telemetry.push()

    await expect.poll(() => collector.output(), { timeout: 10_000 }).toContain('jobs.active')
    const output = collector.output()
    for (const line of [
      'service.name: Str(collected)',
      'deployment.environment.name: Str(test)',
      'Name: http.wait',
      'Description: Waiting',
      'Unit: s',
      `DataType: ${histograms === 'explicit' ? 'Histogram' : 'ExponentialHistogram'}`,
      'AggregationTemporality: Cumulative',
      'Count: 3',
      'Sum: 0.333',
      'route: Str(/a)',
      'InstrumentationScope jobs 1.2.3',
      'Unit: {job}',
      'IsMonotonic: false',
      'Value: 3.0',
      'shard: Int(7)',
    ])
      expect(output).toContain(line)
    expect(output).not.toMatch(/\t(?:error|warn)\t/)
  },
)
