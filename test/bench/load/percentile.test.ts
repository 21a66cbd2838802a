import { expect, test } from 'vitest'
import { percentileOf } from '../../../bench/load/setup/percentile.ts'

test.each([
  [0, 1],
  [50, 3],
  [60, 3],
  [61, 4],
  [99, 5],
  [100, 5],
])('the %d th percentile is the value at the nearest rank: one that was seen', (p, expected) => {
  expect(percentileOf(Float64Array.of(5, 1, 4, 2, 3), p)).toBe(expected)
})

test('values are ordered as numbers', () => {
  expect(percentileOf(Float64Array.of(10, 9, 100), 50)).toBe(10)
})

test('nothing has no percentile', () => {
  expect(() => percentileOf(new Float64Array(0), 50)).toThrow(RangeError)
})
