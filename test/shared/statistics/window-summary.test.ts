import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Window } from '../../../src/shared/statistics/window.ts'
import { summarizeWindows } from '../../../src/shared/statistics/window-summary.ts'
import { anyValue, HOSTILE_VALUES, nearestRankValue, sorted } from './hostile-values.ts'

const THOUSANDTHS = [0, 1, 10, 500, 900, 950, 990, 999, 1_000]
const QUANTILES = THOUSANDTHS.map(thousandths => thousandths / 1_000)

function windowOf(values: readonly number[], capacity = 10_000): Window {
  const window = new Window({ capacity })
  for (const value of values) window.push(value)
  return window
}

/** Compares with one sort over everything. Equality of numbers, so that -0 is 0. */
function expectExact(windows: readonly Window[], values: readonly number[]): void {
  const ascending = sorted(values)
  const summary = summarizeWindows(windows, QUANTILES)
  expect(summary.count).toBe(values.length)
  expect(summary.min === ascending[0]).toBe(true)
  expect(summary.max === ascending[ascending.length - 1]).toBe(true)
  THOUSANDTHS.forEach((thousandths, index) => {
    const expected = nearestRankValue(ascending, thousandths)
    expect(summary.quantiles[index] === expected, `${summary.quantiles[index]} for ${expected}`).toBe(true)
  })
}

test.each(Object.entries(HOSTILE_VALUES))('percentiles are what a sort says: %s', (_, valuesOf) => {
  for (const count of [1, 2, 3, 100, 1_024, 5_000]) expectExact([windowOf(valuesOf(count))], valuesOf(count))
})

test.each(Object.entries(HOSTILE_VALUES))(
  'after eviction they speak of the last values only: %s',
  (_, valuesOf) => {
    for (const capacity of [1, 7, 1_024, 2_000]) {
      const values = valuesOf(3_500)
      expectExact([windowOf(values, capacity)], values.slice(-capacity))
    }
  },
)

test('windows of any content and capacity, merged, are what one sort over all of them says', () => {
  const content = fc.record({
    capacity: fc.integer({ min: 1, max: 60 }),
    values: fc.array(anyValue, { maxLength: 120 }),
  })
  fc.assert(
    fc.property(fc.array(content, { minLength: 1, maxLength: 5 }), contents => {
      const kept = contents.flatMap(({ capacity, values }) => values.slice(-capacity))
      const windows = contents.map(({ capacity, values }) => windowOf(values, capacity))
      if (kept.length > 0) expectExact(windows, kept)
    }),
    { numRuns: 300 },
  )
})

test('a summary leaves nothing behind for the next one', () => {
  const dense = windowOf(HOSTILE_VALUES['within one bucket']!(4_000))
  const wide = windowOf(HOSTILE_VALUES['mixed signs']!(4_000))
  const before = summarizeWindows([wide], QUANTILES)
  summarizeWindows([dense, wide], QUANTILES)
  expect(summarizeWindows([wide], QUANTILES)).toEqual(before)
})

test('the sum does not lose small values beside huge ones', () => {
  const values = HOSTILE_VALUES['sorted']!(5_000)
  const exact = values.reduce((sum, value) => sum + value * 7, 0) / 7
  expect(summarizeWindows([windowOf(values)], []).sum).toBeCloseTo(exact, 6)
  expect(summarizeWindows([windowOf([1e100]), windowOf([1]), windowOf([-1e100])], []).sum).toBe(1)
})

test('without samples there are no values, and a bad quantile is refused all the same', () => {
  const nothing = { count: 0, sum: 0, min: undefined, max: undefined, quantiles: [undefined] }
  expect(summarizeWindows([], [0.5])).toEqual(nothing)
  expect(summarizeWindows([new Window()], [0.5])).toEqual(nothing)
  expect(() => summarizeWindows([], [1.5])).toThrow(
    expect.objectContaining({ code: 'OFFLOOP_QUANTILE_RANGE' }),
  )
})

test('quantiles come back in the order asked for, doubles included', () => {
  const { quantiles } = summarizeWindows([windowOf([3, 1, 2])], [1, 0, 0.5, 1])
  expect(quantiles).toEqual([3, 1, 2, 3])
})
