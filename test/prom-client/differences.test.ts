/** What docs/prom-client.md says differs, held against prom-client itself. What has a proof of its own elsewhere is not here. */
import * as promClient from 'prom-client'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import * as ours from '../../src/prom-client/index.ts'
import { parseText } from './exposition.ts'

const telemetry = createTelemetry({ service: 'differences', log: false })
ours.useTelemetry(telemetry)

type Client = typeof promClient
const CLIENTS: readonly [Client, Client] = [promClient, ours as unknown as Client]

afterEach(() => {
  for (const { register } of CLIENTS) register.clear()
})
afterAll(() => telemetry.close())

/** Samples of metric `m` after the same with both: theirs, then ours. */
async function samplesWith(use: (client: Client) => void): Promise<Record<string, number>[]> {
  const texts = CLIENTS.map(async client => {
    use(client)
    return parseText(await client.register.metrics())['m']?.samples ?? {}
  })
  return await Promise.all(texts)
}

test('NaN spoils a counter there, and is left out here', async () => {
  const samples = await samplesWith(({ Counter }) => {
    const counter = new Counter({ name: 'm', help: 'm' })
    counter.inc(Number.NaN)
    counter.inc(2)
  })
  expect(samples).toEqual([{ 'm{}': Number.NaN }, { 'm{}': 2 }])
})

test('a bound of -1 counts what is above all bounds there', async () => {
  const samples = await samplesWith(({ Histogram }) =>
    new Histogram({ name: 'm', help: 'm', buckets: [-1, 1] }).observe(5),
  )
  expect(samples.map(one => one['m_bucket{le="-1"}'])).toEqual([1, 0])
})

test('bounds are ascending numbers here, 200 at most; the infinite one is left out', async () => {
  const [, own] = await samplesWith(({ Histogram }) =>
    new Histogram({ name: 'm', help: 'm', buckets: [1, Number.POSITIVE_INFINITY] }).observe(5),
  )
  expect(own).toMatchObject({ 'm_bucket{le="1"}': 0, 'm_bucket{le="+Inf"}': 1 })
  for (const buckets of [[2, 1], [1, 1], [Number.NaN], ours.linearBuckets(0, 1, 201)]) {
    const make = ({ Histogram }: Client) => new Histogram({ name: 'n', help: 'n', buckets, registers: [] })
    expect(() => make(promClient)).not.toThrow()
    expect(() => make(CLIENTS[1])).toThrow(expect.objectContaining({ code: 'OFFLOOP_OPTION' }))
  }
})

test('what the telemetry cannot hold is refused where the metric is made', () => {
  const labelNames = Array.from({ length: 33 }, (_, index) => `label_${index}`)
  const shape = { name: 'n', help: 'n', registers: [] }
  const refused = (code: string) => expect.objectContaining({ code })
  expect(() => new ours.Counter({ ...shape, labelNames })).toThrow(refused('OFFLOOP_LABEL_NAME'))
  expect(() => new ours.Gauge({ ...shape, labelNames: ['x'.repeat(101)] })).toThrow(
    refused('OFFLOOP_LABEL_NAME'),
  )
  const percentiles = ours.linearBuckets(0, 0.01, 21)
  expect(() => new ours.Summary({ ...shape, percentiles })).toThrow(refused('OFFLOOP_OPTION'))
  expect(() => new ours.Summary({ ...shape, percentiles: [1.5] })).toThrow(refused('OFFLOOP_OPTION'))
})

test('percentiles are values that were observed here, and estimates there', async () => {
  const samples = await samplesWith(({ Summary }) => {
    const summary = new Summary({ name: 'm', help: 'm', percentiles: [0.5, 0.95] })
    for (const value of [1, 2, 4, 100]) summary.observe(value)
  })
  expect(samples[1]).toMatchObject({ 'm{quantile="0.5"}': 2, 'm{quantile="0.95"}': 100 })
  expect(samples[0]).not.toMatchObject({ 'm{quantile="0.5"}': 2, 'm{quantile="0.95"}': 100 })
})

test('an undefined label value is a text there, and no label here; an empty one is no label here', async () => {
  const texts = CLIENTS.map(async ({ Counter, register }) => {
    const counter = new Counter({ name: 'm', help: 'm', labelNames: ['a', 'b'] })
    counter.inc({ a: undefined as never, b: '' })
    return (await register.metrics()).split('\n')[2]
  })
  expect(await Promise.all(texts)).toEqual(['m{a="undefined",b=""} 1', 'm 1'])
})

