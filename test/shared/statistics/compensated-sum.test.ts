import { expect, test } from 'vitest'
import { CompensatedSum, sumOf } from '../../../src/shared/statistics/compensated-sum.ts'

test('small terms survive beside huge ones, in whatever order they come', () => {
  const sum = new CompensatedSum()
  for (const term of [1, 1e100, 1, -1e100]) sum.add(term)
  expect(sum.value).toBe(2)
})

test('a million tenths add up, where plain addition drifts', () => {
  const sum = new CompensatedSum()
  for (let added = 0; added < 1e6; added += 1) sum.add(0.1)
  expect(sum.value).toBe(100_000)
})

test('a sum beyond the range of a float64 is infinite, not NaN', () => {
  const sum = new CompensatedSum()
  for (let added = 0; added < 3; added += 1) sum.add(Number.MAX_VALUE)
  expect(sum.value).toBe(Number.POSITIVE_INFINITY)
})

test('a cleared sum begins at zero, what it compensated included', () => {
  const sum = new CompensatedSum()
  sum.add(1e100)
  sum.add(1)
  sum.clear()
  expect(sum.value).toBe(0)
})

test.each([0, 1, 3, 4, 5, 8, 11])('sumOf takes the first %i values and no more', count => {
  const values = Float64Array.from({ length: 12 }, (_, index) => index + 1)
  expect(sumOf(values, count)).toBe((count * (count + 1)) / 2)
})
