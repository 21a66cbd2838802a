/** Names, labels and shapes of what is measured: those of OpenTelemetry's semantic conventions, and what exporters make of
 *  them. */
import * as conventions from '@opentelemetry/semantic-conventions/incubating'
import { beforeAll, expect, test } from 'vitest'
import { createTelemetry, type SeriesSnapshot } from '../../src/index.ts'

/** What Node or V8 tells, and the conventions have no name for. */
const OWN = ['v8js.memory.heap.size_limit', 'v8js.memory.external']
const isOf = (name: string) => /^(?:nodejs|v8js|process)\./.test(name)
const known = (prefix: string): Set<unknown> =>
  new Set(Object.entries(conventions).flatMap(([key, value]) => (key.startsWith(prefix) ? [value] : [])))

let series: readonly SeriesSnapshot[] = []
let body = ''

beforeAll(async () => {
  const telemetry = createTelemetry({ service: 'named', log: false, runtime: { intervalMs: 100 } })
  await telemetry.ready
  const last = ['nodejs.eventloop.delay.p99', 'process.cpu.utilization']
  const isWhole = () => last.every(name => series.some(({ metric }) => metric === name))
  while (!isWhole()) {
    await new Promise(resolve => setTimeout(resolve, 20))
    series = (await telemetry.snapshot()).series
  }
  body = (await telemetry.scrape('application/openmetrics-text')).body
  await telemetry.close()
})

test('every metric goes by its name in the conventions, but for those that have none', () => {
  const metrics = [...new Set(series.map(({ metric }) => metric))].filter(isOf)
  const names = known('METRIC_')
  expect(metrics.filter(name => !names.has(name)).sort()).toEqual([...OWN].sort())
  expect(metrics.length).toBeGreaterThan(20)
})

test('so does every label', () => {
  const labels = new Set(series.filter(({ metric }) => isOf(metric)).flatMap(one => Object.keys(one.labels)))
  const names = known('ATTR_')
  expect([...labels].filter(name => !names.has(name))).toEqual([])
})

test('and the values of labels, but for spaces and resources that were added since', () => {
  const values = (label: string) => [
    ...new Set(series.flatMap(({ labels }) => (label in labels ? [labels[label]] : []))),
  ]
  expect(values('nodejs.eventloop.state').sort()).toEqual(['active', 'idle'])
  expect(values('cpu.mode').sort()).toEqual(['system', 'user'])
  const gcTypes = known('V8JS_GC_TYPE_VALUE_')
  expect(values('v8js.gc.type').every(type => gcTypes.has(type))).toBe(true)
  expect(values('v8js.heap.space.name')).toEqual(expect.arrayContaining(['new_space', 'old_space']))
  expect(values('v8js.resource.type'), 'its own means are not counted').not.toContain('IntervalHistogram')
})

test('none is left out of a scrape for another of the same name, and their types are right', () => {
  const types = Object.fromEntries(
    [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type]),
  )
  expect(types).toMatchObject({
    nodejs_eventloop_delay_p99_seconds: 'gauge',
    nodejs_eventloop_utilization_ratio: 'gauge',
    nodejs_eventloop_time_seconds: 'counter',
    v8js_memory_heap_used_bytes: 'gauge',
    v8js_memory_heap_limit_bytes: 'gauge',
    v8js_memory_heap_space_size_bytes: 'gauge',
    v8js_resource_active: 'gauge',
    process_cpu_time_seconds: 'counter',
    process_cpu_utilization_ratio: 'gauge',
    process_memory_usage_bytes: 'gauge',
    process_uptime_seconds: 'gauge',
    process_paging_faults: 'counter',
  })
  const scraped = Object.keys(types).filter(name => /^(?:nodejs|v8js|process)_/.test(name))
  expect(scraped).toHaveLength(new Set(series.map(({ metric }) => metric)).size)
})