test('labels are in the order of labelNames here, in the order they were given there', async () => {
  const texts = CLIENTS.map(async ({ Counter, register }) => {
    new Counter({ name: 'm', help: 'm', labelNames: ['a', 'b'] }).inc({ b: 1, a: 2 })
    return (await register.metrics()).split('\n')[2]
  })
  expect(await Promise.all(texts)).toEqual(['m{b="1",a="2"} 1', 'm{a="2",b="1"} 1'])
})

test('a counter refuses unknown labels when they are bound here, when it counts there', () => {
  const [theirs, own] = CLIENTS.map(({ Counter }) => new Counter({ name: 'm', help: 'm' }))
  expect(() => theirs!.labels({ a: 1 } as never)).not.toThrow()
  expect(() => theirs!.labels({ a: 1 } as never).inc()).toThrow('Added label "a"')
  expect(() => own!.labels({ a: 1 } as never)).toThrow('Added label "a"')
})

test('OpenMetrics takes the _total off the metric there for good, off the text alone here', async () => {
  const names = CLIENTS.map(async ({ Counter, Registry }) => {
    const registry = new Registry<ours.OpenMetricsContentType>()
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
    const counter = new Counter({ name: 'm_total', help: 'm', registers: [registry] })
    await registry.metrics()
    return (await counter.get()).name
  })
  expect(await Promise.all(names)).toEqual(['m', 'm_total'])
})

test('what is counted while metrics() is under way may be in it or not here; what was counted before always is', async () => {
  const counter = new ours.Counter({ name: 'm', help: 'm' })
  counter.inc(5)
  const text = ours.register.metrics()
  counter.inc(1)
  expect([5, 6]).toContain(parseText(await text)['m']?.samples['m{}'])
  expect((await counter.get()).values[0]?.value).toBe(6)
})

test('sums are compensated: they are what the values add up to', async () => {
  const samples = await samplesWith(({ Counter }) => {
    const counter = new Counter({ name: 'm', help: 'm' })
    for (let round = 0; round < 10; round++) counter.inc(0.1)
  })
  expect(samples).toEqual([{ 'm{}': 0.9999999999999999 }, { 'm{}': 1 }])
})

test('metrics of other registries are shown first here when there are ready-made ones among them', async () => {
  const texts = CLIENTS.map(async ({ AggregatorRegistry, Counter, Gauge, Registry }) => {
    const source = new Registry()
    new Counter({ name: 'ready', help: 'r', registers: [source] }).inc()
    const registry = AggregatorRegistry.aggregate<ours.PrometheusContentType>([
      await source.getMetricsAsJSON(),
      await source.getMetricsAsJSON(),
    ])
    new Gauge({ name: 'm', help: 'm', registers: [registry] }).set(1)
    return parseText(await registry.metrics())
  })
  const [theirs, own] = await Promise.all(texts)
  expect(own).toEqual(theirs)
  expect([Object.keys(theirs!), Object.keys(own!)]).toEqual([
    ['ready', 'm'],
    ['m', 'ready'],
  ])
})

test('the endpoint of the telemetry shows the same metrics by the rules of OpenTelemetry, and no resets', async () => {
  const counter = new ours.Counter({ name: 'n', help: 'n' })
  const histogram = new ours.Histogram({ name: 'o', help: 'o', buckets: [1, 2] })
  const record = () => {
    counter.inc(2)
    histogram.observe(1)
  }
  record()
  ours.register.resetMetrics()
  record()
  const text = await ours.register.metrics()
  expect(text).toContain('\nn 2\n')
  expect(text).toContain('\no_count 1\n')
  const { body } = await telemetry.scrape()
  expect(body).toContain('\nn_total 4\n')
  expect(body).toContain('\no_bucket{le="1"} 2\n')
  expect(body).toContain('\no_count 2\n')
})

test('metrics() rejects once the telemetry is closed; counting throws nothing, and goes nowhere', async () => {
  const counter = new ours.Counter({ name: 'm', help: 'm', labelNames: ['a'] })
  await telemetry.close()
  for (let a = 0; a < 3; a++) counter.inc({ a })
  await expect(ours.register.metrics()).rejects.toMatchObject({ code: 'OFFLOOP_CLOSED' })
})
