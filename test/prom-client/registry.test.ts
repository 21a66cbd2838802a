import * as promClient from 'prom-client'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import * as ours from '../../src/prom-client/index.ts'
import { parseText } from './exposition.ts'

const telemetry = createTelemetry({ service: 'registry', log: false })
ours.useTelemetry(telemetry)
const { Counter, Gauge, Histogram, register, Registry, Summary } = ours

afterEach(() => register.clear())
afterAll(() => telemetry.close())

type Client = typeof promClient

const WRONG_CONFIGURATIONS: readonly [name: string, configuration: unknown][] = [
  ['nothing', undefined],
  ['a text', 'hits'],
  ['no name', { help: 'h' }],
  ['no help', { name: 'h' }],
  ['an invalid name', { name: '1h', help: 'h' }],
  ['a name with a dot', { name: 'a.b', help: 'h' }],
  ['an invalid label', { name: 'h', help: 'h', labelNames: ['a-b'] }],
  ['collect that is no function', { name: 'h', help: 'h', collect: 5 }],
]

test.each(WRONG_CONFIGURATIONS)('what is refused is refused with the same error: %s', (_, configuration) => {
  const refusal = (client: Client) => {
    try {
      new client.Gauge(configuration as never)
      return 'taken'
    } catch (error) {
      return `${(error as Error).constructor.name}: ${(error as Error).message}`
    }
  }
  expect(refusal(ours as unknown as Client)).toBe(refusal(promClient))
})

test('labels of the format itself are refused', () => {
  expect(() => new Histogram({ name: 'h', help: 'h', labelNames: ['le'] })).toThrow('le is a reserved')
  expect(() => new Summary({ name: 's', help: 's', labelNames: ['quantile'] })).toThrow(
    'quantile is a reserved',
  )
})

test('a name is registered once, and the same metric as often as one likes', () => {
  const counter = new Counter({ name: 'hits', help: 'h' })
  expect(() => new Gauge({ name: 'hits', help: 'h' })).toThrow(
    'A metric with the name hits has already been registered.',
  )
  register.registerMetric(counter)
  expect(register.getMetricsAsArray()).toEqual([counter])
})

test('a metric that is made again after clear() begins at zero, and the old one lives on', async () => {
  const before = new Counter({ name: 'hits', help: 'h', labelNames: ['a'] })
  before.inc({ a: 1 }, 5)
  const bound = before.labels('1')
  register.clear()
  const after = new Counter({ name: 'hits', help: 'h', labelNames: ['a'] })
  expect((await after.get()).values).toEqual([])
  after.inc({ a: 1 })
  bound.inc(2)
  expect((await after.get()).values).toEqual([{ labels: { a: 1 }, value: 1 }])
  // It lost what it had counted to whoever has its name now.
  expect((await before.get()).values).toEqual([{ labels: { a: 1 }, value: 2 }])
})

test('a metric that is registered again keeps its values', async () => {
  const counter = new Counter({ name: 'hits', help: 'h' })
  counter.inc(5)
  register.clear()
  register.registerMetric(counter)
  counter.inc()
  new Counter({ name: 'hits', help: 'h', registers: [new Registry()] }).inc(100)
  expect(parseText(await register.metrics())['hits']?.samples).toEqual({ 'hits{}': 6 })
})

test('metrics of one name in two registries are two metrics', async () => {
  const [one, two] = [new Registry(), new Registry()]
  new Counter({ name: 'hits', help: 'one', registers: [one] }).inc(1)
  new Gauge({ name: 'hits', help: 'two', registers: [two] }).set(2)
  new Counter({ name: 'hits', help: 'h' }).inc(3)
  const read = async (registry: ours.Registry) => parseText(await registry.metrics())['hits']
  expect(await read(one)).toEqual({ help: 'one', type: 'counter', samples: { 'hits{}': 1 } })
  expect(await read(two)).toEqual({ help: 'two', type: 'gauge', samples: { 'hits{}': 2 } })
  expect(await read(register)).toEqual({ help: 'h', type: 'counter', samples: { 'hits{}': 3 } })
})

test('one metric in two registries is one metric, with the default labels of each', async () => {
  const [one, two] = [new Registry(), new Registry()]
  one.setDefaultLabels({ place: 'one' })
  new Counter({ name: 'hits', help: 'h', registers: [one, two] }).inc()
  expect(parseText(await one.metrics())['hits']?.samples).toEqual({ 'hits{place="one"}': 1 })
  expect(parseText(await two.metrics())['hits']?.samples).toEqual({ 'hits{}': 1 })
})

test('names that the telemetry would not take are kept', async () => {
  const long = `long_${'x'.repeat(300)}`
  new Counter({ name: 'offloop_own', help: 'h'.repeat(3_000) }).inc(2)
  new Counter({ name: long, help: 'h' }).inc(3)
  const families = parseText(await register.metrics())
  expect(families['offloop_own']?.samples).toEqual({ 'offloop_own{}': 2 })
  expect(families['offloop_own']?.help).toHaveLength(3_000)
  expect(families[long]?.samples).toEqual({ [`${long}{}`]: 3 })
})

test('JSON is what it is with prom-client, labels as they were given', async () => {
  const read = async (client: Client) => {
    const registers = [new client.Registry()]
    const counter = new client.Counter({ name: 'hits', help: 'h', labelNames: ['code', 'method'], registers })
    counter.inc({ method: 'GET', code: 200 })
    new client.Gauge({ name: 'level', help: 'h', registers, aggregator: 'max' }).set(4)
    new client.Histogram({ name: 'size', help: 'h', buckets: [1, 2], labelNames: ['a'], registers }).observe(
      { a: 1 },
      2,
    )
    new client.Summary({ name: 'wait', help: 'h', percentiles: [0.5], registers }).observe(7)
    return await registers[0]!.getMetricsAsJSON()
  }
  const theirs = JSON.parse(JSON.stringify(await read(promClient)))
  for (const metric of theirs) for (const value of metric.values) delete value.exemplar
  expect(JSON.parse(JSON.stringify(await read(ours as unknown as Client)))).toEqual(theirs)
})

