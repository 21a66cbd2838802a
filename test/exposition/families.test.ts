import { expect, test } from 'vitest'
import { type Family, familiesOf, pointValue } from '../../src/exposition/families.ts'
import { MergedSeries } from '../../src/exposition/merged-series.ts'
import type { ExportSeries } from '../../src/shared/extension/extension.ts'
import type { MetricDefinition } from '../../src/shared/metric.ts'
import { hostForTest } from '../support/extension-host.ts'

/** A registry with these metrics, each with its series recorded once. */
function exported(
  metrics: readonly (MetricDefinition & { records: readonly [Record<string, string>, number][] })[],
  options?: Parameters<typeof familiesOf>[1],
) {
  const { host, registry } = hostForTest()
  for (const { records, ...definition } of metrics) {
    registry.register(definition)
    for (const [labels, value] of records) registry.record(definition.name, value, labels)
  }
  return familiesOf(host.collect(), options)
}

const shapes = (families: readonly Family[]) =>
  families.map(({ name, type, unit, points }) => [name, type, unit, points.length])
const values = (family: Family | undefined) =>
  Object.fromEntries(
    (family?.points ?? []).map(point => [
      point.labels.map(([name, value]) => `${name}=${value}`).join(),
      pointValue(point),
    ]),
  )

test('kinds become types, units base units, and values are divided to match', () => {
  const { families, collisions } = exported([
    { name: 'http_request', kind: 'latency', unit: 'ms', records: [[{}, 250]] },
    { name: 'cpu', kind: 'gauge', unit: 'percent', records: [[{}, 50]] },
    { name: 'hits', kind: 'counter', unit: '{hits}', records: [[{}, 3]] },
  ])
  expect(shapes(families)).toEqual([
    ['http_request_seconds', 'histogram', 'seconds', 1],
    ['cpu_ratio', 'gauge', 'ratio', 1],
    ['hits', 'counter', '', 1],
  ])
  expect(families.slice(1).map(family => pointValue(family.points[0]!))).toEqual([0.5, 3])
  expect(families[0]!.points[0]!.divisor).toBe(1_000)
  expect(collisions).toEqual([])
})

test('a hint says name, type and unit; its times are converted, other values are what it says', () => {
  const { families } = exported([
    {
      name: 'a',
      kind: 'latency',
      unit: 'ms',
      exported: { name: 'http.server.request.duration', unit: 's' },
      records: [[{}, 1]],
    },
    {
      name: 'b',
      kind: 'latency',
      unit: 'ms',
      exported: { name: 'rpc.duration', unit: 'ms' },
      records: [[{}, 1]],
    },
    {
      name: 'c',
      kind: 'gauge',
      exported: { name: 'body.size', unit: 'By', instrument: 'histogram' },
      buckets: [10],
      records: [[{}, 1]],
    },
    {
      name: 'd',
      kind: 'gauge',
      exported: { name: 'seen', unit: '', instrument: 'counter' },
      records: [[{}, 7]],
    },
    { name: 'e', kind: 'counter', exported: { instrument: 'histogram' }, records: [[{}, 7]] },
  ])
  expect(shapes(families)).toEqual([
    ['http_server_request_duration_seconds', 'histogram', 'seconds', 1],
    ['rpc_duration_milliseconds', 'histogram', 'milliseconds', 1],
    ['body_size_bytes', 'histogram', 'bytes', 1],
    ['seen', 'counter', '', 1],
    ['e', 'counter', '', 1],
  ])
  expect(families.map(({ points }) => points[0]!.divisor)).toEqual([1_000, 1, 1, 1, 1])
  expect(pointValue(families[3]!.points[0]!)).toBe(7)
})

test('metrics of one exported name are one family, absent labels left out', () => {
  const hints = { name: 'jobs', unit: '' }
  const { families, collisions } = exported([
    { name: 'jobs', kind: 'counter', labelNames: ['queue'], exported: hints, records: [[{ queue: 'a' }, 1]] },
    {
      name: 'jobs:2',
      kind: 'counter',
      labelNames: ['queue', 'kind'],
      exported: hints,
      records: [
        [{ queue: 'a', kind: 'x' }, 2],
        [{ queue: 'b', kind: '' }, 3],
      ],
    },
  ])
  expect(families).toHaveLength(1)
  expect(values(families[0])).toEqual({ 'queue=a': 1, 'queue=a,kind=x': 2, 'queue=b': 3 })
  expect(collisions).toEqual([])
})

