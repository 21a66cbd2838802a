import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bucketIndexOf,
  HISTOGRAM_SCALE,
  magnitudeOf,
  RELATIVE_ERROR_MAX,
} from '../../../src/shared/statistics/bucket-index.ts'
import { CompensatedSum } from '../../../src/shared/statistics/compensated-sum.ts'
import { ExponentialHistogram } from '../../../src/shared/statistics/exponential-histogram.ts'
import { HIGH_WORD, LOW_WORD, SampleBatch } from '../../../src/shared/statistics/sample-batch.ts'
import { HOSTILE_VALUES, nearestRankValue, sorted } from './hostile-values.ts'

// What the estimate itself rounds: a few bits of the last place.
const ROUNDING = 1e-14
const THOUSANDTHS = [0, 10, 500, 950, 999, 1_000]
const magnitude = fc
  .tuple(fc.integer({ min: -63, max: 62 }), fc.double({ min: 1, max: 2, noNaN: true }))
  .map(([exponent, mantissa]) => 2 ** exponent * mantissa)
const value = fc.tuple(magnitude, fc.constantFrom(1, -1, 0)).map(([size, sign]) => size * sign)

function histogramOf(values: readonly number[]): ExponentialHistogram {
  const histogram = new ExponentialHistogram()
  for (const each of values) histogram.record(each)
  return histogram
}

function indexOf(size: number): number {
  const batch = new SampleBatch(1)
  batch.values[0] = size
  return bucketIndexOf(batch.words[HIGH_WORD]!, batch.words[LOW_WORD]!)
}

/** Everything but the order of additions in the sum, and how far the ranges have grown. */
function contentOf(histogram: ExponentialHistogram): unknown {
  const used = ({ counts, offset }: ExponentialHistogram['positive']) =>
    [...counts].map((count, position) => [offset + position, count]).filter(([, count]) => count !== 0)
  const { count, min, max, zeroCount, clamped } = histogram
  return { count, min, max, zeroCount, clamped, up: used(histogram.positive), down: used(histogram.negative) }
}

test('every quantile is within the stated relative error of the recorded value, negatives and zeros included', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), values => {
      const histogram = histogramOf(values)
      const ascending = sorted(values)
      for (const thousandths of THOUSANDTHS) {
        const truth = nearestRankValue(ascending, thousandths)
        const estimate = histogram.quantile(thousandths / 1_000)!
        expect(Math.abs(estimate - truth)).toBeLessThanOrEqual(
          Math.abs(truth) * (RELATIVE_ERROR_MAX + ROUNDING),
        )
      }
    }),
  )
})

test('the stated error is that of scale 5, 1.083 %', () => {
  expect(HISTOGRAM_SCALE).toBe(5)
  expect(RELATIVE_ERROR_MAX).toBeCloseTo(0.01083, 5)
})

test('a boundary belongs to the bucket below it: exactly at powers of two, one step on it is the next bucket', () => {
  for (let exponent = -60; exponent <= 60; exponent += 1) {
    const power = 2 ** exponent
    expect(indexOf(power)).toBe(exponent * 32 - 1)
    expect(indexOf(power * (1 + 2 ** -52))).toBe(exponent * 32)
    expect(indexOf(power * (1 - 2 ** -53))).toBe(exponent * 32 - 1)
  }
})

test('bucket indices agree with logarithms wherever those are not in doubt', () => {
  fc.assert(
    fc.property(magnitude, size => {
      const position = Math.log2(size) * 32
      if (Math.abs(position - Math.round(position)) < 1e-9) return
      expect(indexOf(size)).toBe(Math.ceil(position) - 1)
    }),
    { numRuns: 1_000 },
  )
})

test('a bucket is represented by a magnitude of its own', () => {
  for (let index = -2_048; index <= 2_047; index += 1) expect(indexOf(magnitudeOf(index))).toBe(index)
})

test('merge equals recording both streams, negatives included', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), fc.array(value, { maxLength: 60 }), (a, b) => {
      const merged = histogramOf(a)
      merged.merge(histogramOf(b))
      expect(contentOf(merged)).toEqual(contentOf(histogramOf([...a, ...b])))
      const sizes = [...a, ...b].reduce((sum, each) => sum + Math.abs(each), 0)
      expect(Math.abs(merged.sum - histogramOf([...a, ...b]).sum)).toBeLessThanOrEqual(sizes * ROUNDING)
    }),
  )
})

test('a batch equals single records', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 100 }), values => {
      const batch = new SampleBatch(100)
      batch.values.set(values)
      const batched = new ExponentialHistogram()
      const sum = new CompensatedSum()
      sum.addAll(batch.values, values.length)
      batched.recordBatch(batch, values.length, sum)
      expect(batched.sum).toBeCloseTo(histogramOf(values).sum, 9)
      expect(contentOf(batched)).toEqual(contentOf(histogramOf(values)))
    }),
  )
})

test.each(Object.entries(HOSTILE_VALUES))(
  'memory is bounded, and nothing is lost from the count: %s',
  (_, valuesOf) => {
    const values = valuesOf(3_000)
    const histogram = histogramOf(values)
    expect(histogram.count).toBe(3_000)
    expect(histogram.bytes).toBeLessThanOrEqual(2 * 4_096 * 8)
    expect(histogram.min === Math.min(...values)).toBe(true)
    expect(histogram.max === Math.max(...values)).toBe(true)
    const median = histogram.quantile(0.5)!
    expect(median >= histogram.min && median <= histogram.max).toBe(true)
  },
)

test('values beyond the range are counted as clamped, and tiny ones as zero', () => {
  const histogram = histogramOf([1e300, -1e300, 2 ** 64, 2 ** -64, -(2 ** -64), 5e-324, 0, -0])
  expect(histogram.clamped).toBe(2)
  expect(histogram.zeroCount).toBe(5)
  expect(histogram.quantile(0.5)).toBe(0)
  expect(histogram.quantile(1)).toBeLessThanOrEqual(1e300)
})

test('estimates never leave the range of what was recorded', () => {
  expect(histogramOf([100, 100, 100]).quantile(0.99)).toBe(100)
  expect(histogramOf([-100]).quantile(0)).toBe(-100)
})

test('an empty histogram costs nothing and has no quantiles; a cleared one is as good as new', () => {
  const histogram = new ExponentialHistogram()
  expect(histogram.bytes).toBe(0)
  expect(histogram.quantile(0.5)).toBeUndefined()
  expect(() => histogram.quantile(2)).toThrow(expect.objectContaining({ code: 'OFFLOOP_QUANTILE_RANGE' }))
  for (const each of [1, -1, 0, 1e300]) histogram.record(each)
  histogram.clear()
  histogram.record(7)
  expect(contentOf(histogram)).toEqual(contentOf(histogramOf([7])))
  expect(histogram.sum).toBe(7)
})
