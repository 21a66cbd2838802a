import { expect, test } from 'vitest'
import { ExponentialHistogram } from '../../../../src/shared/statistics/exponential-histogram.ts'
import { readSlices, SINCE_START } from '../../../../src/shared/statistics/time-slices.ts'
import { DISTRIBUTION_NAMES, shuffled, valuesOf } from './distributions.ts'
import { exactSumOf, isWithinRoundings } from './exact-sum.ts'
import { contentOf } from './histogram-content.ts'
import { SingleSeries } from './single-series.ts'

const PART_COUNT = 9
/** Each merge rounds the sum once, and each part has a rounding of its own. */
const MERGE_ROUNDINGS = 2 * PART_COUNT

function histogramOf(values: readonly number[]): ExponentialHistogram {
  const histogram = new ExponentialHistogram()
  for (const value of values) histogram.record(value)
  return histogram
}

/** Parts of different sizes, one of them empty. */
function partsOf(values: readonly number[]): number[][] {
  const parts = Array.from({ length: PART_COUNT }, (): number[] => [])
  values.forEach((value, index) => {
    parts[Math.floor(Math.sqrt(index)) % (PART_COUNT - 1)]!.push(value)
  })
  return parts
}

function mergedInTurn(parts: readonly ExponentialHistogram[]): ExponentialHistogram {
  const merged = new ExponentialHistogram()
  for (const part of parts) merged.merge(part)
  return merged
}

function mergedAsTree(parts: readonly ExponentialHistogram[]): ExponentialHistogram {
  if (parts.length <= 2) return mergedInTurn(parts)
  const middle = Math.floor(parts.length / 2)
  return mergedInTurn([mergedAsTree(parts.slice(0, middle)), mergedAsTree(parts.slice(middle))])
}

test.each(DISTRIBUTION_NAMES)(
  'merging parts in any order, one by one or as a tree, equals recording all: %s',
  name => {
    const values = valuesOf(name, 2_000)
    const whole = contentOf(histogramOf(values))
    const exact = exactSumOf(values)
    const parts = partsOf(values).map(histogramOf)
    for (let seed = 1; seed <= 6; seed += 1) {
      const order = shuffled(parts, seed)
      for (const merged of [mergedInTurn(order), mergedAsTree(order)]) {
        expect(contentOf(merged)).toEqual(whole)
        expect(isWithinRoundings(merged.sum, exact, MERGE_ROUNDINGS)).toBe(true)
      }
    }
  },
)

test.each(DISTRIBUTION_NAMES)(
  'series read together, in any order, are the histogram of all their values: %s',
  name => {
    const values = valuesOf(name, 2_000)
    const whole = contentOf(histogramOf(values))
    const slices = partsOf(values)
      .filter(part => part.length > 0)
      .map(part => {
        const single = new SingleSeries(1)
        for (const value of part) {
          single.clock.advance(450)
          single.record(value)
        }
        return single.series.slices!
      })
    for (let seed = 1; seed <= 4; seed += 1) {
      const { histogram, count } = readSlices(shuffled(slices, seed), SINCE_START, 1_000_000)
      expect(count).toBe(values.length)
      expect(contentOf(histogram)).toEqual(whole)
    }
  },
)
