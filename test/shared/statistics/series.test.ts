import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeMetric, type MetricKind } from '../../../src/shared/metric.ts'
import { Series } from '../../../src/shared/statistics/series.ts'
import { summarizeWindows } from '../../../src/shared/statistics/window-summary.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function start(kind: MetricKind = 'latency', windowCapacity = 1_000, nowMs = 0) {
  const clock = new ManualClock(nowMs)
  const series = new Series(describeMetric(kind, 'echo'), {}, { clock, windowCapacity })
  const record = (value: number) => series.record(value, clock.nowMs() >>> 0)
  return { clock, series, record }
}

test('every reading sees every sample recorded before it, at any point of a batch', () => {
  const { clock, series, record } = start('latency', 300)
  let sum = 0
  for (let index = 1; index <= 700; index += 1) {
    record(index)
    sum += index
    expect(series.total).toBe(index)
    expect(series.last).toBe(index)
    if (index % 37 !== 0) continue
    expect(series.window!.size).toBe(Math.min(index, 300))
    expect(summarizeWindows([series.window!], [1]).quantiles).toEqual([index])
    expect(series.slices!.read(5_000, clock.nowMs()).count).toBe(index)
    expect(series.totalSum).toBe(sum)
  }
})

test('reading in between changes nothing: the same samples give the same statistics', () => {
  const steps = fc.array(fc.tuple(fc.double({ noNaN: true }), fc.nat({ max: 9_000 }), fc.boolean()), {
    maxLength: 300,
  })
  fc.assert(
    fc.property(steps, all => {
      const watched = start('latency', 100)
      const unwatched = start('latency', 100)
      for (const [value, gapMs, isRead] of all) {
        for (const { clock, record } of [watched, unwatched]) {
          clock.advance(gapMs)
          record(value)
        }
        if (isRead) expect(watched.series.slices?.bytes).not.toBe(-1)
      }
      const facts = ({ series, clock }: typeof watched) => {
        const reading = series.slices?.read(3_600_000, clock.nowMs())
        return [
          series.total,
          series.invalid,
          series.last,
          series.lastTimeMs,
          series.revision,
          reading && { ...reading, sum: 0, histogram: reading.histogram.quantile(0.5) },
          series.window && { ...summarizeWindows([series.window], [0, 0.5, 1]), sum: 0 },
        ]
      }
      expect(facts(watched)).toEqual(facts(unwatched))
    }),
    { numRuns: 50 },
  )
})

test('NaN and infinities count as invalid and touch nothing else', () => {
  const { series, record } = start()
  record(5)
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined as never])
    record(value)
  expect(series.invalid).toBe(4)
  expect(series.total).toBe(1)
  expect(series.totalSum).toBe(5)
  expect(series.last).toBe(5)
})

test('samples land in the slice of their own time, though they are folded later', () => {
  const { clock, series, record } = start()
  record(1)
  record(2)
  clock.advance(20_000)
  record(3)
  expect(series.slices!.read(5_000, clock.nowMs())).toMatchObject({ count: 1, min: 3 })
  expect(series.slices!.read(30_000, clock.nowMs())).toMatchObject({ count: 3, min: 1 })
})

test('a sample from a lane drained late is kept, and does not turn time back', () => {
  const { clock, series } = start('latency', 1_000, 60_000)
  series.record(1, 60_000)
  series.record(2, 59_000)
  series.record(3, 60_100)
  expect(series.total).toBe(3)
  expect(series.slices!.read(5_000, clock.nowMs()).count).toBe(3)
})

test('times with the highest bit set are the same as their i32 image', () => {
  const nowMs = 2 ** 31 + 5_000
  const unsigned = start('latency', 10, nowMs)
  const signed = start('latency', 10, nowMs)
  unsigned.series.record(1, nowMs)
  signed.series.record(1, nowMs | 0)
  expect(signed.series.lastTimeMs).toBe(nowMs)
  expect(unsigned.series.lastTimeMs).toBe(nowMs)
})

test('-0 is recorded as 0', () => {
  const { series, record } = start('gauge')
  record(-0)
  expect(series.last).toBe(0)
  expect(summarizeWindows([series.window!], [0.5]).quantiles).toEqual([0])
})

test('a counter adds up, fractions included, and refuses what would turn it back', () => {
  const { clock, series } = start('counter')
  for (const by of [1, 2.5, 0, -1, Number.NaN, Number.POSITIVE_INFINITY]) series.increment(by, clock.nowMs())
  expect([series.total, series.totalSum, series.invalid]).toEqual([3.5, 3.5, 3])
  expect(series.window).toBeUndefined()
  expect(series.slices!.read(5_000, clock.nowMs()).count).toBe(3.5)
})

test('the revision changes with everything that changes a statistic', () => {
  const { clock, series, record } = start()
  const seen = new Set([series.revision])
  const steps = [
    () => record(1),
    () => record(1),
    () => record(Number.NaN),
    () => series.increment(0, clock.nowMs()),
  ]
  for (const step of [
    ...steps,
    () => {
      series.lost += 1
    },
  ]) {
    step()
    expect(seen.has(series.revision)).toBe(false)
    seen.add(series.revision)
  }
})

test('a series without samples holds nothing', () => {
  const { series } = start()
  expect(series.bytes).toBe(0)
  expect([series.window, series.slices, series.last, series.lastTimeMs]).toEqual(Array(4).fill(undefined))
  expect([series.total, series.totalSum, series.invalid, series.lost, series.revision]).toEqual([
    0, 0, 0, 0, 0,
  ])
})

test('the last value is that of the latest sample, whichever lane is drained first; ties go to the later drained', () => {
  const { series } = start('gauge', 1_000, 60_000)
  series.record(1, 59_990)
  series.record(2, 59_950)
  expect([series.last, series.lastTimeMs, series.total]).toEqual([1, 59_990, 2])
  expect(series.window!.size).toBe(2)
  series.record(3, 59_960)
  expect([series.last, series.lastTimeMs]).toEqual([1, 59_990])
  expect(series.window!.size).toBe(3)
  expect(series.last).toBe(1)
  series.record(4, 59_990)
  expect(series.last).toBe(4)
  for (let count = 0; count < 500; count += 1) series.record(5, 59_980)
  expect([series.last, series.total]).toEqual([4, 504])
})

test('a sample after weeks of silence is the latest, though its wrapped time looks older', () => {
  for (const firstMs of [0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
    for (const gapMs of [2 ** 31 - 1, 2 ** 31 + 1, 2 ** 32 - 6_000]) {
      const { clock, series, record } = start('gauge', 10, firstMs)
      record(1)
      expect([series.last, series.lastTimeMs]).toEqual([1, firstMs])
      clock.advance(gapMs)
      record(2)
      expect([series.last, series.lastTimeMs]).toEqual([2, firstMs + gapMs])
    }
  }
})

test('a series with one sample is small, also after it was read', () => {
  const { series, record } = start('latency', 10_000)
  record(1)
  expect(series.bytes).toBeLessThan(200)
  expect(series.window!.size).toBe(1)
  expect(series.bytes).toBeLessThan(1_000)
})
