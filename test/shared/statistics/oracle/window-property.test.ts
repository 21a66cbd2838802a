import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyValue } from '../hostile-values.ts'
import { SingleSeries } from './single-series.ts'
import { percentileFaults } from './sort-oracle.ts'

type Step = { readonly record: number; readonly times: number } | 'read'

const anyDouble = fc.oneof(
  fc.double(),
  anyValue,
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
)
/** Bursts of one value reach the full batch, and windows in which nearly all values are equal. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ record: anyDouble, times: fc.constant(1) }) },
  { weight: 1, arbitrary: fc.record({ record: anyDouble, times: fc.integer({ min: 2, max: 150 }) }) },
  { weight: 1, arbitrary: fc.constant<Step>('read') },
)

test('any doubles, recorded and read in any order: the window is the sorted last values, and nothing else', () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 200, size: 'max' })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), steps, (capacity, all) => {
      const single = new SingleSeries(capacity)
      const model: number[] = []
      let invalid = 0
      for (const one of [...all, 'read' as const]) {
        if (one !== 'read') {
          for (let time = 0; time < one.times; time += 1) single.record(one.record)
          if (Number.isFinite(one.record)) model.push(...Array<number>(one.times).fill(one.record))
          else invalid += one.times
        } else if (model.length > 0) {
          expect(percentileFaults(single.percentiles, model.slice(-capacity))).toEqual([])
          expect(single.series.window!.evicted).toBe(Math.max(0, model.length - capacity))
          expect(Object.is(single.series.last, model[model.length - 1]! + 0)).toBe(true)
        }
      }
      expect([single.series.total, single.series.invalid]).toEqual([model.length, invalid])
    }),
    { numRuns: 150 },
  )
})
