import { expect, test } from 'vitest'
import { pairedRatios, spreadOf } from '../../bench/core/spread.ts'

test('the median of an odd number of figures is the middle one, in whatever order they come', () => {
  expect(spreadOf([9, 1, 5]).median).toBe(5)
})

test('the median of an even number of figures is the mean of the two in the middle', () => {
  expect(spreadOf([4, 1, 3, 2]).median).toBe(2.5)
})

test('the spread is what the middle half lies between: an outlier does not widen it', () => {
  expect(spreadOf([10, 11, 12, 13, 1_000])).toEqual({ p25: 11, median: 12, p75: 13 })
})

test('one round has a median and no spread', () => {
  expect(spreadOf([7])).toEqual({ p25: 7, median: 7, p75: 7 })
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