test('histograms of one name whose bounds differ are no sum: the first stands, whole, and the other is named', () => {
  const wait = { kind: 'gauge', exported: { name: 'wait', unit: '', instrument: 'histogram' } } as const
  const { families, collisions } = exported([
    { ...wait, name: 'wait', buckets: [1, 10], records: [[{}, 5]] },
    { ...wait, name: 'wait:2', buckets: [1, 10], records: [[{}, 7]] },
    { ...wait, name: 'wait:3', buckets: [2, 20], records: [[{}, 1_000]] },
  ])
  const { series } = families[0]!.points[0]!.series[0]!
  expect([[...series.buckets!.counts], series.total, series.totalSum]).toEqual([[0, 2, 0], 2, 12])
  expect(collisions).toEqual([{ metric: 'wait:3', name: 'wait', reason: 'labels', count: 1 }])
})

test('many metrics in a row that count on in each other’s place cost no more than they are', () => {
  let reads = 0
  const seriesAt = (timeMs: number) =>
    ({
      last: timeMs,
      get lastTimeMs() {
        reads += 1
        return timeMs
      },
    }) as unknown as ExportSeries
  const times = Array.from({ length: 30 }, (_, index) => 100 - index)
  const merged = times.map(seriesAt).reduce((first, second) => new MergedSeries(first, second))
  expect([merged.lastTimeMs, merged.last]).toEqual([100, 100])
  expect(reads).toBeLessThan(30 * 30 * 2)
})

test('what goes both ways is the difference of two counters', () => {
  const hints = { name: 'open', instrument: 'updown', unit: '' } as const
  const { families } = exported([
    { name: 'open', kind: 'counter', exported: hints, records: [[{}, 5]] },
    { name: 'open:down', kind: 'counter', exported: { ...hints, isNegative: true }, records: [[{}, 2]] },
  ])
  expect(shapes(families)).toEqual([['open', 'updown', '', 1]])
  expect(values(families[0])).toEqual({ '': 3 })
})

test('of what would collide the first stands, and the rest is named', () => {
  const { families, collisions } = exported(
    [
      { name: 'a.b', kind: 'counter', labelNames: ['x', 'y'], records: [[{ x: '1', y: '2' }, 1]] },
      // The same labels in another order, under a name that becomes the same.
      {
        name: 'a_b',
        kind: 'counter',
        labelNames: ['y', 'x'],
        records: [
          [{ y: '2', x: '1' }, 9],
          [{ y: '3', x: '1' }, 4],
        ],
      },
      { name: 'a:b', kind: 'gauge', exported: { name: 'a-b' }, records: [[{}, 1]] },
      { name: 't', kind: 'latency', unit: 's', records: [[{}, 1]] },
      { name: 't_seconds_count', kind: 'gauge', records: [[{}, 1]] },
      { name: 'target', kind: 'gauge', exported: { name: 'target_info' }, records: [[{}, 1]] },
    ],
    { reserved: ['target_info'] },
  )
  expect(shapes(families)).toEqual([
    ['a_b', 'counter', '', 2],
    ['t_seconds', 'histogram', 'seconds', 1],
  ])
  expect(values(families[0])).toEqual({ 'x=1,y=2': 1, 'y=3,x=1': 4 })
  expect(collisions).toEqual([
    { metric: 'a_b', name: 'a_b', reason: 'labels', count: 1 },
    { metric: 'a:b', name: 'a_b', reason: 'type', count: 1 },
    { metric: 't_seconds_count', name: 't_seconds_count', reason: 'name', count: 1 },
    { metric: 'target', name: 'target_info', reason: 'name', count: 1 },
  ])
})

