import { expect, test } from 'vitest'
import { logBucketOf } from '../../../../src/shared/statistics/log-bucket.ts'
import { HIGH_WORD, SampleBatch } from '../../../../src/shared/statistics/sample-batch.ts'
import { DISTRIBUTION_NAMES, valuesOf } from './distributions.ts'

const COUNT = 2_000

function distinctOf(name: string): Set<number> {
  return new Set(valuesOf(name, COUNT))
}

test.each(DISTRIBUTION_NAMES)('%s: finite, as many as asked for, and the same in every run', name => {
  for (const count of [1, 2, COUNT]) expect(valuesOf(name, count)).toHaveLength(count)
  expect(valuesOf(name, COUNT).every(Number.isFinite)).toBe(true)
  expect(valuesOf(name, COUNT)).toEqual(valuesOf(name, COUNT))
})

test('at least fourteen distributions, so that no algorithm is tested with its favourite alone', () => {
  expect(DISTRIBUTION_NAMES.length).toBeGreaterThanOrEqual(14)
})

test('the adversaries are what they are called', () => {
  expect(distinctOf('all equal').size).toBe(1)
  expect([...distinctOf('two values 1 ulp apart')].sort()).toEqual([1, 1 + Number.EPSILON])
  expect(Math.max(...valuesOf('denormals', COUNT))).toBeLessThan(2 ** -1022)
  expect(Math.min(...valuesOf('around 1e300', COUNT))).toBeGreaterThan(1e299)
  const zeros = valuesOf('zeros of both signs', COUNT)
  expect([0, -0].every(zero => zeros.some(value => Object.is(value, zero)))).toBe(true)
  const sorted = valuesOf('sorted', COUNT)
  expect(sorted.every((value, index) => index === 0 || value >= sorted[index - 1]!)).toBe(true)
  expect(valuesOf('reversed', COUNT)).toEqual([...sorted].reverse())
  expect(distinctOf('sawtooth with many duplicates').size).toBe(17)
})

test('values clustered in one log-bucket leave every choice to the selection inside it', () => {
  const batch = new SampleBatch(COUNT)
  batch.values.set(valuesOf('clustered in one log-bucket', COUNT))
  const bucketIds = [...batch.values].map((_, index) => logBucketOf(batch.words[2 * index + HIGH_WORD]!))
  expect(new Set(bucketIds).size).toBe(1)
  expect(distinctOf('clustered in one log-bucket').size).toBeGreaterThan(COUNT * 0.99)
})
