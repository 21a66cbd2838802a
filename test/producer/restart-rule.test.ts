import { expect, test } from 'vitest'
import { RestartRule } from '../../src/producer/restart-rule.ts'

const LIMITS = { deathsMax: 5, deathsSpanMs: 60_000, restartDelayMs: 100, restartDelayMsMax: 5_000 }

const delaysOf = (atMs: readonly number[], limits = LIMITS) => {
  const rule = new RestartRule(limits)
  return atMs.map(nowMs => rule.delayMsAfterDeath(nowMs))
}

test('each death in a row waits twice as long, and the fifth within a minute is the last', () => {
  expect(delaysOf([0, 1_000, 2_000, 3_000, 59_999])).toEqual([100, 200, 400, 800, undefined])
})

test('deaths of more than a minute ago are forgotten', () => {
  expect(delaysOf([0, 1_000, 2_000, 3_000, 60_000])).toEqual([100, 200, 400, 800, 800])
  expect(delaysOf([0, 60_000, 120_000, 180_000, 240_000, 300_000])).toEqual(Array(6).fill(100))
})

test('no wait is longer than its limit', () => {
  const limits = { ...LIMITS, deathsMax: 100 }
  expect(delaysOf([0, 1, 2, 3, 4, 5, 6, 7], limits).slice(-3)).toEqual([3_200, 5_000, 5_000])
})
