import { describe, expect, test } from 'vitest'
import { flatnessOf, type Point } from './flatness.ts'
import { Random } from './random.ts'

const LIMIT = { share: 0.05, floor: 2 }
const SECOND_MS = 1_000

/** One reading a second. */
function readings(count: number, valueAt: (second: number) => number): Point[] {
  return Array.from({ length: count }, (_, second) => ({ atMs: second * SECOND_MS, value: valueAt(second) }))
}

/** Noise of about ± `size`, the same in each run of the tests. */
function noise(size: number, seed = 1): () => number {
  const random = new Random(seed)
  return () => (random.next() + random.next() + random.next() - 1.5) * size
}

const verdictOf = (points: readonly Point[]) => flatnessOf(points, LIMIT).verdict

describe('flat is', () => {
  test('what stays as it is', () => {
    expect(
      flatnessOf(
        readings(60, () => 100),
        LIMIT,
      ),
    ).toMatchObject({ verdict: 'flat', level: 100, growth: 0 })
  })

  test.each([1, 2, 3, 4, 5])('what only varies, seed %i', seed => {
    const jitter = noise(20, seed)
    expect(verdictOf(readings(200, () => 100 + jitter()))).toBe('flat')
  })

  test('what has grown while warming up, and no further', () => {
    expect(verdictOf(readings(60, second => Math.min(second, 25) * 10))).toBe('flat')
  })

  test('what shrinks', () => {
    expect(verdictOf(readings(60, second => 1_000 - second))).toBe('flat')
  })

  test('what single readings stand out of, late ones above all', () => {
    expect(verdictOf(readings(60, second => (second % 7 === 0 ? 100 + second * 50 : 100)))).toBe('flat')
  })

  test('what grows by less than the limit allows', () => {
    const { verdict, growth } = flatnessOf(
      readings(60, second => 100 + second / 10),
      LIMIT,
    )
    expect([verdict, growth]).toEqual(['flat', expect.closeTo(2.9, 5)])
  })

  test('a step that noise of the same size explains', () => {
    const jitter = noise(50)
    expect(verdictOf(readings(24, () => 100 + jitter()))).toBe('flat')
  })
})

describe('growing is', () => {
  test('what rises steadily above the limit', () => {
    const found = flatnessOf(
      readings(60, second => 100 + second),
      LIMIT,
    )
    expect(found).toMatchObject({ verdict: 'growing', slopePerHour: 3_600, slopeMinPerHour: 3_600 })
    expect(found.growthAllowed).toBeCloseTo(0.05 * found.level)
  })

  test.each([1, 2, 3, 4, 5])('a leak under noise of twice its size, seed %i', seed => {
    const jitter = noise(40, seed)
    expect(verdictOf(readings(400, second => 100 + second / 10 + jitter()))).toBe('growing')
  })

  test('a leak that drops back now and then, as a heap does', () => {
    expect(verdictOf(readings(120, second => 100 + second + (second % 10) * 2))).toBe('growing')
  })

  test('a whole number that goes up by one seldom, such as handles', () => {
    const limit = { share: 0, floor: 1 }
    expect(
      flatnessOf(
        readings(120, second => 20 + Math.floor(second / 15)),
        limit,
      ).verdict,
    ).toBe('growing')
  })

  test('a leak in a long run, of which neighbouring readings are put together', () => {
    const jitter = noise(10)
    const { verdict, readingCount } = flatnessOf(
      readings(6_000, second => 100 + second / 100 + jitter()),
      LIMIT,
    )
    expect([verdict, readingCount]).toEqual(['growing', 3_000])
  })
})

describe('too short is', () => {
  test.each([0, 1, 8, 14])('a run of %i readings, whatever they are', count => {
    expect(verdictOf(readings(count, second => second * 1_000))).toBe('too short')
  })
})
