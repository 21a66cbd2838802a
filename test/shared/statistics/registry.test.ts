import { expect, test, vi } from 'vitest'
import { describeMetric, OVERFLOW_LABEL_VALUE } from '../../../src/shared/metric.ts'
import { type Metric, MetricRegistry } from '../../../src/shared/statistics/registry.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const REQUEST = describeMetric('latency', 'http_request', { labelNames: ['route', 'method'] })

function start(options: ConstructorParameters<typeof MetricRegistry>[0] = {}) {
  return new MetricRegistry({ clock: new ManualClock(), ...options })
}

test('registering again with the same shape gives the same metric, and counts', () => {
  const registry = start()
  const metric = registry.register(REQUEST)
  metric.series(['/', 'GET']).record(1, 0)
  expect(registry.register({ ...REQUEST, help: 'another text' })).toBe(metric)
  expect(metric.registrations).toBe(2)
  expect(metric.series(['/', 'GET']).total).toBe(1)
})

test.each([
  describeMetric('gauge', 'http_request', { labelNames: ['route', 'method'] }),
  describeMetric('latency', 'http_request', { unit: 's', labelNames: ['route', 'method'] }),
  describeMetric('latency', 'http_request', { labelNames: ['method', 'route'] }),
])('a name cannot mean two things: $kind in $unit by $labelNames', other => {
  const registry = start()
  registry.register(REQUEST)
  expect(() => registry.register(other)).toThrow(expect.objectContaining({ code: 'OFFLOOP_METRIC_CONFLICT' }))
  expect(registry.metric('http_request')!.registrations).toBe(1)
})

test('metrics are listed in order of registration', () => {
  const registry = start()
  for (const name of ['b', 'a', 'c', 'a']) registry.register(describeMetric('gauge', name))
  expect(registry.metrics().map(metric => metric.descriptor.name)).toEqual(['b', 'a', 'c'])
  expect(registry.metric('z')).toBeUndefined()
})

test('label values that look alike when joined are different series', () => {
  const metric = start().register(REQUEST)
  const pairs = [
    ['a,b', 'c'],
    ['a', 'b,c'],
    ['a"', '","c'],
    ['', 'a'],
    ['a', ''],
  ]
  expect(new Set(pairs.map(values => metric.series(values))).size).toBe(pairs.length)
  expect(metric.series(['a,b', 'c'])).toBe(metric.series(['a,b', 'c']))
  expect(metric.series(['a,b', 'c']).labels).toEqual({ route: 'a,b', method: 'c' })
})

test('a filter selects the series that match it all; none selects every series', () => {
  const metric = start().register(REQUEST)
  for (const values of [
    ['/a', 'GET'],
    ['/a', 'PUT'],
    ['/b', 'GET'],
  ]) {
    metric.series(values)
  }
  expect(metric.select({})).toHaveLength(3)
  expect(metric.select({ route: '/a' })).toHaveLength(2)
  expect(metric.select({ route: '/a', method: 'PUT' })).toEqual([metric.series(['/a', 'PUT'])])
  expect(metric.select({ route: '/z' })).toEqual([])
})

test('beyond the limit new series share one that says so, told once, and no sample is lost', () => {
  const onSeriesOverflow = vi.fn<(metric: Metric) => void>()
  const metric = start({ maxSeriesPerMetric: 3, onSeriesOverflow }).register(REQUEST)
  for (let index = 0; index < 100; index += 1) metric.series([`/${index}`, 'GET']).record(index, 0)
  expect(metric.allSeries).toHaveLength(4)
  expect(onSeriesOverflow.mock.calls).toEqual([[metric]])
  const overflow = metric.allSeries[3]!
  expect(overflow.isOverflow).toBe(true)
  expect(overflow.labels).toEqual({ route: OVERFLOW_LABEL_VALUE, method: OVERFLOW_LABEL_VALUE })
  expect(overflow.total).toBe(97)
  expect(metric.allSeries.reduce((total, series) => total + series.total, 0)).toBe(100)
  expect(metric.series(['/0', 'GET']).isOverflow).toBe(false)
})

test('label values that read like those of the overflow series are a series like any other', () => {
  const metric = start().register(REQUEST)
  const values = [OVERFLOW_LABEL_VALUE, OVERFLOW_LABEL_VALUE]
  const chosen = metric.series(values)
  const overflow = metric.series(values, true)
  expect([chosen.isOverflow, overflow.isOverflow]).toEqual([false, true])
  expect([metric.series(values), metric.series(values, true)]).toEqual([chosen, overflow])
  expect(metric.allSeries).toEqual([chosen, overflow])
})

test('record by name: by label object, with the clock, and as increments for counters', () => {
  const clock = new ManualClock(70_000)
  const registry = start({ clock })
  const metric = registry.register(REQUEST)
  registry.register(describeMetric('counter', 'hits'))
  registry.record('http_request', 12, { method: 'GET', route: '/' })
  registry.record('hits', 2)
  registry.record('hits', 3)
  expect(metric.series(['/', 'GET']).lastTimeMs).toBe(70_000)
  expect(registry.metric('hits')!.series([]).total).toBe(5)
  expect(() => registry.record('http_request', 1)).toThrow(
    expect.objectContaining({ code: 'OFFLOOP_LABEL_MISSING' }),
  )
})

test('an unknown name is refused, with the one that was probably meant', () => {
  const registry = start()
  registry.register(REQUEST)
  expect(() => registry.record('http_reqest', 1)).toThrow(
    /OFFLOOP_METRIC_UNKNOWN.*did you mean "http_request"/,
  )
  expect(() => registry.record('zebra', 1)).toThrow(/OFFLOOP_METRIC_UNKNOWN.*register it first\./)
})

test('options out of range are refused at once', () => {
  expect(() => start({ windowCapacity: 0 })).toThrow(expect.objectContaining({ code: 'OFFLOOP_WINDOW_SIZE' }))
  for (const maxSeriesPerMetric of [0, -1, 1.5, Number.NaN, 1e9]) {
    expect(() => start({ maxSeriesPerMetric })).toThrow(expect.objectContaining({ code: 'OFFLOOP_OPTION' }))
  }
})

test('a registry works with no options at all', () => {
  const registry = new MetricRegistry()
  registry.register(describeMetric('gauge', 'heap_used', { unit: 'bytes' }))
  registry.record('heap_used', 1e8)
  expect(registry.metric('heap_used')!.series([]).last).toBe(1e8)
})

test('a thousand registered series without samples hold no samples memory', () => {
  const metric = start().register(REQUEST)
  for (let index = 0; index < 1_000; index += 1) metric.series([`/${index}`, 'GET'])
  expect(metric.bytes).toBe(0)
})
