import { expect, test } from 'vitest'
import { lognormalValues, uniformNumbers } from '../../bench/setup/inputs.ts'

test('inputs are the same in every run, and differ by their seed', () => {
  expect(lognormalValues(100, { seed: 3 })).toEqual(lognormalValues(100, { seed: 3 }))
  expect(lognormalValues(100, { seed: 3 })).not.toEqual(lognormalValues(100, { seed: 4 }))
})

test('lognormal values are positive, with the median and the spread that were asked for', () => {
  const logs = lognormalValues(100_001, { median: 12, sigma: 0.6 })
    .map(value => Math.log(value / 12))
    .sort()
  expect(logs.every(Number.isFinite)).toBe(true)
  expect(logs[50_000]).toBeCloseTo(0, 1)
  const variance = logs.reduce((sum, log) => sum + log * log, 0) / logs.length
  expect(Math.sqrt(variance)).toBeCloseTo(0.6, 1)
})

test('uniform numbers stay below 1 and reach every tenth', () => {
  const next = uniformNumbers(1)
  const tenths = new Set(Array.from({ length: 1_000 }, () => Math.floor(10 * next())))
  expect([...tenths].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})
