import { expect, test } from 'vitest'
import { answerView } from '../../src/exposition/prom-client-view.ts'
import type { View, ViewMetric } from '../../src/shared/prom-client/view.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { hostForTest } from '../support/extension-host.ts'

const METRIC: ViewMetric = {
  name: 'hits',
  help: 'Hits',
  type: 'counter',
  labelNames: ['a'],
  generations: ['hits', 'hits:2'],
  bounds: [],
  quantiles: [],
  hidesEmpty: false,
  exceptions: [],
}

function viewOf(metric: Partial<ViewMetric>, more: Partial<View> = {}): View {
  return { metrics: [{ ...METRIC, ...metric }], format: 'points', defaultLabels: [], ...more }
}

function counterHost() {
  const { host, registry } = hostForTest()
  for (const name of ['hits', 'hits:2']) registry.register({ kind: 'counter', name, labelNames: ['a'] })
  return { host, registry }
}

test('generations are added up, less their baselines', async () => {
  const { host, registry } = counterHost()
  registry.record('hits', 5, { a: 'x' })
  registry.record('hits:2', 2, { a: 'x' })
  const baselines = [{ count: 3, sum: 3, counts: [] }]
  const exceptions = [{ values: ['x'], isShown: true, baselines }]
  const { points } = await answerView(host, viewOf({ exceptions }))
  expect(points).toEqual([[{ values: ['x'], value: 4, count: 4, counts: [], quantiles: [] }]])
})

test('what is not settled is told, and does not count', async () => {
  const { host, registry } = counterHost()
  registry.record('hits', 5, { a: 'x' })
  registry.record('hits', 7, { a: 'y' })
  registry.record('hits:2', 2, { a: 'y' })
  const exceptions = [
    { values: ['x'], isShown: false, baselines: ['settle' as const] },
    { values: ['y'], isShown: true, baselines: ['settle' as const] },
    { values: ['z'], isShown: true, baselines: [] },
  ]
  const { points, settled } = await answerView(host, viewOf({ exceptions }))
  expect(points[0]?.map(({ values, value }) => [values[0], value])).toEqual([
    ['y', 2],
    ['z', 0],
  ])
  expect(settled).toEqual([
    { metricIndex: 0, exceptionIndex: 0, generation: 0, figures: { count: 5, sum: 5, counts: [] } },
    { metricIndex: 0, exceptionIndex: 1, generation: 0, figures: { count: 7, sum: 7, counts: [] } },
  ])
})

test('removed label values come back with what other threads count since', async () => {
  const { host, registry } = counterHost()
  registry.record('hits', 5, { a: 'x' })
  const baselines = [{ count: 5, sum: 5, counts: [] }]
  const view = viewOf({ exceptions: [{ values: ['x'], isShown: false, baselines }] })
  expect((await answerView(host, view)).points).toEqual([[]])
  registry.record('hits', 1, { a: 'x' })
  expect((await answerView(host, view)).points[0]).toMatchObject([{ values: ['x'], value: 1 }])
})

test('quantiles after a reset are of what came since', async () => {
  const { host, registry } = hostForTest()
  registry.register({ kind: 'gauge', name: 'wait' })
  const metric: Partial<ViewMetric> = {
    type: 'summary',
    labelNames: [],
    generations: ['wait'],
    quantiles: [0, 0.5, 1],
  }
  for (let value = 1; value <= 5_000; value++) registry.record('wait', value)
  const baselines = [{ count: 5_000, sum: 12_502_500, counts: [] }]
  const exceptions = [{ values: [], isShown: true, baselines }]
  const quantiles = async () => (await answerView(host, viewOf({ ...metric, exceptions }))).points[0]?.[0]
  expect(await quantiles()).toMatchObject({ count: 0, quantiles: [] })
  for (let value = 1; value <= 12_000; value++) {
    registry.record('wait', -value)
    if (value === 3) expect(await quantiles()).toMatchObject({ count: 3, quantiles: [-3, -2, -1] })
    if (value === 2_001)
      expect(await quantiles()).toMatchObject({ count: 2_001, quantiles: [-2_001, -1_001, -1] })
  }
  expect(await quantiles()).toMatchObject({ count: 12_000, quantiles: [-12_000, -7_001, -2_001] })
})

test('default labels give way, and texts are escaped', async () => {
  const { host, registry } = counterHost()
  registry.record('hits', 1, { a: 'a "b"\\\nc' })
  const view = viewOf(
    { help: 'Hits\\\nall "of" them' },
    {
      format: 'text',
      defaultLabels: [
        ['a', 'none'],
        ['place', 'here'],
      ],
    },
  )
  expect((await answerView(host, view)).body).toBe(
    '# HELP hits Hits\\\\\\nall "of" them\n# TYPE hits counter\nhits{a="a \\"b\\"\\\\\\nc",place="here"} 1',
  )
})

test('the aggregator has its turns while many series are read', async () => {
  const { host, registry } = counterHost()
  for (let series = 0; series < 1_000; series++) registry.record('hits', 1, { a: String(series) })
  let pauses = 0
  const pausing = {
    collect: () => host.collect(),
    pause: async () => {
      pauses++
      await host.pause()
    },
  }
  const { points } = await answerView(pausing, viewOf({}))
  expect(points[0]).toHaveLength(1_000)
  expect(pauses).toBeGreaterThanOrEqual(2)
})

test('metrics that the aggregator does not know yet are there, without values', async () => {
  const { host } = hostForTest()
  const { body } = await answerView(host, viewOf({}, { format: 'text' }))
  expect(body).toBe('# HELP hits Hits\n# TYPE hits counter')
})

test('a long text is written with rests in between, and is the same', async () => {
  const registry = new MetricRegistry({ maxSeriesPerMetric: 2_000 })
  const { host } = hostForTest({ registry })
  const bounds = Array.from({ length: 17 }, (_, index) => index + 1)
  registry.register({ kind: 'gauge', name: 'size', labelNames: ['a'], buckets: bounds })
  for (let index = 0; index < 2_000; index++) registry.record('size', index % 20, { a: `${index}` })
  let pauses = 0
  const pausing = {
    collect: () => host.collect(),
    pause: async () => {
      pauses++
      await host.pause()
    },
  }
  const size = { name: 'size', type: 'histogram', generations: ['size'], bounds } as const
  const { body } = await answerView(pausing, viewOf(size, { format: 'text' }))
  // 20 lines each, HELP and TYPE.
  const lines = body.split('\n')
  expect(lines).toHaveLength(2_000 * 20 + 2)
  expect(lines.filter(line => /^size_(?:bucket|sum|count)\{/.test(line))).toHaveLength(2_000 * 20)
  // Each after 500 series that were read, and after 4,000 lines that were written.
  expect(pauses).toBeGreaterThanOrEqual(4 + 9)
})
