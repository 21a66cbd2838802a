import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearestRank } from '../../../src/shared/statistics/nearest-rank.ts'

test('the rank is ceil(q * n) as whole numbers give it, not as rounded products do', () => {
  // In float64 0.07 * 100 is above 7, and 0.29 * 100 below 29.
  expect(nearestRank(0.07, 100)).toBe(7)
  expect(nearestRank(0.29, 100)).toBe(29)
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1, max: 10_000_000 }),
      (thousandths, count) => {
        const rank = Math.floor((thousandths * count + 999) / 1_000)
        expect(nearestRank(thousandths / 1_000, count)).toBe(rank)
        expect(nearestRank(thousandths / 10 / 100, count)).toBe(rank)
      },
    ),
  )
})

test('quantile 0 is the smallest and quantile 1 the largest', () => {
  expect(nearestRank(0, 10)).toBe(1)
  expect(nearestRank(1, 10)).toBe(10)
  expect(nearestRank(Number.MIN_VALUE, 10)).toBe(1)
})

test.each([-0.01, 1.01, 95, Number.NaN, Number.POSITIVE_INFINITY, '0.5' as never])(
  'a quantile outside [0, 1] is refused: %s',
  q => {
    expect(() => nearestRank(q, 10)).toThrow(expect.objectContaining({ code: 'OFFLOOP_QUANTILE_RANGE' }))
  },
)
