import { expect, test } from 'vitest'
import { describeMetric, type MetricKind } from '../../../src/shared/metric.ts'
import { RELATIVE_ERROR_MAX } from '../../../src/shared/statistics/bucket-index.ts'
import { ratePerSecond, readStatistic, snapshotSeries } from '../../../src/shared/statistics/reading.ts'
import { MetricRegistry } from '../../../src/shared/statistics/registry.ts'
import type { StatisticName } from '../../../src/shared/topics.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function start(kind: MetricKind = 'latency', windowCapacity = 1_000) {
  const clock = new ManualClock()
  const registry = new MetricRegistry({ clock, windowCapacity })
  const metric = registry.register(describeMetric(kind, 'm', { labelNames: ['part'] }))
  const record = (value: number, part = 'a') => registry.record('m', value, { part })
  const read = (statistic: StatisticName, timeWindowMs?: number) =>
    readStatistic(metric.allSeries, statistic, { nowMs: clock.nowMs(), timeWindowMs })
  return { clock, metric, record, read }
}

test.each([
  ['p50', 50],
  ['p95', 95],
  ['p99.9', 100],
  ['p0', 1],
  ['min', 1],
  ['max', 100],
  ['avg', 50.5],
  ['sum', 5_050],
  ['count', 100],
] as const)('%s over the rolling windows of several series together is exact', (statistic, value) => {
  const { record, read } = start()
  for (let index = 1; index <= 100; index += 1) record(index, `part ${index % 7}`)
  expect(read(statistic)).toEqual({ value, sampleCount: 100, exact: true })
})

test('a time window speaks of recent samples only, and says that its percentiles are estimates', () => {
  const { clock, record, read } = start()
  for (let index = 0; index < 50; index += 1) record(1_000)
  clock.advance(120_000)
  for (let index = 0; index < 50; index += 1) record(10)
  const p99 = read('p99', 30_000)
  expect(p99.exact).toBe(false)
  expect(p99.sampleCount).toBe(50)
  expect(Math.abs(p99.value! - 10)).toBeLessThanOrEqual(10 * RELATIVE_ERROR_MAX)
  expect(read('max', 30_000)).toEqual({ value: 10, sampleCount: 50, exact: true })
  expect(read('max').value).toBe(1_000)
  expect(read('value', 30_000)).toEqual({ value: 10, sampleCount: 50, exact: true })
})

test('without samples there is no value, but a count and a sum of nothing', () => {
  const { metric, read } = start()
  metric.series(['a'])
  for (const statistic of ['p95', 'avg', 'min', 'max', 'value', 'rate', 'ratio'] as const) {
    expect(read(statistic)).toMatchObject({ value: undefined, sampleCount: 0 })
    expect(read(statistic, 30_000)).toMatchObject({ value: undefined, sampleCount: 0 })
  }
  expect(read('count')).toMatchObject({ value: 0, sampleCount: 0 })
  expect(readStatistic([], 'p95', { nowMs: 0 })).toMatchObject({ value: undefined, sampleCount: 0 })
})

test('the value of several gauges is the one recorded last, not that of the last series', () => {
  const { clock, record, read } = start('gauge')
  record(1, 'a')
  record(2, 'b')
  clock.advance(1_000)
  record(3, 'a')
  expect(read('value').value).toBe(3)
})

test('a counter is its value; in a time window it is what was added then', () => {
  const { clock, record, read } = start('counter')
  record(70, 'a')
  clock.advance(120_000)
  record(30, 'b')
  expect(read('value')).toEqual({ value: 100, sampleCount: 100, exact: true })
  expect(read('count').value).toBe(100)
  expect(read('count', 30_000)).toEqual({ value: 30, sampleCount: 30, exact: true })
  expect(read('sum', 30_000).value).toBe(30)
  for (const statistic of ['p95', 'avg', 'min', 'max'] as const) expect(read(statistic).value).toBeUndefined()
})

test('the rate is per second of what the slices really cover, not of what was asked for', () => {
  const { clock, metric, record } = start('counter')
  for (let second = 0; second < 103; second += 1) {
    record(20)
    clock.advance(1_000)
  }
  expect(ratePerSecond(metric.allSeries, clock.nowMs())).toBeCloseTo(20, 9)
  expect(ratePerSecond(metric.allSeries, clock.nowMs(), 60_000)).toBeCloseTo(20, 9)
})

