import { expect, test } from 'vitest'
import { clockOriginNow, createClock, timestampOf } from '../../src/shared/clock.ts'
import { ManualClock } from '../support/manual-clock.ts'

test('clocks of one origin agree, on whichever thread they were made', () => {
  const origin = clockOriginNow()
  const [here, there] = [createClock(origin), createClock(structuredClone(origin))]
  const [first, second, third] = [here.nowMs(), there.nowMs(), here.nowMs()]
  expect(first).toBeGreaterThanOrEqual(0)
  expect(second).toBeGreaterThanOrEqual(first)
  expect(third).toBeGreaterThanOrEqual(second)
  expect(here.originEpochMs).toBe(there.originEpochMs)
})

test('a clock never goes backward', () => {
  const clock = createClock()
  let lastMs = clock.nowMs()
  for (let count = 0; count < 10_000; count++) {
    const nowMs = clock.nowMs()
    if (nowMs < lastMs) expect.unreachable(`${nowMs} came after ${lastMs}`)
    lastMs = nowMs
  }
})

test('a clock counts in milliseconds, with their fractions', () => {
  const origin = { monotonicNs: process.hrtime.bigint() - 1_500_000_000n, epochMs: 0 }
  const nowMs = createClock(origin).nowMs()
  expect(nowMs).toBeGreaterThanOrEqual(1_500)
  expect(nowMs).toBeLessThan(1_500 + 10_000)
  expect(
    Array.from({ length: 100 }, () => createClock(origin).nowMs()).some(ms => !Number.isInteger(ms)),
  ).toBe(true)
})

test('the origin lies at the present, by the wall clock', () => {
  const before = performance.timeOrigin + performance.now()
  const { epochMs } = clockOriginNow()
  expect(epochMs).toBeGreaterThanOrEqual(before)
  expect(epochMs).toBeLessThan(before + 10_000)
})

test('a timestamp is the origin plus the time since', () => {
  const clock = new ManualClock(0, 1_000)
  clock.advance(2.5)
  expect(timestampOf(clock)).toBe(1_002.5)
})
