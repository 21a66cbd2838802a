import { expect, test } from 'vitest'
import { checkTimeWindowMs, parseDurationMs } from '../../../src/shared/statistics/duration.ts'

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['1.5m', 90_000],
])('a duration is read: %s', (text, durationMs) => {
  expect(parseDurationMs(text)).toBe(durationMs)
})

test.each([
  '',
  '5',
  'm',
  '5 m',
  '-5m',
  '0s',
  '5d',
  '1e3s',
  '5m30s',
  'NaNs',
  '.5s',
  `${'9'.repeat(400)}s`,
  30 as never,
])('what is no duration is refused, not guessed at: %j', text => {
  expect(() => parseDurationMs(text)).toThrow(expect.objectContaining({ code: 'OFFLOOP_TIME_WINDOW' }))
})

test('a time window is at least one slice and at most what slices keep', () => {
  expect(checkTimeWindowMs(5_000)).toBe(5_000)
  expect(checkTimeWindowMs(3_600_000)).toBe(3_600_000)
  for (const durationMs of [0, 4_999, 3_600_001, Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    expect(() => checkTimeWindowMs(durationMs)).toThrow(
      expect.objectContaining({ code: 'OFFLOOP_TIME_WINDOW' }),
    )
  }
})
