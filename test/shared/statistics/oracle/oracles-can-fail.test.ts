import { expect, test } from 'vitest'
import { ExponentialHistogram } from '../../../../src/shared/statistics/exponential-histogram.ts'
import { sorted } from '../hostile-values.ts'
import { DISTRIBUTION_NAMES, valuesOf } from './distributions.ts'
import { errorBoundFaults } from './error-bound.ts'
import { exactSumOf, isCompensated, isWithinRoundings } from './exact-sum.ts'
import { hdrFaults, hdrOf, toWholeNumbers } from './hdr-oracle.ts'
import { contentOf } from './histogram-content.ts'
import { kahanSum, naiveSum, neumaierSum } from './reference-sums.ts'
import { type Percentiles, percentileFaults, QUANTILES, sortedPercentiles } from './sort-oracle.ts'

const COUNT = 1_000

function percentilesBy(
  values: readonly number[],
  indexOf: (q: number, count: number) => number,
): Percentiles {
  const ascending = sorted(values.map(value => value + 0))
  const last = ascending.length - 1
  return QUANTILES.map(q => ascending[Math.min(last, Math.max(0, indexOf(q, ascending.length)))])
}

function interpolated(values: readonly number[]): Percentiles {
  const ascending = sorted(values)
  return QUANTILES.map(q => {
    const position = q * (ascending.length - 1)
    const lower = ascending[Math.floor(position)]!
    return lower + (position % 1) * (ascending[Math.ceil(position)]! - lower)
  })
}

/** What the judge finds fault with, by distribution. */
function flagged(isFaulty: (values: number[]) => boolean): string[] {
  return DISTRIBUTION_NAMES.filter(name => isFaulty(valuesOf(name, COUNT)))
}

const WRONG_PERCENTILES: Record<string, (values: readonly number[]) => Percentiles> = {
  'a rank too high': values => percentilesBy(values, (q, count) => Math.ceil(q * count)),
  'a rank too low': values => percentilesBy(values, (q, count) => Math.ceil(q * count) - 2),
  'a product that rounds up to the next rank': values =>
    percentilesBy(values, (q, count) => Math.ceil(q * count * (1 + 2 ** -51)) - 1),
  'linear interpolation': interpolated,
  'one sample that was evicted still counts': values => sortedPercentiles([...values, -1e308]),
}

test.each(Object.entries(WRONG_PERCENTILES))('sorting finds fault with %s', (_, wrong) => {
  expect(flagged(values => percentileFaults(wrong(values), values).length > 0)).toContain('lognormal')
})

test('sorting finds fault with a zero of the wrong sign, and with no answer at all', () => {
  const zeros = valuesOf('zeros of both signs', COUNT)
  expect(
    percentileFaults(
      QUANTILES.map(() => -0),
      zeros,
    ),
  ).toHaveLength(QUANTILES.length)
  expect(percentileFaults([], [1])).toHaveLength(QUANTILES.length)
})

test('HDR finds fault with values too small, too large, and of the next rank but one', () => {
  const wrong: ((values: readonly number[]) => Percentiles)[] = [
    values => sortedPercentiles(values).map(value => value * 1.002),
    values => sortedPercentiles(values).map(value => value * 0.998),
    values => percentilesBy(values, (q, count) => Math.ceil(q * count) + 1),
    values => percentilesBy(values, (q, count) => Math.ceil(q * count) - 3),
  ]
  const values = toWholeNumbers(valuesOf('lognormal', COUNT))
  const histogram = hdrOf(values, 3)
  expect(hdrFaults(sortedPercentiles(values), histogram)).toEqual([])
  for (const percentiles of wrong) expect(hdrFaults(percentiles(values), histogram)).not.toEqual([])
})

test('the exact sum finds fault with plain addition nearly everywhere, and with Kahan’s where values cancel', () => {
  const faultsOf = (sum: (values: readonly number[]) => number) =>
    flagged(values => !isCompensated(sum(values), exactSumOf(values)))
  expect(faultsOf(naiveSum)).toEqual(
    expect.arrayContaining(['all equal', 'lognormal', 'sorted', 'around 1e300']),
  )
  expect(faultsOf(kahanSum)).toContain('huge and small, cancelling')
  expect(faultsOf(neumaierSum)).toEqual([])
})

test('counting roundings finds fault with plain addition that drifts, and with a sum that is no number', () => {
  const tenths = valuesOf('all equal', 10_000)
  expect(isWithinRoundings(naiveSum(tenths), exactSumOf(tenths), 300)).toBe(false)
  for (const sum of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(isWithinRoundings(sum, exactSumOf([1]), 300)).toBe(false)
    expect(isCompensated(sum, exactSumOf([1]))).toBe(false)
  }
  expect(isWithinRoundings(1e-300, exactSumOf([0]), 300)).toBe(false)
})

test('the error bound finds fault with buckets of twice the width, and with a bucket’s lower end', () => {
  const wide = (value: number) => 2 ** ((Math.ceil(Math.log2(value) * 16) - 0.5) / 16)
  const lowerEnd = (value: number) => 2 ** ((Math.ceil(Math.log2(value) * 32) - 1) / 32)
  for (const estimate of [wide, lowerEnd]) {
    const faulty = flagged(values => {
      const estimates = sortedPercentiles(values).map(value => (value > 0 ? estimate(value) : value))
      return errorBoundFaults(estimates, values).length > 0
    })
    expect(faulty).toContain('lognormal')
  }
})

test('the content of histograms tells apart a sample lost, doubled, or of the wrong sign', () => {
  const histogramOf = (values: readonly number[]) => {
    const histogram = new ExponentialHistogram()
    for (const value of values) histogram.record(value)
    return contentOf(histogram)
  }
  const right = histogramOf([1, 2, -3, 0])
  for (const wrong of [
    [1, 2, -3],
    [1, 2, -3, 0, 0],
    [1, 2, 3, 0],
    [1, 1, -3, 0],
  ]) {
    expect(histogramOf(wrong)).not.toEqual(right)
  }
})
