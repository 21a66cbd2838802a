import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RELATIVE_ERROR_MAX } from '../../../src/shared/statistics/bucket-index.ts'
import { readSlices, SINCE_START, TimeSlices } from '../../../src/shared/statistics/time-slices.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const WRAP_MS = 2 ** 32

function start(nowMs = 0) {
  const clock = new ManualClock(nowMs)
  const slices = new TimeSlices(clock)
  const add = (value: number) => slices.add(value, clock.nowMs() >>> 0)
  return { clock, slices, add }
}

test('a window holds what was asked for and at most one slice more, at any moment of the grid', () => {
  const { clock, slices, add } = start()
  for (let second = 0; second < 300; second += 1) {
    add(second)
    const { count, coveredMs, max } = slices.read(30_000, clock.nowMs())
    expect(max).toBe(second)
    expect(coveredMs).toBeLessThan(35_000)
    if (second >= 30) expect(coveredMs).toBeGreaterThanOrEqual(30_000)
    expect(count).toBe(Math.floor(coveredMs / 1_000) + 1)
    clock.advance(1_000)
  }
})

test('a long window is made of coarse slices: an hour, and at most a minute more', () => {
  const { clock, slices, add } = start(1_000)
  for (let index = 0; index < 1_000; index += 1) {
    add(index)
    const { count, coveredMs } = slices.read(3_600_000, clock.nowMs())
    expect(coveredMs).toBeLessThan(3_660_000)
    if (index >= 360) expect(coveredMs).toBeGreaterThanOrEqual(3_600_000)
    expect(count).toBe(Math.floor(coveredMs / 10_000) + 1)
    clock.advance(10_000)
  }
})

test('coarse and fine slices never count a sample twice: any window sees each of its samples once', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(gaps, fc.integer({ min: 5_000, max: 3_600_000 }), (gapsMs, durationMs) => {
      const { clock, slices, add } = start()
      const timesMs: number[] = []
      for (const gapMs of gapsMs) {
        clock.advance(gapMs)
        timesMs.push(clock.nowMs())
        add(clock.nowMs())
      }
      const gridMs = durationMs <= 60_000 ? 5_000 : 60_000
      const fromMs = Math.floor((clock.nowMs() - durationMs) / gridMs) * gridMs
      const expected = timesMs.filter(timeMs => timeMs >= fromMs)
      const reading = slices.read(durationMs, clock.nowMs())
      expect(reading.count).toBe(expected.length)
      expect(reading.histogram.count).toBe(expected.length)
      expect(reading.min).toBe(expected[0])
      expect(slices.read(SINCE_START, clock.nowMs()).count).toBe(timesMs.length)
    }),
  )
})

test('percentiles of a time window keep the stated error through packing and merging', () => {
  const { clock, slices, add } = start()
  for (let index = 1; index <= 600; index += 1) {
    add(index)
    clock.advance(1_000)
  }
  const { histogram, count, sum } = slices.read(3_600_000, clock.nowMs())
  expect(count).toBe(600)
  expect(sum).toBe((600 * 601) / 2)
  for (const [q, truth] of [
    [0.5, 300],
    [0.95, 570],
    [0.99, 594],
  ] as const) {
    expect(Math.abs(histogram.quantile(q)! - truth)).toBeLessThanOrEqual(truth * RELATIVE_ERROR_MAX)
  }
})

test('a sample older than the current slice counts in the current one, not nowhere', () => {
  const { clock, slices, add } = start(100_000)
  add(1)
  slices.add(2, 94_000)
  slices.add(3, 0)
  expect(slices.read(5_000, clock.nowMs()).count).toBe(3)
  expect(slices.currentStartMs).toBe(100_000)
})

test('a time in the future, from a damaged lane, does not swallow the samples that follow', () => {
  const { clock, slices, add } = start(100_000)
  add(1)
  slices.add(2, 100_000 + 1_000_000_000)
  clock.advance(20_000)
  add(3)
  expect(slices.read(5_000, clock.nowMs()).count).toBe(1)
  expect(slices.read(SINCE_START, clock.nowMs()).count).toBe(3)
})

