/** Code that is instrumented with OpenTelemetry's API runs unchanged: a real library, and a program as instrumentations are. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { MeterProvider as ApiMeterProvider, Histogram, UpDownCounter } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
  MeterProvider as SdkMeterProvider,
} from '@opentelemetry/sdk-metrics'
import { expect, onTestFinished, test } from 'vitest'
import { startReceiver } from '../exporters/otlp/receiver.ts'
import { attributesKey, pointsOf, startBridge } from './bridge.ts'

test('OpenTelemetry’s own exporter, which measures itself by a provider it is given', async () => {
  const { provider, collect } = await startBridge()
  const { url } = await startReceiver()
  const exporter = new OTLPMetricExporter({ url, selfObsMeterProvider: provider })
  for (let round = 0; round < 3; round++) {
    await new Promise<void>(done =>
      exporter.export({ resource: resourceFromAttributes({}), scopeMetrics: [] }, () => done()),
    )
  }
  await exporter.shutdown()
  const metrics = await collect()
  const [duration] = Object.values(pointsOf(metrics, 'otel.sdk.exporter.operation.duration'))
  // Its histogram asks for a single bucket.
  expect(duration).toMatchObject({ count: 3, bucketCounts: [3], explicitBounds: [] })
  expect(duration!.attributes).toMatchObject({
    'server.address': '127.0.0.1',
    'server.port': expect.any(Number),
  })
  expect(metrics.find(({ name }) => name === 'otel.sdk.exporter.operation.duration')).toMatchObject({
    unit: 's',
  })
})

/** What an instrumentation of a server does, by the semantic conventions. */
class ServerInstrumentation {
  readonly #duration: Histogram
  readonly #active: UpDownCounter

  constructor(provider: ApiMeterProvider) {
    const meter = provider.getMeter('server-instrumentation', '0.57.0')
    this.#duration = meter.createHistogram('http.server.request.duration', {
      description: 'Duration of HTTP server requests.',
      unit: 's',
      advice: {
        explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      },
    })
    this.#active = meter.createUpDownCounter('http.server.active_requests', { unit: '{request}' })
  }

  /** @param seconds in place of what would be measured, so that two can be compared */
  request(method: string, route: string | undefined, status: number, seconds: number): () => void {
    const common = { 'http.request.method': method, 'url.scheme': 'http' }
    this.#active.add(1, common)
    return () => {
      this.#active.add(-1, common)
      this.#duration.record(seconds, {
        ...common,
        'http.response.status_code': status,
        'network.protocol.version': '1.1',
        ...(route === undefined ? {} : { 'http.route': route }),
        ...(status >= 500 ? { 'error.type': `${status}` } : {}),
      })
    }
  }
}

test('an instrumented server gives what the SDK gives, attributes that come and go included', async () => {
  const { provider, collect } = await startBridge()
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const sdk = new SdkMeterProvider({ readers: [reader] })
  const both = [provider, sdk].map(each => new ServerInstrumentation(each))

  let count = 0
  const server = createServer((request, response) => {
    const status = [200, 404, 500][count % 3]!
    const ends = both.map(each =>
      each.request(request.method!, status === 404 ? undefined : '/users/:id', status, count / 7),
    )
    count += 1
    response.on('finish', () => {
      for (const end of ends) end()
    })
    response.writeHead(status).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await sdk.shutdown()
  })
  const { port } = server.address() as AddressInfo
  for (let request = 0; request < 30; request++) {
    await (await fetch(`http://127.0.0.1:${port}/users/${request}`)).arrayBuffer()
  }

  await reader.forceFlush()
  const metrics = (await collect()).filter(({ scope }) => scope.name === 'server-instrumentation')
  const theirs = exporter.getMetrics().at(-1)!.scopeMetrics[0]!.metrics
  expect(metrics.map(({ name }) => name).sort()).toEqual(
    theirs.map(({ descriptor }) => descriptor.name).sort(),
  )
  for (const { descriptor, dataPoints } of theirs) {
    const points = pointsOf(metrics, descriptor.name)
    expect(Object.keys(points).sort()).toEqual(
      dataPoints.map(({ attributes }) => attributesKey(attributes)).sort(),
    )
    for (const { attributes, value } of dataPoints) {
      const point = points[attributesKey(attributes)]!
      if (typeof value === 'number') expect(point.asDouble).toBe(value)
      else {
        expect(point.count).toBe(value.count)
        expect('buckets' in value && point.bucketCounts).toEqual('buckets' in value && value.buckets.counts)
      }
    }
  }
})