test('what a collector throws, metrics() rejects with; so do get() and JSON', async () => {
  const registry = new Registry()
  const failure = new Error('no such table')
  const gauge = new Gauge({
    name: 'rows',
    help: 'h',
    registers: [registry],
    collect() {
      throw failure
    },
  })
  await expect(registry.metrics()).rejects.toBe(failure)
  await expect(registry.getMetricsAsJSON()).rejects.toBe(failure)
  await expect(gauge.get()).rejects.toBe(failure)
  gauge.collect = () => Promise.reject(failure)
  await expect(registry.metrics()).rejects.toBe(failure)
  gauge.collect = undefined
  expect(parseText(await registry.metrics())['rows']?.samples).toEqual({ 'rows{}': 0 })
})

test('gauges may be no finite number, and be one again', async () => {
  const gauge = new Gauge({ name: 'ratio', help: 'h', labelNames: ['a'] })
  gauge.set({ a: 1 }, Number.NaN)
  gauge.set({ a: 2 }, Number.POSITIVE_INFINITY)
  gauge.set({ a: 3 }, Number.NEGATIVE_INFINITY)
  gauge.set({ a: 4 }, 4)
  expect(await register.metrics()).toContain(
    'ratio{a="1"} Nan\nratio{a="2"} +Inf\nratio{a="3"} -Inf\nratio{a="4"} 4\n',
  )
  gauge.set({ a: 1 }, 1)
  gauge.remove({ a: 2 })
  expect(parseText(await register.metrics())['ratio']?.samples).toEqual({
    'ratio{a="1"}': 1,
    'ratio{a="3"}': Number.NEGATIVE_INFINITY,
    'ratio{a="4"}': 4,
  })
})

test('a content type there is not is refused', () => {
  expect(() => register.setContentType('text/html' as never)).toThrow('Content type text/html is unsupported')
  expect(() => new Registry('text/html' as never)).toThrow(TypeError)
})

test('registries of two formats are not merged', () => {
  const other = new Registry<ours.OpenMetricsContentType>(Registry.OPENMETRICS_CONTENT_TYPE)
  expect(() => Registry.merge([register, other as never])).toThrow('same content type')
})

test('methods of a bound child may be taken off it', async () => {
  const { inc } = new Counter({ name: 'hits', help: 'h', labelNames: ['a'] }).labels('x')
  inc()
  inc(2)
  expect(parseText(await register.metrics())['hits']?.samples).toEqual({ 'hits{a="x"}': 3 })
})

test('resets without number do not use up the telemetry: there are two metrics behind one', async () => {
  const counter = new Counter({ name: 'rounds', help: 'h' })
  for (let round = 0; round < 50; round++) {
    counter.inc(round)
    expect((await counter.get()).values[0]?.value).toBe(round)
    counter.reset()
  }
  const { series } = await telemetry.snapshot()
  const names = series.map(({ metric }) => metric).filter(name => name.startsWith('rounds'))
  expect(names.sort()).toEqual(['rounds', 'rounds:2'])
  const summed = new Summary({ name: 'waits', help: 'h', percentiles: [0.5] })
  for (let round = 0; round < 50; round++) {
    summed.observe(round)
    expect((await summed.get()).values.map(({ value }) => value)).toEqual([round, round, 1])
    summed.reset()
  }
})

test('more resets between two readings than are told apart lose what was counted in between, and nothing after', async () => {
  const counter = new Counter({ name: 'often', help: 'h' })
  for (let round = 0; round < 100; round++) {
    counter.inc()
    counter.reset()
  }
  expect((await counter.get()).values[0]?.value).toBe(0)
  counter.inc(7)
  expect((await counter.get()).values[0]?.value).toBe(7)
})

test('another telemetry is refused once there are metrics', () => {
  const other = createTelemetry({ service: 'other', log: false })
  expect(() => ours.useTelemetry(other)).toThrow(expect.objectContaining({ code: 'OFFLOOP_OPTION' }))
  expect(() => ours.useTelemetry(undefined as never)).toThrow(
    expect.objectContaining({ code: 'OFFLOOP_OPTION' }),
  )
  ours.useTelemetry(telemetry)
  return other.close()
})

test('metrics are part of the telemetry: objectives, queries and scrapes know them', async () => {
  const histogram = new Histogram({
    name: 'request_duration_seconds',
    help: 'Requests',
    labelNames: ['route'],
  })
  const stop = telemetry.slo({ metric: 'request_duration_seconds', objective: 'p95<60ms' })
  histogram.observe({ route: '/' }, 0.25)
  expect(await telemetry.query('request_duration_seconds')).toMatchObject({ count: 1, p95: 0.25, unit: 's' })
  const { body } = await telemetry.scrape()
  expect(body).toContain('request_duration_seconds_bucket{route="/",le="0.25"} 1\n')
  expect(body).not.toContain('seconds_seconds')
  stop()
})

test('a view that is none is refused, and harms nothing', async () => {
  const counter = new Counter({ name: 'views', help: 'h' })
  counter.inc(2)
  for (const view of [{}, { metrics: 5 }, { metrics: [null] }, { metrics: [{ generations: [{}] }] }]) {
    await expect(telemetry.view(view as never)).rejects.toThrow()
  }
  expect((await counter.get()).values[0]?.value).toBe(2)
})
