import { expect, test } from 'vitest'
import { retryAfterMsOf, retryWaitMs } from '../../../src/exporters/remote-write/retry-after.ts'

const NOW_MS = Date.UTC(2030, 0, 1)

test.each([
  ['3', 3_000],
  [' 3 ', 3_000],
  ['0', 0],
  ['99999999', 300_000],
  ['Tue, 01 Jan 2030 00:00:07 GMT', 7_000],
  ['Mon, 31 Dec 2029 23:59:00 GMT', 0],
  ['Wed, 01 Jan 2031 00:00:00 GMT', 300_000],
  ['soon', undefined],
  ['-3', 0],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j is %j ms from now', (header, ms) => {
  const read = retryAfterMsOf(header, NOW_MS)
  if (header === '-3') expect(read === undefined || read === 0).toBe(true)
  else expect(read).toBe(ms)
})

test('waits double up to a limit, and half of each is left to chance', () => {
  const waits = (random: number) =>
    [1, 2, 3, 7, 8, 1_000].map(failures => retryWaitMs(failures, undefined, random))
  expect(waits(0)).toEqual([250, 500, 1_000, 15_000, 15_000, 15_000])
  expect(waits(1)).toEqual([500, 1_000, 2_000, 30_000, 30_000, 30_000])
})

test('what the store asks for is waited at least, and a store that asks for nothing is not hammered', () => {
  expect(retryWaitMs(1, 2_000, 0)).toBe(2_000)
  expect(retryWaitMs(9, 2_000, 1)).toBeCloseTo(2_200)
  expect(retryWaitMs(1, 0, 0)).toBe(500)
})
