import { setImmediate as turn } from 'node:timers/promises'
import * as promClient from 'prom-client'
import { afterAll, expect, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import * as ours from '../../src/prom-client/index.ts'
import { type Family, parseText } from './exposition.ts'

const telemetry = createTelemetry({ service: 'default-metrics', log: false })
ours.useTelemetry(telemetry)

afterAll(() => telemetry.close())

type Client = typeof promClient

/** Collected twice: some metrics are known a turn of the loop after they were asked for. */
async function familiesOf(client: Client, options: object = {}): Promise<Record<string, Family>> {
  const register = new client.Registry()
  client.collectDefaultMetrics({ register, ...options })
  await register.metrics()
  await turn()
  return parseText(await register.metrics())
}

/** Everything but what depends on the moment: values, which resources are open, which collections there were. */
function shapesOf(families: Record<string, Family>): unknown {
  const momentary = /^(?:my_)?nodejs_(?:active_(?:resources|handles|requests)|gc_duration_seconds)$/
  return Object.entries(families).map(([name, { help, type, samples }]) => {
    const labels = momentary.test(name) ? [] : Object.keys(samples).sort()
    return [name, help, type, labels]
  })
}

test('names, helps, types and labels are those of prom-client, in its order', async () => {
  const own = await familiesOf(ours as unknown as Client)
  expect(shapesOf(own)).toEqual(shapesOf(await familiesOf(promClient)))
  expect(ours.collectDefaultMetrics.metricsList).toEqual(promClient.collectDefaultMetrics.metricsList)
})

test('so they are with a prefix and labels', async () => {
  const options = { prefix: 'my_', labels: { place: 'here' } }
  const own = await familiesOf(ours as unknown as Client, options)
  expect(shapesOf(own)).toEqual(shapesOf(await familiesOf(promClient, options)))
})

test('aggregators are the same', async () => {
  const read = async (client: Client) => {
    const register = new client.Registry()
    client.collectDefaultMetrics({ register })
    return (await register.getMetricsAsJSON()).map(({ name, aggregator }) => [name, aggregator])
  }
  expect(await read(ours as unknown as Client)).toEqual(await read(promClient))
})

test('values are those of this process', async () => {
  const { rss } = process.memoryUsage()
  const families = await familiesOf(ours as unknown as Client)
  const value = (name: string) => families[name]?.samples[`${name}{}`] ?? Number.NaN
  const [user, system] = [value('process_cpu_user_seconds_total'), value('process_cpu_system_seconds_total')]
  expect(value('process_cpu_seconds_total')).toBeCloseTo(user + system, 9)
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(rss / 3)
  expect(value('process_resident_memory_bytes')).toBeLessThan(rss * 3)
  expect(value('process_start_time_seconds')).toBeCloseTo(Date.now() / 1_000 - process.uptime(), -1)
  expect(value('nodejs_heap_size_used_bytes')).toBeLessThan(value('nodejs_heap_size_total_bytes'))
  expect(value('nodejs_eventloop_lag_seconds')).toBeGreaterThan(0)
  expect(families['nodejs_version_info']?.samples).toEqual({
    [versionKey()]: 1,
  })
})

test('every garbage collection is counted', async () => {
  const register = new ours.Registry()
  ours.collectDefaultMetrics({ register, gcDurationBuckets: [1, 60] })
  const gc = register.getSingleMetric('nodejs_gc_duration_seconds') as ours.Histogram<'kind' | 'le'>
  let garbage: unknown[] = []
  const count = async () => {
    const { values } = await gc.get()
    const counts = values.filter(({ labels }) => labels.le === '+Inf')
    return counts.reduce((sum, { value }) => sum + value, 0)
  }
  while ((await count()) < 2) {
    garbage = Array.from({ length: 100_000 }, (_, index) => ({ index, garbage: garbage.length }))
    await turn()
  }
  const kinds = (await gc.get()).values.map(({ labels }) => labels.kind)
  expect(['major', 'minor', 'incremental', 'weakcb']).toEqual(expect.arrayContaining([...new Set(kinds)]))
})

test('what is no configuration is refused', () => {
  expect(() => ours.collectDefaultMetrics('all' as never)).toThrow(
    'config must be null, undefined, or an object',
  )
  expect(() => ours.collectDefaultMetrics({ register: new ours.Registry(), labels: { 'a-b': 1 } })).toThrow(
    'Invalid label name',
  )
})

function versionKey(): string {
  const [major, minor, patch] = process.version.slice(1).split('.')
  const labels = { major, minor, patch, version: process.version }
  const shown = Object.entries(labels).map(([name, text]) => `${name}="${text}"`)
  return `nodejs_version_info{${shown.sort().join(',')}}`
}
