import { expect, test } from 'vitest'
import { DISTRIBUTION_NAMES, valuesOf } from './distributions.ts'
import { hdrFaults, hdrOf, toWholeNumbers } from './hdr-oracle.ts'
import { SingleSeries } from './single-series.ts'

/** How many values, and to how many digits HDR tells them apart. */
const CASES = [
  [1, 3],
  [2, 1],
  [99, 2],
  [100, 3],
  [101, 2],
  [1_000, 1],
  [1_000, 2],
  [10_000, 3],
] as const

test.each(DISTRIBUTION_NAMES)('percentiles and those of HDR never contradict each other: %s', name => {
  for (const [count, digits] of CASES) {
    const values = toWholeNumbers(valuesOf(name, count, count))
    const { percentiles } = new SingleSeries(10_000).recordAll(values)
    expect(hdrFaults(percentiles, hdrOf(values, digits))).toEqual([])
  }
})

test.each(DISTRIBUTION_NAMES)('after eviction HDR is given the last values alone, and agrees: %s', name => {
  const values = toWholeNumbers(valuesOf(name, 2_600))
  const { percentiles } = new SingleSeries(1_000).recordAll(values)
  expect(hdrFaults(percentiles, hdrOf(values.slice(-1_000), 3))).toEqual([])
})

test.each(DISTRIBUTION_NAMES)(
  'count and extremes are those of HDR, and its mean is as close as it says: %s',
  name => {
    const values = toWholeNumbers(valuesOf(name, 3_000))
    const { count, min, max, mean } = new SingleSeries(10_000).recordAll(values).snapshot()
    const histogram = hdrOf(values, 3)
    expect(count).toBe(histogram.totalCount)
    expect(min).toBe(histogram.minNonZeroValue)
    expect(max).toBe(histogram.maxValue)
    // HDR takes every value for the middle of its range.
    expect(Math.abs(mean! - histogram.mean)).toBeLessThanOrEqual(mean! * 1e-3)
  },
)