test('a young series has the rate of its own age, but one sample is no burst', () => {
  const { clock, metric, record } = start()
  clock.advance(500_000)
  record(1)
  expect(ratePerSecond(metric.allSeries, clock.nowMs())).toBe(1)
  clock.advance(4_000)
  for (let index = 0; index < 7; index += 1) record(1)
  expect(ratePerSecond(metric.allSeries, clock.nowMs())).toBe(2)
})

test('a series that falls silent has a rate of 0, and still enough samples to be judged by', () => {
  const { clock, record, read } = start('counter')
  record(5)
  clock.advance(60_000)
  expect(read('rate')).toEqual({ value: 0, sampleCount: 5, exact: true })
})

test.each<StatisticName>(['p101', 'p-1', 'pxyz' as never])(
  'a percentile that does not exist is refused: %s',
  statistic => {
    expect(() => start().read(statistic)).toThrow(expect.objectContaining({ code: 'OFFLOOP_QUANTILE_RANGE' }))
  },
)

test('a snapshot of several series is that of all their samples, and adds up what is counted', () => {
  const { clock, metric, record } = start('latency', 60)
  for (let index = 1; index <= 200; index += 1) record(index, index % 2 === 0 ? 'even' : 'odd')
  record(Number.NaN, 'odd')
  metric.series(['even']).lost = 3
  const snapshot = snapshotSeries(metric.allSeries, { nowMs: clock.nowMs(), timestamp: 17, labels: {} })
  expect(snapshot).toEqual({
    metric: 'm',
    labels: {},
    kind: 'latency',
    unit: 'ms',
    count: 120,
    sum: ((81 + 200) * 120) / 2,
    min: 81,
    max: 200,
    mean: 140.5,
    last: 200,
    p50: 140,
    p90: 188,
    p95: 194,
    p99: 199,
    rate: 200,
    total: 200,
    totalSum: 20_100,
    invalid: 1,
    window: { capacity: 120, size: 120, evicted: 80 },
    lost: 3,
    summarized: 0,
    exact: true,
    overflow: false,
    timestamp: 17,
  })
})

test('a snapshot of a time window says what it covers and how far off it may be', () => {
  const { clock, metric, record } = start()
  for (let second = 0; second < 100; second += 1) {
    record(second)
    clock.advance(1_000)
  }
  const snapshot = snapshotSeries(metric.allSeries, {
    nowMs: clock.nowMs(),
    timestamp: 0,
    timeWindowMs: 30_000,
    labels: { part: 'a' },
  })
  expect(snapshot).toMatchObject({ count: 30, min: 70, max: 99, exact: false, rate: 1, total: 100 })
  expect(snapshot.timeWindow).toEqual({
    requestedMs: 30_000,
    coveredMs: 30_000,
    relativeErrorMax: RELATIVE_ERROR_MAX,
  })
})

test('a counter in a snapshot has a total and a rate, and neither window nor percentiles', () => {
  const { clock, metric, record } = start('counter')
  record(40)
  const snapshot = snapshotSeries(metric.allSeries, { nowMs: clock.nowMs(), timestamp: 0, labels: {} })
  expect(snapshot).toMatchObject({
    total: 40,
    totalSum: 40,
    count: 40,
    last: 40,
    mean: undefined,
    p95: undefined,
  })
  expect(snapshot.window).toEqual({ capacity: 0, size: 0, evicted: 0 })
})

test('a snapshot of no series shows the metric it is of, without values', () => {
  const { metric } = start()
  const snapshot = snapshotSeries([], { nowMs: 0, timestamp: 0, labels: {}, metric: metric.descriptor })
  expect(snapshot).toMatchObject({
    metric: 'm',
    count: 0,
    rate: 0,
    p50: undefined,
    last: undefined,
    overflow: false,
  })
  expect(() => snapshotSeries([], { nowMs: 0, timestamp: 0, labels: {} })).toThrow(/offloop defect/)
})
