/** Explicit buckets against counting by comparison: on bounds, beside them, and for values of every size. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BucketBounds, ExplicitBuckets } from '../../../src/shared/statistics/explicit-buckets.ts'
import { ExponentialHistogram } from '../../../src/shared/statistics/exponential-histogram.ts'
import { SampleBatch } from '../../../src/shared/statistics/sample-batch.ts'
import { StateReader, StateWriter } from '../../../src/shared/statistics/saved-state.ts'

const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true })
const anyBounds = fc
  .uniqueArray(fc.oneof(anyNumber, fc.integer({ min: -20, max: 20 })), {
    minLength: 1,
    maxLength: 30,
    comparator: Object.is,
  })
  // 0 and -0 are one bound.
  .map(bounds => [...new Set(bounds.map(bound => bound + 0))].sort((a, b) => a - b))

/** Values that lie on bounds, just beside them, and anywhere. */
const around = (bounds: readonly number[]) =>
  fc.array(
    fc.oneof(
      anyNumber,
      fc.constantFrom(...bounds),
      fc.constantFrom(...bounds).map(bound => bound * (1 + 2 ** -52)),
      fc.constantFrom(...bounds).map(bound => bound * (1 - 2 ** -53)),
    ),
    { minLength: 1, maxLength: 100 },
  )

function countedOneByOne(bounds: readonly number[], values: readonly number[]): number[] {
  const counts = new Array<number>(bounds.length + 1).fill(0)
  for (const value of values) {
    const bucket = bounds.findIndex(bound => value <= bound)
    counts[bucket < 0 ? bounds.length : bucket]! += 1
  }
  return counts
}

function bucketsOf(bounds: readonly number[], values: readonly number[]): ExplicitBuckets {
  const buckets = new ExplicitBuckets(BucketBounds.of(bounds))
  const batch = new SampleBatch(values.length)
  batch.values.set(values.map(value => value + 0))
  buckets.addBatch(batch, values.length)
  return buckets
}

describe('a value belongs to the first bound that is no smaller', () => {
  test('whatever the bounds and the values', () => {
    const cases = anyBounds.chain(bounds => fc.tuple(fc.constant(bounds), around(bounds)))
    fc.assert(
      fc.property(cases, ([bounds, values]) => {
        const finite = values.filter(Number.isFinite)
        if (finite.length === 0) return
        expect([...bucketsOf(bounds, finite).counts]).toEqual(countedOneByOne(bounds, finite))
      }),
      // More sets of bounds than there are tables: both ways of looking up are met.
      { numRuns: 500 },
    )
  })
})

test('samples that came as counts are placed by their exponential bucket, and said to be', () => {
  const histogram = new ExponentialHistogram()
  for (const value of [-3, 0, 1, 4, 4, 900]) histogram.record(value)
  const buckets = bucketsOf([0, 5, 100], [1, 50])
  expect(buckets.isExact).toBe(true)
  buckets.addHistogram(histogram)
  expect([...buckets.counts]).toEqual([2, 4, 1, 1])
  expect(buckets.isExact).toBe(false)
})

test('what is saved is what is restored', () => {
  const buckets = bucketsOf([1, 2], [0.5, 1.5, 3, 3])
  const writer = new StateWriter()
  writer.begin()
  buckets.save(writer)
  const restored = new ExplicitBuckets(BucketBounds.of([1, 2]))
  restored.restore(new StateReader(writer.written.slice()))
  expect([...restored.counts]).toEqual([1, 1, 2])
  expect(restored.isExact).toBe(true)
})
