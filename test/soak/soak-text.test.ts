import { expect, test } from 'vitest'
import { formatDuration, formatProgress, formatValue } from './soak-text.ts'

test.each([
  [0, '0 s'],
  [59_000, '59 s'],
  [60_000, '1 min'],
  [8 * 3_600_000, '8 h'],
  [3_723_000, '1 h 2 min 3 s'],
])('%i ms are shown as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('values are shown in their unit, small ones with a decimal', () => {
  expect(formatValue(3 * 2 ** 20, 'bytes')).toBe('3.0 MiB')
  expect(formatValue(1_234.5, 'count')).toBe('1,235')
  expect(formatValue(2.25, 'ms')).toBe('2.3 ms')
})

test('progress is shown before anything was read, too', () => {
  const progress = {
    elapsedMs: 2_000,
    durationMs: 60_000,
    roundCount: 0,
    recordedCount: 3_000,
    reading: undefined,
  }
  expect(formatProgress(progress)).toBe('2 s of 1 min, round 1, 3,000 recorded, 1,500/s')
})
