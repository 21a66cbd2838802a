import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LOG_BUCKET_COUNT, logBucketOf } from '../../../src/shared/statistics/log-bucket.ts'
import { HIGH_WORD, SampleBatch } from '../../../src/shared/statistics/sample-batch.ts'

const batch = new SampleBatch(1)

function bucketOf(value: number): number {
  batch.values[0] = value
  return logBucketOf(batch.words[HIGH_WORD]!)
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })

test('a smaller value never has a higher bucket, whatever the signs and magnitudes', () => {
  fc.assert(
    fc.property(finite, finite, (a, b) => {
      const [smaller, larger] = a < b ? [a, b] : [b, a]
      expect(bucketOf(smaller)).toBeLessThanOrEqual(bucketOf(larger))
    }),
  )
})

test('every finite value has a bucket within range, the extremes of float64 included', () => {
  for (const value of [-Number.MAX_VALUE, -1, -5e-324, -0, 0, 5e-324, 1, Number.MAX_VALUE]) {
    expect(bucketOf(value)).toBeGreaterThanOrEqual(0)
    expect(bucketOf(value)).toBeLessThan(LOG_BUCKET_COUNT)
  }
  expect(bucketOf(-Number.MAX_VALUE)).toBe(0)
  expect(bucketOf(Number.MAX_VALUE)).toBe(LOG_BUCKET_COUNT - 1)
})

test('-0 lies above every other negative bucket and below 0, so that order holds around zero', () => {
  expect(bucketOf(-0)).toBe(bucketOf(-5e-324))
  expect(bucketOf(0)).toBe(bucketOf(5e-324))
  expect(bucketOf(-0)).toBe(bucketOf(0) - 1)
  expect(bucketOf(-(2 ** -120))).toBeLessThan(bucketOf(-0))
})

test('an octave has 128 buckets', () => {
  expect(bucketOf(2) - bucketOf(1)).toBe(128)
  expect(bucketOf(1 + 1 / 128) - bucketOf(1)).toBe(1)
  expect(bucketOf(-1) - bucketOf(-2)).toBe(128)
})