test('time goes on across the wrap of 32-bit milliseconds', () => {
  const { clock, slices, add } = start(WRAP_MS - 30_000)
  for (let second = 0; second < 60; second += 1) {
    add(second)
    clock.advance(1_000)
  }
  const { count, min, coveredMs } = slices.read(20_000, clock.nowMs())
  expect(coveredMs).toBeLessThan(25_000)
  expect(count).toBe(Math.floor(coveredMs / 1_000))
  expect(min).toBe(60 - count)
  expect(slices.read(60_000, clock.nowMs()).count).toBe(60)
})

test.each([2 ** 31 - 1, 2 ** 31, WRAP_MS - 60_000, WRAP_MS + 10_000, 3 * WRAP_MS + 20_007])(
  'after an idle gap of %i ms old samples are gone and new ones are in their own slice',
  gapMs => {
    const { clock, slices, add } = start(12_345)
    add(1)
    clock.advance(gapMs)
    expect(slices.read(3_600_000, clock.nowMs()).count).toBe(0)
    add(2)
    const { count, min } = slices.read(3_600_000, clock.nowMs())
    expect([count, min]).toEqual([1, 2])
    expect(slices.read(SINCE_START, clock.nowMs()).count).toBe(2)
  },
)

test('an idle series ages out of the window without anyone touching it', () => {
  const { clock, slices, add } = start()
  add(1)
  clock.advance(4_000)
  expect(slices.read(10_000, clock.nowMs()).count).toBe(1)
  clock.advance(20_000)
  expect(slices.read(10_000, clock.nowMs())).toMatchObject({
    count: 0,
    sum: 0,
    min: undefined,
    max: undefined,
  })
  expect(slices.read(60_000, clock.nowMs()).count).toBe(1)
})

test('counters have a count and a sum, fractions included, and no distribution', () => {
  const { clock, slices } = start()
  for (let index = 0; index < 200; index += 1) {
    slices.addCount(0.5, clock.nowMs())
    clock.advance(1_000)
  }
  const reading = slices.read(3_600_000, clock.nowMs())
  expect(reading).toMatchObject({ count: 100, sum: 100, min: undefined, max: undefined })
  expect(reading.histogram.quantile(0.5)).toBeUndefined()
  expect(slices.read(SINCE_START, clock.nowMs()).count).toBe(100)
})

test('series of different ages merge into what one series would have said', () => {
  const clock = new ManualClock()
  const all = [new TimeSlices(clock), new TimeSlices(clock), new TimeSlices(clock)]
  const together = new TimeSlices(clock)
  for (let index = 0; index < 500; index += 1) {
    const value = (index * 7_919) % 1_009
    all[index % (index < 250 ? 1 : 2)]!.add(value, clock.nowMs())
    together.add(value, clock.nowMs())
    clock.advance(700)
  }
  for (const durationMs of [10_000, 60_000, 300_000]) {
    const merged = readSlices(all, durationMs, clock.nowMs())
    const single = together.read(durationMs, clock.nowMs())
    expect({ ...merged, histogram: 0 }).toEqual({ ...single, histogram: 0 })
    expect(merged.histogram.quantile(0.95)).toBe(single.histogram.quantile(0.95))
  }
})

test('a young series covers its own age, and none at all covers nothing', () => {
  const { clock, slices, add } = start(1_000_000)
  expect(slices.read(60_000, clock.nowMs())).toMatchObject({ count: 0, coveredMs: 0 })
  add(1)
  clock.advance(7_000)
  expect(slices.read(60_000, clock.nowMs()).coveredMs).toBe(7_000)
})

test('windows shorter than a slice or longer than an hour are refused', () => {
  const { slices } = start()
  for (const durationMs of [4_999, 3_600_001, Number.NaN]) {
    expect(() => slices.read(durationMs, 0)).toThrow(expect.objectContaining({ code: 'OFFLOOP_TIME_WINDOW' }))
  }
})

test('a quiet series costs little for its hour, a busy one is bounded, and an unused one costs nothing', () => {
  const quiet = start()
  const busy = start()
  expect(quiet.slices.bytes).toBe(0)
  for (let second = 0; second < 7_200; second += 1) {
    quiet.add(Math.exp((second * 0.618) % 3))
    for (let index = 0; index < 20; index += 1) busy.add(Math.exp(((second * 20 + index) * 0.618) % 7))
    quiet.clock.advance(1_000)
    busy.clock.advance(1_000)
  }
  expect(quiet.slices.bytes).toBeLessThan(25_000)
  expect(busy.slices.bytes).toBeLessThan(120_000)
})
