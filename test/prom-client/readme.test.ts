/** Every example of prom-client's README, one by one, with our entry in its place. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import client, { useTelemetry } from '../../src/prom-client/index.ts'
import { parseText } from './exposition.ts'

const telemetry = createTelemetry({ service: 'readme', log: false })
useTelemetry(telemetry)

afterEach(() => client.register.clear())
afterAll(() => telemetry.close())

const shape = { name: 'metric_name', help: 'metric_help' }

/** Samples of the one metric. */
async function samples(registry: { metrics(): Promise<string> } = client.register) {
  return parseText(await registry.metrics())['metric_name']?.samples
}

test('default metrics: to another registry', async () => {
  const register = new client.Registry()
  client.collectDefaultMetrics({ register })
  expect(await client.register.metrics()).toBe('\n')
  expect(await register.metrics()).toContain('\nprocess_cpu_user_seconds_total ')
})

test('default metrics: own buckets, a prefix, labels', async () => {
  client.collectDefaultMetrics({
    gcDurationBuckets: [0.1, 0.2, 0.3],
    prefix: 'my_application_',
    labels: { NODE_APP_INSTANCE: '7' },
  })
  const text = await client.register.metrics()
  expect(text).toMatch(/^my_application_process_cpu_user_seconds_total\{NODE_APP_INSTANCE="7"\} /m)
  expect(text).toMatch(/^my_application_nodejs_version_info\{.*version="v.*NODE_APP_INSTANCE="7"\} 1$/m)
  const gc = client.register.getSingleMetric('my_application_nodejs_gc_duration_seconds')
  expect(gc).toMatchObject({ buckets: [0.1, 0.2, 0.3] })
})

test('the names of all default metrics', () => {
  expect(client.collectDefaultMetrics.metricsList).toContain('eventLoopLag')
})

test('counter', async () => {
  const counter = new client.Counter(shape)
  counter.inc()
  counter.inc(10)
  expect(await client.register.metrics()).toBe(
    '# HELP metric_name metric_help\n# TYPE metric_name counter\nmetric_name 11\n',
  )
})

test('gauge', async () => {
  const gauge = new client.Gauge(shape)
  gauge.set(10)
  gauge.inc()
  gauge.inc(10)
  gauge.dec()
  gauge.dec(10)
  expect(await samples()).toEqual({ 'metric_name{}': 10 })
})

test('gauge with collect, and with an async one', async () => {
  new client.Gauge({
    ...shape,
    collect() {
      this.set(5)
    },
  })
  new client.Gauge({
    name: 'later',
    help: 'later',
    async collect() {
      this.set(await Promise.resolve(6))
    },
  })
  const families = parseText(await client.register.metrics())
  expect(families['metric_name']?.samples).toEqual({ 'metric_name{}': 5 })
  expect(families['later']?.samples).toEqual({ 'later{}': 6 })
})

test('gauge: current time, and durations', async () => {
  const gauge = new client.Gauge(shape)
  const before = Date.now() / 1_000
  gauge.setToCurrentTime()
  const { values } = await gauge.get()
  expect(values[0]?.value).toBeGreaterThan(before - 1)
  expect(values[0]?.value).toBeLessThan(before + 60)
  const end = gauge.startTimer()
  const seconds = end()
  expect(await samples()).toEqual({ 'metric_name{}': seconds })
})

test('histogram with buckets of its own', async () => {
  const histogram = new client.Histogram({ ...shape, buckets: [0.1, 5, 15, 50, 100, 500] })
  histogram.observe(10)
  const metrics = await client.register.metrics()
  expect(metrics).toBe(`# HELP metric_name metric_help
# TYPE metric_name histogram
metric_name_bucket{le="0.1"} 0
metric_name_bucket{le="5"} 0
metric_name_bucket{le="15"} 1
metric_name_bucket{le="50"} 1
metric_name_bucket{le="100"} 1
metric_name_bucket{le="500"} 1
metric_name_bucket{le="+Inf"} 1
metric_name_sum 10
metric_name_count 1
`)
})

test('histogram: durations', async () => {
  const histogram = new client.Histogram(shape)
  const end = histogram.startTimer()
  const seconds = end()
  expect(await samples()).toMatchObject({ 'metric_name_sum{}': seconds, 'metric_name_count{}': 1 })
})

test('summary with percentiles of its own, and durations', async () => {
  const summary = new client.Summary({ ...shape, percentiles: [0.01, 0.1, 0.9, 0.99] })
  for (let value = 1; value <= 100; value++) summary.observe(value)
  expect(await samples()).toEqual({
    'metric_name{quantile="0.01"}': 1,
    'metric_name{quantile="0.1"}': 10,
    'metric_name{quantile="0.9"}': 90,
    'metric_name{quantile="0.99"}': 99,
    'metric_name_sum{}': 5_050,
    'metric_name_count{}': 100,
  })
  summary.startTimer()()
  expect(await samples()).toMatchObject({ 'metric_name_count{}': 101 })
})

test('summary with a sliding window: empty ones are shown, unless they are to be pruned', async () => {
  new client.Summary({ ...shape, maxAgeSeconds: 600, ageBuckets: 5, pruneAgedBuckets: false })
  expect(await samples()).toMatchObject({ 'metric_name{quantile="0.5"}': 0, 'metric_name_count{}': 0 })
  client.register.clear()
  new client.Summary({ ...shape, maxAgeSeconds: 600, ageBuckets: 5, pruneAgedBuckets: true })
  expect(await samples()).toEqual({})
})

test('labels in three ways', async () => {
  const gauge = new client.Gauge({ ...shape, labelNames: ['method', 'statusCode'] })
  gauge.set({ method: 'GET', statusCode: '200' }, 100)
  gauge.labels({ method: 'GET', statusCode: '200' }).inc()
  gauge.labels('GET', '200').inc()
  expect(await samples()).toEqual({ 'metric_name{method="GET",statusCode="200"}': 102 })
})

test('timers with labels before and after', async () => {
  const histogram = new client.Histogram({ ...shape, labelNames: ['method', 'statusCode'] })
  const end = histogram.startTimer({ method: 'GET' })
  end({ statusCode: '500' })
  expect(await samples()).toMatchObject({ 'metric_name_count{method="GET",statusCode="500"}': 1 })
})

test('zeroing metrics with labels', async () => {
  const histogram = new client.Histogram({ ...shape, buckets: [0.1, 5], labelNames: ['method'] })
  histogram.zero({ method: 'GET' })
  histogram.zero({ method: 'POST' })
  expect(await samples()).toMatchObject({
    'metric_name_bucket{le="5",method="GET"}': 0,
    'metric_name_count{method="POST"}': 0,
  })
})

test('strongly typed labels', () => {
  const counter = new client.Counter({ ...shape, labelNames: ['method'] as const })
  counter.inc({ method: 1 })
  // @ts-expect-error: the compiler knows the labels
  expect(() => counter.inc({ methods: 1 })).toThrow('Added label "methods" is not included')
})

test('default labels give way to those of the metric, and clear() takes them away', async () => {
  client.register.setDefaultLabels({ serviceName: 'api-v1', method: 'none' })
  const counter = new client.Counter({ ...shape, labelNames: ['method'] })
  counter.inc({ method: 'GET' })
  counter.inc()
  expect(await samples()).toEqual({
    'metric_name{method="GET",serviceName="api-v1"}': 1,
    'metric_name{method="none",serviceName="api-v1"}': 1,
  })
  const [read] = await client.register.getMetricsAsJSON()
  expect(read?.values[0]?.labels).toEqual({ method: 'GET', serviceName: 'api-v1' })
  client.register.clear()
  new client.Counter(shape).inc()
  expect(await samples()).toEqual({ 'metric_name{}': 1 })
})

test('exemplars', async () => {
  const registry = new client.Registry<client.OpenMetricsContentType>()
  registry.setContentType(client.Registry.OPENMETRICS_CONTENT_TYPE)
  const configuration = { ...shape, enableExemplars: true, labelNames: ['method'], registers: [registry] }
  const histogram = new client.Histogram({ ...configuration, buckets: [1, 2] })
  const counter = new client.Counter({ ...configuration, name: 'hits_total' })
  histogram.observe({
    labels: { method: 'GET' },
    value: 1.5,
    exemplarLabels: { traceId: 'a1', spanId: 'b2' },
  })
  histogram.observe({ labels: { method: 'GET' }, value: 7, exemplarLabels: { traceId: 'c3' } })
  histogram.observe({ labels: { method: 'GET' }, value: 0.5 })
  histogram.startTimer({ method: 'PUT' })({}, { traceId: 'd4' })
  counter.inc({ labels: { method: 'GET' }, exemplarLabels: { traceId: 'e5' } })
  const text = await registry.metrics()
  expect(text).toMatch(/^metric_name_bucket\{le="1",method="GET"\} 1$/m)
  expect(text).toMatch(
    /^metric_name_bucket\{le="2",method="GET"\} 2 # \{traceId="a1",spanId="b2"\} 1\.5 \d+\.\d+$/m,
  )
  expect(text).toMatch(/^metric_name_bucket\{le="\+Inf",method="GET"\} 3 # \{traceId="c3"\} 7 \d+\.\d+$/m)
  expect(text).toMatch(/^metric_name_bucket\{le="1",method="PUT"\} 1 # \{traceId="d4"\} /m)
  expect(text).toMatch(/^hits_total\{method="GET"\} 1 # \{traceId="e5"\} 1 \d+\.\d+$/m)
  const tooLong = { traceId: 'f'.repeat(128) }
  expect(() => counter.inc({ exemplarLabels: tooLong as never })).toThrow(RangeError)
  expect(() => new client.Counter({ ...shape, enableExemplars: true })).toThrow(
    'Exemplars are supported only on OpenMetrics registries',
  )
})

test('the OpenMetrics format', async () => {
  client.register.setContentType(client.Registry.OPENMETRICS_CONTENT_TYPE as never)
  try {
    new client.Counter({ ...shape, name: 'hits_total' }).inc(2)
    new client.Gauge(shape).set(1)
    expect(client.register.contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    expect(await client.register.metrics()).toBe(`# HELP hits metric_help
# TYPE hits counter
hits_total 2
# HELP metric_name metric_help
# TYPE metric_name gauge
metric_name 1
# EOF
`)
  } finally {
    client.register.setContentType(client.Registry.PROMETHEUS_CONTENT_TYPE)
  }
  expect(client.contentType).toBe(client.prometheusContentType)
  expect(client.openMetricsContentType).toBe(client.Registry.OPENMETRICS_CONTENT_TYPE)
})

test('several registries, and their merge', async () => {
  const registry = new client.Registry()
  const counter = new client.Counter({ ...shape, registers: [registry] })
  const histogram = new client.Histogram({ name: 'sizes', help: 'sizes', registers: [] })
  registry.registerMetric(histogram)
  counter.inc()
  new client.Gauge({ name: 'level', help: 'level' }).set(3)
  expect(Object.keys(parseText(await registry.metrics()))).toEqual(['metric_name', 'sizes'])
  expect(Object.keys(parseText(await client.register.metrics()))).toEqual(['level'])
  const merged = client.Registry.merge([registry, client.register])
  expect(Object.keys(parseText(await merged.metrics()))).toEqual(['metric_name', 'sizes', 'level'])
  new client.Gauge(shape)
  expect(() => client.Registry.merge([registry, client.register])).toThrow(
    'A metric with the name metric_name has already been registered.',
  )
})

test('a single metric: as text, as an object; removing and resetting', async () => {
  const counter = new client.Counter(shape)
  counter.inc(3)
  expect(await client.register.getSingleMetricAsString('metric_name')).toBe(
    '# HELP metric_name metric_help\n# TYPE metric_name counter\nmetric_name 3',
  )
  expect(client.register.getSingleMetric('metric_name')).toBe(counter)
  client.register.resetMetrics()
  expect(await samples()).toEqual({ 'metric_name{}': 0 })
  client.register.removeSingleMetric('metric_name')
  expect(client.register.getSingleMetric('metric_name')).toBeUndefined()
  await expect(client.register.getSingleMetricAsString('metric_name')).rejects.toThrow('metric_name')
})

test('bucket generators', () => {
  expect(client.linearBuckets(0, 10, 20)).toHaveLength(20)
  expect(client.linearBuckets(0, 10, 3)).toEqual([0, 10, 20])
  expect(client.exponentialBuckets(1, 2, 5)).toEqual([1, 2, 4, 8, 16])
  expect(() => client.linearBuckets(0, 1, 0)).toThrow('positive count')
  expect(() => client.exponentialBuckets(0, 2, 5)).toThrow('positive start')
  expect(() => client.exponentialBuckets(1, 1, 5)).toThrow('greater than 1')
  expect(() => client.exponentialBuckets(1, 2, 0)).toThrow('positive count')
})

test('Pushgateway', async () => {
  const requests: { method: string | undefined; url: string | undefined; body: string }[] = []
  const server: Server = createServer(async (request, response) => {
    const chunks = await request.toArray()
    const bytes = Buffer.concat(chunks)
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
    requests.push({ method: request.method, url: request.url, body: body.toString() })
    response.statusCode = request.url?.includes('refused') ? 400 : 202
    response.end('told')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    new client.Counter(shape).inc()
    const text = await client.register.metrics()
    const gateway = new client.Pushgateway(url, { timeout: 5_000 })
    expect(await gateway.pushAdd({ jobName: 'test' })).toMatchObject({ body: 'told' })
    await gateway.push({ jobName: 'test' })
    await gateway.delete({ jobName: 'test' })
    await gateway.pushAdd({ jobName: 'a b', groupings: { key: 'va/lue' } })
    const zipped = new client.Pushgateway(url, { headers: { 'Content-Encoding': 'gzip' } })
    await zipped.push({ jobName: 'zipped' })
    await zipped.delete({ jobName: 'zipped' })
    await new client.Pushgateway(`${url}/base/`, { requireJobName: false }).pushAdd()
    expect(requests).toEqual([
      { method: 'POST', url: '/metrics/job/test', body: text },
      { method: 'PUT', url: '/metrics/job/test', body: text },
      { method: 'DELETE', url: '/metrics/job/test', body: '' },
      { method: 'POST', url: '/metrics/job/a%20b/key/va%2Flue', body: text },
      { method: 'PUT', url: '/metrics/job/zipped', body: text },
      { method: 'DELETE', url: '/metrics/job/zipped', body: '' },
      { method: 'POST', url: '/base/metrics', body: text },
    ])
    expect(() => gateway.push()).toThrow('Missing jobName parameter')
    await expect(gateway.push({ jobName: 'refused' })).rejects.toThrow('push failed with status 400, told')
  } finally {
    await new Promise(resolve => server.close(resolve))
  }
  await expect(new client.Pushgateway('http://127.0.0.1:1').push({ jobName: 'a' })).rejects.toThrow()
})
