import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExponentialHistogram } from '../../../src/shared/statistics/exponential-histogram.ts'
import { SliceLog } from '../../../src/shared/statistics/slice-log.ts'

function histogramOf(values: readonly number[]): ExponentialHistogram {
  const histogram = new ExponentialHistogram()
  for (const value of values) histogram.record(value)
  return histogram
}

const anyFinite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 })

test('what was appended comes back whole: buckets, extremes and counts, whatever the values', () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyFinite, { maxLength: 40 }), { maxLength: 8 }), slices => {
      const log = new SliceLog()
      slices.forEach((values, index) => {
        log.append(index, values.length, histogramOf(values))
      })
      const back = new ExponentialHistogram()
      expect(log.mergeFrom(0, back)).toBe(slices.flat().length)
      const expected = histogramOf(slices.flat())
      for (const q of [0, 0.25, 0.5, 0.9, 1]) expect(back.quantile(q)).toBe(expected.quantile(q))
      expect(back.count).toBe(expected.count)
      expect(back.clamped).toBe(expected.clamped)
      expect(back.min).toBe(expected.min)
      expect(back.max).toBe(expected.max)
    }),
  )
})

test('counts beyond 32 bits survive', () => {
  const log = new SliceLog()
  const histogram = new ExponentialHistogram()
  histogram.record(3)
  for (let doubling = 0; doubling < 45; doubling += 1) {
    const copy = new ExponentialHistogram()
    copy.merge(histogram)
    histogram.merge(copy)
  }
  log.append(0, histogram.count, histogram)
  const back = new ExponentialHistogram()
  expect(log.mergeFrom(0, back)).toBe(2 ** 45)
  expect(back.count).toBe(2 ** 45)
})

test('slices from an index on are merged, and dropped ones are gone for good', () => {
  const log = new SliceLog()
  for (let index = 0; index < 100; index += 1) {
    log.append(index, 1, histogramOf([index]))
    log.dropBefore(index - 12)
    expect(log.mergeFrom(0, null)).toBe(Math.min(index + 1, 13))
    expect(log.mergeFrom(index, null)).toBe(1)
  }
  const back = new ExponentialHistogram()
  log.mergeFrom(95, back)
  expect([back.count, back.min, back.max]).toEqual([5, 95, 99])
})

test('memory does not creep up while slices come and go, and is given back after a burst', () => {
  const log = new SliceLog()
  const wide = histogramOf(Array.from({ length: 2_000 }, (_, index) => 1.01 ** index))
  for (let index = 0; index < 20; index += 1) log.append(index, 2_000, wide)
  const burstBytes = log.bytes
  for (let index = 20; index < 2_000; index += 1) {
    log.append(index, 1, histogramOf([index]))
    log.dropBefore(index - 12)
  }
  expect(burstBytes).toBeGreaterThan(20_000)
  expect(log.bytes).toBeLessThan(4_000)
})

test('a log without slices has no memory', () => {
  expect(new SliceLog().bytes).toBe(0)
  expect(new SliceLog().mergeFrom(0, null)).toBe(0)
})
