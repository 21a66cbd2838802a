import { expect, test } from 'vitest'
import { CompensatedSum } from '../../../src/shared/statistics/compensated-sum.ts'

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

test.each([0, 1, 3, 4, 5, 8, 11])('addAll takes the first %i values and no more', count => {
  const values = Float64Array.from({ length: 12 }, (_, index) => index + 1)
  const sum = new CompensatedSum()
  sum.addAll(values, count)
  expect(sum.value).toBe((count * (count + 1)) / 2)
})

test('addAll keeps what rounding takes away, in each of its running sums', () => {
  const values = Float64Array.from({ length: 4_096 }, (_, index) => (index < 4 ? 2 ** 53 : 1))
  const sum = new CompensatedSum()
  sum.addAll(values, values.length)
  for (let index = 0; index < 4; index += 1) sum.add(-(2 ** 53))
  expect(sum.value).toBe(4_092)
})

test('addAll of terms whose sum is in range is in range, though some of them alone add up to more', () => {
  const sum = new CompensatedSum()
  sum.addAll(
    Float64Array.from({ length: 9 }, (_, index) => (index % 2 === 0 ? 1e308 : -1e308)),
    9,
  )
  expect(sum.value).toBe(1e308)
})

test.each([
  [[1e308, 0, -1e308, 0, 0, 1e308, 0, -1e308], 0],
  [[1e308, 1e308, -1e308, -1e308], Number.POSITIVE_INFINITY],
])('addAll overflows where add does, and only there: %j', (terms, expected) => {
  const [one, other] = [new CompensatedSum(), new CompensatedSum()]
  one.addAll(Float64Array.from(terms), terms.length)
  for (const term of terms) other.add(term)
  expect([one.value, other.value]).toEqual([expected, expected])
})

test('merging equals adding the terms of both, what their rounding took away included', () => {
  const [left, right] = [new CompensatedSum(), new CompensatedSum()]
  for (const term of [1e100, 1]) left.add(term)
  for (const term of [-1e100, 1]) right.add(term)
  left.merge(right)
  expect(left.value).toBe(2)
})
