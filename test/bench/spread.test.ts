import { expect, test } from 'vitest'
import { pairedRatios, spreadOf } from '../../bench/core/spread.ts'
import { uniformNumbers } from '../../bench/setup/inputs.ts'

test('the median of an odd number of figures is the middle one, in whatever order they come', () => {
  expect(spreadOf([9, 1, 5]).median).toBe(5)
})

test('the median of an even number of figures is the mean of the two in the middle', () => {
  expect(spreadOf([4, 1, 3, 2]).median).toBe(2.5)
})

test('the spread is what the middle half lies between: an outlier does not widen it', () => {
  expect(spreadOf([10, 11, 12, 13, 1_000])).toMatchObject({ p25: 11, median: 12, p75: 13 })
})

test('one round has a median and no spread', () => {
  expect(spreadOf([7])).toEqual({ p25: 7, median: 7, p75: 7, ci95: undefined })
})

test.each([
  [5, undefined],
  [6, { low: 0, high: 5 }],
  [9, { low: 1, high: 7 }],
  [20, { low: 5, high: 14 }],
  [25, { low: 7, high: 17 }],
])(
  'the 95 %% interval of a median of %d figures lies between the ranks that tables of the sign test give',
  (count, expected) => {
    expect(spreadOf(Array.from({ length: count }, (_, index) => index)).ci95).toEqual(expected)
  },
)

test('95 % intervals hold the true median in at least 95 % of samples, and not in all', () => {
  const nextUniform = uniformNumbers(7)
  const trialCount = 4_000
  let heldCount = 0
  for (let trial = 0; trial < trialCount; trial += 1) {
    // Exponential: skewed, with a median of ln 2.
    const { ci95 } = spreadOf(Array.from({ length: 15 }, () => -Math.log(1 - nextUniform())))
    if (ci95!.low <= Math.LN2 && Math.LN2 <= ci95!.high) heldCount += 1
  }
  expect(heldCount / trialCount).toBeGreaterThan(0.95)
  expect(heldCount / trialCount).toBeLessThan(0.98)
})

test('taking the spread leaves the rounds in their order', () => {
  const rounds = [3, 1, 2]
  spreadOf(rounds)
  expect(rounds).toEqual([3, 1, 2])
})

test('nothing has no median', () => {
  expect(() => spreadOf([])).toThrow(RangeError)
})

test('ratios are of the same round: a round that is slow for all changes none', () => {
  expect(pairedRatios([1, 10, 1], [2, 20, 2])).toEqual([0.5, 0.5, 0.5])
})

test('figures of different numbers of rounds are not paired', () => {
  expect(() => pairedRatios([1, 2], [1])).toThrow(RangeError)
})
