// Code instrumented with OpenTelemetry's API, recorded by offloop, and pushed as OTLP by offloop's own thread.
//
//   node examples/opentelemetry/main.js
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 node examples/opentelemetry/main.js   # to your Collector
//
// Needs: npm install offloop @opentelemetry/api @opentelemetry/exporter-metrics-otlp-proto
import { once } from 'node:events'
import { createServer } from 'node:http'
import { metrics } from '@opentelemetry/api'
import { createTelemetry } from 'offloop'
import { MeterProvider, otlpExporter } from 'offloop/otel'

// Without a Collector, one of our own: it says what arrives.
const receiver = createServer((request, response) => {
  let bytes = 0
  request.on('data', chunk => {
    bytes += chunk.length
  })
  request.on('end', () => {
    console.log(
      `received ${request.method} ${request.url}: ${bytes} bytes of ${request.headers['content-type']}`,
    )
    response.end()
  })
})
const hasCollector = process.env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined
if (!hasCollector) await once(receiver.listen(Number(process.env.PORT ?? 4318), '127.0.0.1'), 'listening')
const url = hasCollector ? undefined : `http://127.0.0.1:${receiver.address().port}/v1/metrics`

// These three lines take the place of the SDK: no reader, no exporter on this thread.
const telemetry = createTelemetry({ service: 'shop', exporters: [otlpExporter({ url, intervalMs: 1_000 })] })
const provider = new MeterProvider(telemetry)
metrics.setGlobalMeterProvider(provider)

// From here on it is any code that knows nothing but OpenTelemetry's API.
const meter = metrics.getMeter('shop', '1.0.0')
const orders = meter.createCounter('shop.orders', { unit: '{order}', description: 'Orders taken' })
const wait = meter.createHistogram('shop.order.duration', {
  unit: 's',
  description: 'From click to confirmation',
})
const open = meter.createUpDownCounter('shop.orders.open', { unit: '{order}' })
meter
  .createObservableGauge('shop.heap', { unit: 'By' })
  .addCallback(result => result.observe(process.memoryUsage().heapUsed))

const work = setInterval(() => {
  const attributes = {
    'payment.method': Math.random() < 0.7 ? 'card' : 'invoice',
    express: Math.random() < 0.2,
  }
  open.add(1)
  orders.add(1, attributes)
  wait.record(0.05 + 0.4 * Math.random(), attributes)
  if (Math.random() < 0.9) open.add(-1)
}, 20)

await telemetry.ready
console.log(`pushing every second to ${url ?? process.env.OTEL_EXPORTER_OTLP_ENDPOINT}; Ctrl-C ends it`)

const end = async () => {
  clearInterval(work)
  const { body } = await telemetry.scrape() // the same as Prometheus would see it
  console.log(body.match(/^shop_(?!.*_bucket).*$/gm).join('\n'))
  await telemetry.close() // a last push
  receiver.close()
}
process.once('SIGTERM', end).once('SIGINT', end)
