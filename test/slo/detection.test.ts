import { describe, expect, test } from 'vitest'
import { describeMetric } from '../../src/shared/metric.ts'
import type { SLODefinition } from '../../src/shared/slo/definition.ts'
import { sloPresets } from '../../src/shared/slo/presets.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import type { Comparison, StatisticName } from '../../src/shared/topics.ts'
import { SLOMonitor } from '../../src/slo/monitor.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { ECHO_P95, METRICS, monitored } from './monitored.ts'

test('a violation says everything there is to know, returned and published alike', () => {
  const { monitor, fill, violations, clock } = monitored([ECHO_P95])
  fill('echo', 83.2)
  clock.advance(1_234)
  const returned = monitor.checkAll()
  expect(returned).toEqual([
    {
      slo: 'echo p95<60ms',
      metric: 'echo',
      labels: {},
      percentile: 'p95',
      op: '<',
      threshold: 60,
      actual: 83.2,
      unit: 'ms',
      count: 20,
      window: 'rolling',
      exact: true,
      suppressed: 0,
      timestamp: clock.originEpochMs + 1_234,
    },
  ])
  expect(violations).toEqual(returned)
})

test('within the threshold nothing is said, however often it is checked', () => {
  const { monitor, fill, violations, recoveries } = monitored([ECHO_P95])
  fill('echo', 59.9)
  for (let check = 0; check < 5; check += 1) expect(monitor.checkAll()).toEqual([])
  expect([violations, recoveries]).toEqual([[], []])
})

test.each<[Comparison, number, boolean]>([
  ['<', 59.999, true],
  ['<', 60, false],
  ['<=', 60, true],
  ['<=', 60.001, false],
  ['>', 60.001, true],
  ['>', 60, false],
  ['>=', 60, true],
  ['>=', 59.999, false],
])('p95 %s 60 at %d: holds is %s', (op, actual, isHolding) => {
  const { monitor, fill } = monitored([{ metric: 'echo', percentile: 'p95', threshold: 60, op }])
  fill('echo', actual)
  expect(monitor.checkAll()).toHaveLength(isHolding ? 0 : 1)
})

test.each<[StatisticName, number]>([
  ['p50', 10],
  ['p95', 19],
  ['p99.9', 20],
  ['avg', 10.5],
  ['min', 1],
  ['max', 20],
  ['sum', 210],
  ['count', 20],
  ['value', 20],
])('%s of 1 to 20 is judged as %d', (percentile, actual) => {
  const { monitor, registry } = monitored([{ metric: 'echo', percentile, threshold: 0 }])
  for (let value = 1; value <= 20; value += 1) registry.record('echo', value)
  expect(monitor.checkAll()).toEqual([expect.objectContaining({ percentile, actual })])
})

test("a threshold is given in the metric's unit, whatever unit it was written in", () => {
  const { monitor, registry, fill } = monitored([
    { metric: 'heap', objective: 'value<500MB' },
    { metric: 'echo', objective: 'p50<0.03s' },
  ])
  registry.record('heap', 600e6)
  fill('echo', 31)
  expect(monitor.checkAll()).toEqual([
    expect.objectContaining({ threshold: 500e6, unit: 'bytes', actual: 600e6 }),
    expect.objectContaining({ threshold: 30, unit: 'ms', actual: 31 }),
  ])
})

test('several SLOs in breach at once all speak', () => {
  const { monitor, fill } = monitored([
    ECHO_P95,
    { metric: 'echo', objective: 'p50<30ms' },
    { metric: 'render', objective: 'p50<60ms' },
  ])
  fill('echo', 100)
  fill('render', 100)
  expect(monitor.checkAll().map(({ slo }) => slo)).toEqual([
    'echo p95<60ms',
    'echo p50<30ms',
    'render p50<60ms',
  ])
})

