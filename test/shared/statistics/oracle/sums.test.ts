import { expect, test } from 'vitest'
import { CompensatedSum } from '../../../../src/shared/statistics/compensated-sum.ts'
import { ExponentialHistogram } from '../../../../src/shared/statistics/exponential-histogram.ts'
import { SINCE_START } from '../../../../src/shared/statistics/time-slices.ts'
import { DISTRIBUTION_NAMES, valuesOf } from './distributions.ts'
import { errorRoundings, errorUlps, exactSumOf, isCompensated, isWithinRoundings } from './exact-sum.ts'
import { kahanSum, neumaierSum } from './reference-sums.ts'
import { SingleSeries } from './single-series.ts'

const COUNT = 10_000
const COUNTS = [1, 2, 3, 100, 1_000, COUNT]

/** One rounding each time a histogram is merged, as its sum is then a single number: into a minute, into the whole, into
 *  an answer; and one of the compensated sum itself. */
const SLICE_ROUNDINGS = 4

const ONE_SIGNED = DISTRIBUTION_NAMES.filter(name => valuesOf(name, COUNT).every(value => value >= 0))
const WHOLE_NUMBERED = DISTRIBUTION_NAMES.filter(name =>
  valuesOf(name, COUNT).every(value => Number.isInteger(value) && Math.abs(value) < 1e9),
)

function compensatedSum(values: readonly number[]): number {
  const sum = new CompensatedSum()
  for (const value of values) sum.add(value)
  return sum.value
}

/** Recorded over three minutes, so that slices are closed, packed and merged. */
function spreadInTime(values: readonly number[]): SingleSeries {
  const single = new SingleSeries(100)
  values.forEach((value, index) => {
    if (index > 0 && index % Math.ceil(values.length / 60) === 0) single.clock.advance(3_000)
    single.record(value)
  })
  return single
}

test.each(DISTRIBUTION_NAMES)(
  'a compensated sum is Neumaier’s bit for bit, and as close to the exact one as his bound says: %s',
  name => {
    for (const count of COUNTS) {
      const values = valuesOf(name, count, count)
      const sum = compensatedSum(values)
      expect(isCompensated(sum, exactSumOf(values))).toBe(true)
      expect(sum === neumaierSum(values)).toBe(true)
    }
  },
)

test.each(ONE_SIGNED)('where nothing cancels, a compensated sum is off by 1 ulp at most: %s', name => {
  const values = valuesOf(name, COUNT)
  expect(errorUlps(compensatedSum(values), exactSumOf(values))).toBeLessThanOrEqual(1)
})

test.each(DISTRIBUTION_NAMES)(
  'a compensated sum is never further off than Kahan’s, but for 1 ulp: %s',
  name => {
    const values = valuesOf(name, COUNT)
    const exact = exactSumOf(values)
    expect(errorUlps(compensatedSum(values), exact)).toBeLessThanOrEqual(
      errorUlps(kahanSum(values), exact) + 1,
    )
  },
)

test.each(DISTRIBUTION_NAMES)(
  'sums of window and series are compensated, those of slices off by a rounding for each merge: %s',
  name => {
    for (const count of COUNTS) {
      const values = valuesOf(name, count, count)
      const exact = exactSumOf(values)
      const single = new SingleSeries(COUNT).recordAll(values)
      expect(isCompensated(single.snapshot().sum, exact)).toBe(true)
      expect(isCompensated(single.series.totalSum, exact)).toBe(true)
      const { series, clock } = spreadInTime(values)
      const { histogram } = series.slices!.read(SINCE_START, clock.nowMs())
      expect([histogram.count, series.total]).toEqual([count, count])
      expect(isWithinRoundings(histogram.sum, exact, SLICE_ROUNDINGS)).toBe(true)
    }
  },
)

test.each(DISTRIBUTION_NAMES)(
  'after eviction the sum is that of the last values, with no memory of others: %s',
  name => {
    const values = valuesOf(name, 3_700)
    for (const capacity of [1, 100, 1_500]) {
      const single = new SingleSeries(capacity).recordAll(values)
      const { sum, totalSum, mean } = single.snapshot()
      expect(isCompensated(sum, exactSumOf(values.slice(-capacity)))).toBe(true)
      expect(isCompensated(totalSum, exactSumOf(values))).toBe(true)
      expect(mean).toBe(sum / capacity)
    }
  },
)

test.each(WHOLE_NUMBERED)('whole numbers add up without any error: %s', name => {
  const values = valuesOf(name, COUNT)
  const { sum, totalSum } = new SingleSeries(COUNT).recordAll(values).snapshot()
  const { histogram } = spreadInTime(values).series.slices!.read(SINCE_START, 200_000)
  const exact = exactSumOf(values)
  expect([sum, totalSum, histogram.sum].map(each => errorRoundings(each, exact))).toEqual([0, 0, 0])
})

test.each(DISTRIBUTION_NAMES)('a histogram of single records has a compensated sum: %s', name => {
  const values = valuesOf(name, COUNT)
  const histogram = new ExponentialHistogram()
  for (const value of values) histogram.record(value)
  expect(histogram.count).toBe(COUNT)
  expect(isCompensated(histogram.sum, exactSumOf(values))).toBe(true)
})

test.each(ONE_SIGNED)(
  'a counter is a compensated sum of its increments, in its time windows too: %s',
  name => {
    const values = valuesOf(name, COUNT)
    const exact = exactSumOf(values)
    const { series, clock } = new SingleSeries(1)
    for (const value of values) {
      clock.advance(20)
      series.increment(value, clock.nowMs())
    }
    expect(isCompensated(series.totalSum, exact)).toBe(true)
    const sinceStart = series.slices!.read(SINCE_START, clock.nowMs())
    expect(isWithinRoundings(sinceStart.count, exact, SLICE_ROUNDINGS)).toBe(true)
  },
)

test('the sum of a time window keeps small values, however many they are', () => {
  const single = new SingleSeries(100).recordAll([1e-20, 2e-20, 3e-20])
  expect(single.snapshot(SINCE_START).sum).toBeCloseTo(6e-20, 30)
})

test('a sum within the range is a number, though running sums of some of its terms are beyond it', () => {
  const values = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? 1e308 : -1e308))
  const { sum, totalSum } = new SingleSeries(100).recordAll(values).snapshot()
  expect([sum, totalSum]).toEqual([0, 0])
})
