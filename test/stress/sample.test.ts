import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ordinalOf, SERIES_COUNT, saltOf, seriesAt, valueAt } from './sample.ts'

const anyOrdinal = fc.nat(2 ** 31 - 1)
const anySalt = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

test('every value leads back to its ordinal, and is a whole number that float64 holds', () => {
  fc.assert(
    fc.property(anyOrdinal, anySalt, (ordinal, salt) => {
      const value = valueAt(ordinal, salt)
      expect(Number.isSafeInteger(value)).toBe(true)
      expect(value).toBeGreaterThanOrEqual(0)
      expect(ordinalOf(value, salt)).toBe(ordinal)
    }),
  )
})

test('halves of two samples are no value, in any run of neighbours', () => {
  const salt = saltOf(1, 2, 3)
  const floats = Float64Array.from({ length: 300 }, (_, ordinal) => valueAt(ordinal, salt))
  const words = new Uint32Array(floats.buffer)
  const torn = new Float64Array(1)
  const tornWords = new Uint32Array(torn.buffer)
  const passed: string[] = []
  for (let low = 0; low < floats.length; low++) {
    for (let high = 0; high < floats.length; high++) {
      tornWords.set([words[low * 2]!, words[high * 2 + 1]!])
      if (low !== high && ordinalOf(torn[0]!, salt) !== -1) passed.push(`${low} and ${high}`)
    }
  }
  expect(passed).toEqual([])
})

test.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5, 2 ** 60])('%d is no value', value => {
  expect(ordinalOf(value, 7)).toBe(-1)
})

test('the values of one producer are none of another, nor of another case', () => {
  for (let ordinal = 0; ordinal < 1_000; ordinal++) {
    expect(ordinalOf(valueAt(ordinal, saltOf(1, 2, 0)), saltOf(1, 2, 1))).toBe(-1)
    expect(ordinalOf(valueAt(ordinal, saltOf(1, 2, 0)), saltOf(1, 3, 0))).toBe(-1)
  }
})

test('series are met alike', () => {
  const counts = new Array<number>(SERIES_COUNT).fill(0)
  for (let ordinal = 0; ordinal < 80_000; ordinal++) counts[seriesAt(ordinal, 5)]! += 1
  for (const count of counts) expect(count).toBeGreaterThan(9_000)
})
