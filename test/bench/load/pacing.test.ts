import { expect, test } from 'vitest'
import { dueCount, pace } from '../../../bench/load/setup/pacing.ts'

test.each([
  ['nothing at the start', [0, 1_000_000, 0], 0],
  ['a millisecond of a million a second is a thousand', [1, 1_000_000, 0], 1_000],
  ['what was done already is not due', [1, 1_000_000, 400], 600],
  ['a turn that comes late catches up in full', [50, 1_000_000, 1_000], 49_000],
  ['a fraction waits until it is whole', [0.9, 1_000, 0], 0],
  ['never more than there is to do', [5_000, 1_000_000, 999_990], 10],
  ['a clock that stands still asks for nothing', [1, 1_000_000, 1_000], 0],
  ['nor does one behind what was done', [1, 1_000_000, 2_000], 0],
] as const)('%s', (_, [elapsedMs, ratePerS, doneCount], expected) => {
  expect(dueCount(elapsedMs, ratePerS, doneCount, 1_000_000)).toBe(expected)
})

test('a paced run does exactly what there is to do, each piece once and in order', async () => {
  let nextCount = 0
  await pace({ ratePerS: 100_000, durationMs: 30 }, (count, doneCount) => {
    expect(doneCount).toBe(nextCount)
    nextCount += count
  })
  expect(nextCount).toBe(3_000)
})

test('a paced run takes as long as it is meant to, at least', async () => {
  const startMs = performance.now()
  await pace({ ratePerS: 1_000, durationMs: 40 }, () => {})
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(39.9)
})
