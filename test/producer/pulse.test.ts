import { expect, test } from 'vitest'
import { Pulse } from '../../src/producer/pulse.ts'

test('what stands still is said to stand still for as long as it was observed', () => {
  const pulse = new Pulse()
  expect([0, 200, 400, 600].map(nowMs => pulse.observe(7, nowMs))).toEqual([0, 200, 400, 600])
})

test('any change is a sign of life, and the time begins anew', () => {
  const pulse = new Pulse()
  const observed = [
    [7, 0],
    [7, 200],
    [8, 400],
    [8, 600],
    [7, 800],
  ] as const
  expect(observed.map(([sign, nowMs]) => pulse.observe(sign, nowMs))).toEqual([0, 200, 0, 200, 0])
})

test('a thread that was blocked, or a machine that was suspended, does not take the time for stillness', () => {
  const pulse = new Pulse()
  pulse.observe(7, 0)
  // An hour went by without an observation: the other side may have had as little of it as this one.
  expect(pulse.observe(7, 3_600_000)).toBeLessThanOrEqual(400)
  expect(pulse.observe(8, 3_600_050)).toBe(0)
})

test('another one that shows the same sign is another one', () => {
  const pulse = new Pulse()
  pulse.observe(7, 0)
  pulse.observe(7, 200)
  pulse.reset()
  expect(pulse.observe(7, 400)).toBe(0)
})
