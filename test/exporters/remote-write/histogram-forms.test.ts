import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  gridBoundOf,
  gridBoundText,
  gridHistogramOf,
  gridIndicesBetween,
} from '../../../src/exporters/remote-write/grid.ts'
import {
  classicBuckets,
  fineBuckets,
  fineIndicesOf,
  nativeHistogram,
  vmrangeBuckets,
} from '../../../src/exporters/remote-write/histogram-forms.ts'
import type { WireBuckets } from '../../../src/exporters/remote-write/wire.ts'
import { ExponentialHistogram } from '../../../src/shared/statistics/exponential-histogram.ts'

const WIDTH = 2 ** (1 / 32)

function recorded(values: readonly number[]): ExponentialHistogram {
  const histogram = new ExponentialHistogram()
  for (const value of values) histogram.record(value)
  return histogram
}

/** As Prometheus reads it: the buckets' indices and counts. */
function unfolded({ spans, deltas }: WireBuckets): Map<number, number> {
  const buckets = new Map<number, number>()
  let index = 0
  let next = 0
  let count = 0
  for (const { offset, length } of spans) {
    index += offset
    for (let end = index + length; index < end; index++) {
      count += deltas[next]!
      next += 1
      buckets.set(index, count)
    }
  }
  return buckets
}

const VALUES = fc.array(
  fc.oneof(
    fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.constant(0),
  ),
  { minLength: 1, maxLength: 300 },
)

test('a native histogram holds every value between the bounds of its bucket', () => {
  fc.assert(
    fc.property(VALUES, values => {
      const histogram = recorded(values)
      const native = nativeHistogram(histogram, 1, histogram.sum)
      const positive = values.filter(value => value > native.zeroThreshold)
      const negative = values.filter(value => value < -native.zeroThreshold)
      for (const [side, magnitudes] of [
        [native.positive, positive],
        [native.negative, negative.map(value => -value)],
      ] as const) {
        for (const [index, count] of unfolded(side)) {
          const [from, to] = [WIDTH ** (index - 1), WIDTH ** index]
          // A value beside a bound may lie on either side of what `**` makes of it.
          const inside = magnitudes.filter(value => value > from * 1.000001 && value < to * 0.999999).length
          const around = magnitudes.filter(value => value > from * 0.999999 && value < to * 1.000001).length
          expect(count).toBeGreaterThanOrEqual(inside)
          expect(count).toBeLessThanOrEqual(around)
        }
      }
      expect(native.schema).toBe(5)
      expect(native.count).toBe(values.length)
      expect(native.zeroCount).toBe(values.length - positive.length - negative.length)
      expect(native.sum).toBe(histogram.sum)
    }),
  )
})

test.each([
  [1, 0],
  [1_000, 0.0021],
  [1e6, 0.0042],
  [1e9, 0.0062],
  [100, 0.0089],
])('recorded in a unit of which %i make the exported one, bounds are off by at most %d', (divisor, bias) => {
  const random = (index: number) => 10 ** (((index * 0.618034) % 6) - 1)
  for (let index = 0; index < 2_000; index++) {
    const value = random(index)
    const { indices, counts } = gridHistogramOf(recorded([value]), divisor).positive
    expect(counts).toEqual([1])
    const exported = value / divisor
    expect(exported).toBeGreaterThan(gridBoundOf(indices[0]! - 1) * (1 - bias - 1e-9))
    expect(exported).toBeLessThanOrEqual(gridBoundOf(indices[0]!) * (1 + bias + 1e-9))
  }
})

test('fine buckets of several processes, added by bound, are those of all values in one', () => {
  const indices = gridIndicesBetween(0.01, 100, 32)
  fc.assert(
    fc.property(fc.array(VALUES, { minLength: 1, maxLength: 4 }), processes => {
      const each = processes.map(values => fineBuckets(gridHistogramOf(recorded(values), 1), indices))
      const all = fineBuckets(gridHistogramOf(recorded(processes.flat()), 1), indices)
      const added = all.map(({ text }, index) => ({
        text,
        count: each.reduce((sum, buckets) => sum + buckets[index]!.count, 0),
      }))
      expect(added).toEqual(all)
      const counts = all.map(({ count }) => count)
      expect(counts).toEqual([...counts].sort((a, b) => a - b))
      expect(all.at(-1)).toEqual({ text: '+Inf', count: processes.flat().length })
    }),
  )
})

test('fine bounds depend on the options alone, cover the range, and are told apart', () => {
  const indices = fineIndicesOf({ perOctave: 32, ranges: { seconds: [0.001, 60] } }, 'seconds')!
  expect(gridBoundOf(indices[0]!)).toBeLessThanOrEqual(0.001)
  expect(gridBoundOf(indices.at(-1)!)).toBeGreaterThanOrEqual(60)
  expect(indices.length).toBe(510)
  expect(new Set(indices.map(gridBoundText)).size).toBe(indices.length)
  expect(gridIndicesBetween(1, 4, 4).map(gridBoundText)).toEqual([
    '1',
    '1.18921',
    '1.41421',
    '1.68179',
    '2',
    '2.37841',
    '2.82843',
    '3.36359',
    '4',
  ])
  expect(fineIndicesOf({ perOctave: 32, ranges: {} }, 'seconds')).toBeUndefined()
  expect(fineIndicesOf({ perOctave: 32, ranges: {} }, 'toString')).toBeUndefined()
})

test('vmrange buckets lie beside each other, count by themselves, and lose no value', () => {
  fc.assert(
    fc.property(VALUES, values => {
      const buckets = vmrangeBuckets(gridHistogramOf(recorded(values), 1))
      expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(values.length)
      const bounds = buckets.map(({ text }) => text.split('...').map(Number))
      for (const [index, [from, to]] of bounds.entries()) {
        expect(from).toBeLessThan(to!)
        if (index > 0) expect(from).toBeGreaterThanOrEqual(bounds[index - 1]![1]!)
      }
    }),
  )
})

test('classic buckets are cumulative, in the exported unit, and end with all', () => {
  const buckets = { bounds: [5, 10, 25, 100], counts: Float64Array.of(1, 0, 2, 3, 4), isExact: true }
  expect(classicBuckets(buckets, 1_000, 10)).toEqual([
    { text: '0.005', count: 1 },
    { text: '0.01', count: 1 },
    { text: '0.025', count: 3 },
    { text: '0.1', count: 6 },
    { text: '+Inf', count: 10 },
  ])
  expect(classicBuckets(undefined, 1, 7)).toEqual([{ text: '+Inf', count: 7 }])
})