describe('no data is no violation', () => {
  test.each<[string, SLODefinition]>([
    ['no samples', ECHO_P95],
    ['no samples of a gauge', { metric: 'heap', objective: 'value>1MB' }],
    ['no increments', { metric: 'errors', objective: 'value>10' }],
    ['nothing divided by nothing', { metric: 'errors', objective: 'ratio>1%', total: 'requests' }],
    ['no such metric', { metric: 'unheard_of', objective: 'p95<60ms' }],
    ['no such total', { metric: 'errors', objective: 'ratio>1%', total: 'unheard_of' }],
    ['no series with these labels', { metric: 'http', objective: 'p95>60ms', labels: { route: '/none' } }],
  ])('%s', (_, definition) => {
    const { monitor, lines } = monitored([definition])
    expect(monitor.checkAll()).toEqual([])
    expect(monitor.statuses()).toEqual([expect.objectContaining({ state: 'no-data', actual: undefined })])
    expect(lines).toEqual([])
  })

  test('fewer samples than minSamples are none; as many are enough', () => {
    const { monitor, registry } = monitored([{ ...ECHO_P95, minSamples: 5 }])
    for (let count = 0; count < 4; count += 1) registry.record('echo', 100)
    expect(monitor.checkAll()).toEqual([])
    expect(monitor.statuses()[0]?.state).toBe('no-data')
    registry.record('echo', 100)
    expect(monitor.checkAll()).toHaveLength(1)
  })

  test('values that are no numbers never violate', () => {
    const { monitor, registry } = monitored([ECHO_P95])
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      registry.record('echo', value)
    expect(monitor.checkAll()).toEqual([])
  })

  test('with minSamples 0 a silence is judged: a throughput floor is missed by nothing', () => {
    const { monitor } = monitored([{ metric: 'echo', objective: 'count>10', minSamples: 0 }])
    expect(monitor.checkAll()).toEqual([expect.objectContaining({ actual: 0, count: 0 })])
  })
})

test('an SLO on a metric that is registered later is judged from then on, its unit converted', () => {
  const { monitor, registry } = monitored([{ metric: 'late', objective: 'p95<60ms' }])
  expect(monitor.checkAll()).toEqual([])
  registry.register(describeMetric('latency', 'late', { unit: 's' }))
  registry.record('late', 0.1)
  expect(monitor.checkAll()).toEqual([expect.objectContaining({ threshold: 0.06, actual: 0.1, unit: 's' })])
})

test('the interactive preset finds each of its figures missed', () => {
  const clock = new ManualClock()
  const registry = new MetricRegistry({ clock })
  for (const name of ['input_to_echo', 'input_to_render', 'startup_time'])
    registry.register(describeMetric('latency', name))
  registry.register(describeMetric('gauge', 'frame_rate', { unit: 'hz' }))
  registry.register(describeMetric('gauge', 'memory_used', { unit: 'bytes' }))
  const monitor = new SLOMonitor(registry, sloPresets.interactive, () => {})
  registry.record('frame_rate', 60)
  expect(monitor.checkAll()).toEqual([])
  for (const [name, value] of [
    ['input_to_echo', 60],
    ['input_to_render', 150],
    ['startup_time', 2_000],
    ['frame_rate', 59.9],
    ['memory_used', 5e8],
  ] as const) {
    registry.record(name, value)
  }
  expect(monitor.checkAll().map(({ slo }) => slo)).toEqual(
    sloPresets.interactive.map(({ metric, objective }) => `${metric} ${objective?.replace(/[()]/g, '')}`),
  )
})

test.each<[string, unknown, string, string]>([
  ['no array', {}, 'OFFLOOP_SLO_DEFINITION', 'slos'],
  [
    'a wrong field',
    [ECHO_P95, { ...ECHO_P95, minSamples: -1 }],
    'OFFLOOP_SLO_DEFINITION',
    'slos[1].minSamples',
  ],
  [
    'an unreadable objective',
    [{ metric: 'echo', objective: 'p95<' }],
    'OFFLOOP_OBJECTIVE',
    'slos[0].objective, column 5',
  ],
  [
    'a unit of something else',
    [{ metric: 'echo', objective: 'p95<5MB' }],
    'OFFLOOP_OBJECTIVE',
    'slos[0].objective',
  ],
  [
    'a label the metric lacks',
    [{ ...ECHO_P95, labels: { route: '/a' } }],
    'OFFLOOP_SLO_DEFINITION',
    'slos[0].labels.route',
  ],
  ['the same name twice', [ECHO_P95, ECHO_P95], 'OFFLOOP_SLO_DEFINITION', 'slos[1].name'],
])('a definition with %s is refused when the monitor is made', (_, definitions, code, at) => {
  const registry = new MetricRegistry({ clock: new ManualClock() })
  for (const descriptor of METRICS) registry.register(descriptor)
  expect(() => new SLOMonitor(registry, definitions as SLODefinition[])).toThrow(
    expect.objectContaining({ code, details: expect.objectContaining({ at }) }),
  )
})