test('labels are made valid; those that become one are joined, those of the format are renamed', () => {
  const { families } = exported([
    {
      name: 't',
      kind: 'latency',
      labelNames: ['http.route', 'http_route', 'le', 'gone'],
      records: [[{ 'http.route': 'a', http_route: 'b', le: '5', gone: '' }, 1]],
    },
    {
      name: 'g',
      kind: 'gauge',
      labelNames: ['a', 'b'],
      exported: { labelNames: ['le', '__name__'] },
      records: [[{ a: '1', b: '\ud800' }, 1]],
    },
  ])
  expect(families[0]!.points[0]!.labels).toEqual([
    ['http_route', 'a;b'],
    ['exported_le', '5'],
  ])
  expect(families[1]!.points[0]!.labels).toEqual([
    ['le', '1'],
    ['_name_', '\ufffd'],
  ])
})

test('instrumentation scopes keep series of one name apart, unless they are not wanted', () => {
  const metric = (name: string, scope: string) => ({
    name,
    kind: 'counter' as const,
    exported: { name: 'n', scope: { name: scope, version: '1' } },
    records: [[{}, 1]] as [Record<string, string>, number][],
  })
  const metrics = [metric('n', 'one'), metric('n:2', 'two')]
  expect(values(exported(metrics).families[0])).toEqual({
    'otel_scope_name=one,otel_scope_version=1': 1,
    'otel_scope_name=two,otel_scope_version=1': 1,
  })
  const { collisions } = exported(metrics, { hasScopeLabels: false })
  expect(collisions).toEqual([{ metric: 'n:2', name: 'n', reason: 'labels', count: 1 }])
})

test('quantiles of the window are a summary of their own, where its name is free', () => {
  const { families, collisions } = exported(
    [
      { name: 't', kind: 'latency', unit: 'ms', records: [[{}, 1]] },
      { name: 'u', kind: 'latency', unit: 'ms', records: [[{}, 1]] },
      { name: 'u_window', kind: 'gauge', unit: 's', records: [[{}, 1]] },
      { name: 's', kind: 'gauge', exported: { instrument: 'summary', quantiles: [0.5] }, records: [[{}, 1]] },
    ],
    { windowQuantiles: [0.5, 0.99] },
  )
  expect(families.map(({ name, type, quantiles }) => [name, type, quantiles])).toEqual([
    ['t_seconds', 'histogram', undefined],
    ['t_window_seconds', 'summary', [0.5, 0.99]],
    ['u_seconds', 'histogram', undefined],
    ['u_window_seconds', 'gauge', undefined],
    ['s', 'summary', [0.5]],
  ])
  expect(collisions).toEqual([{ metric: 'u', name: 'u_window_seconds', reason: 'name', count: 1 }])
})

test("metrics of one exported name count on in each other's place: equal labels are one series", () => {
  const metric = (name: string, definition: Omit<MetricDefinition, 'name'>, value: number) => {
    const { exported: hints = {}, ...others } = definition
    const records: [Record<string, string>, number][] = [[{ a: 'x' }, value]]
    return { ...others, name, labelNames: ['a'], exported: { name: name.split(':')[0]!, ...hints }, records }
  }
  const histogram = { kind: 'gauge', buckets: [1, 2], exported: { instrument: 'histogram' } } as const
  const { families, collisions } = exported([
    metric('hits', { kind: 'counter' }, 3),
    metric('hits:2', { kind: 'counter' }, 4),
    metric('hits:3', { kind: 'counter', exported: { scope: { name: 'other' } } }, 5),
    metric('size', histogram, 0.5),
    metric('size:2', histogram, 1.5),
    metric('size:3', histogram, 8),
    metric('level', { kind: 'gauge' }, 1),
    metric('level:2', { kind: 'gauge' }, 2),
  ])
  expect(collisions).toEqual([])
  const [hits, size, level] = families
  expect(values(hits)).toEqual({ 'a=x': 7, 'a=x,otel_scope_name=other': 5 })
  const { series } = size!.points[0]!.series[0]!
  expect([series.total, series.totalSum]).toEqual([3, 10])
  expect(series.buckets).toMatchObject({ bounds: [1, 2], counts: new Float64Array([1, 1, 1]) })
  expect(series.distribution().count).toBe(3)
  expect(series.quantiles([1])).toEqual([8])
  expect([series.exemplars, series.isOverflow, series.labels]).toEqual([[], false, { a: 'x' }])
  expect(values(level)).toEqual({ 'a=x': 2 })
})
