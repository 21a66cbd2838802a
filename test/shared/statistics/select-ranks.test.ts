import fc from 'fast-check'
import { expect, test } from 'vitest'
import { selectRanks } from '../../../src/shared/statistics/select-ranks.ts'
import { anyValue, HOSTILE_VALUES, sorted } from './hostile-values.ts'

test.each(Object.entries(HOSTILE_VALUES))('every rank is what a sort says: %s', (_, valuesOf) => {
  for (const count of [1, 2, 48, 49, 500, 3_000]) {
    const values = valuesOf(count)
    const ranks = [...new Set([1, Math.ceil(count / 2), Math.ceil(count * 0.99), count])]
    const expected = sorted(values)
    const selected = selectRanks(Float64Array.from(values), ranks)
    // `==` for 0 and -0: which of them stands first is not promised.
    expect(ranks.every((rank, index) => selected[index] === expected[rank - 1])).toBe(true)
  }
})

test('every rank is what a sort says: arbitrary values', () => {
  fc.assert(
    fc.property(fc.array(anyValue, { minLength: 1, maxLength: 300 }), values => {
      const ranks = values.map((_, index) => index + 1)
      const selected = selectRanks(Float64Array.from(values), ranks)
      const expected = sorted(values)
      expect(selected.every((value, index) => value === expected[index])).toBe(true)
    }),
  )
})
