import { expect, test } from 'vitest'
import { ExponentialHistogram } from '../../../../src/shared/statistics/exponential-histogram.ts'
import { SINCE_START, TimeSlices } from '../../../../src/shared/statistics/time-slices.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { DISTRIBUTION_NAMES, valuesOf } from './distributions.ts'
import { errorBoundFaults } from './error-bound.ts'
import { contentOf } from './histogram-content.ts'
import { type Percentiles, QUANTILES } from './sort-oracle.ts'

const GAP_MS = 100

function histogramOf(values: readonly number[]): ExponentialHistogram {
  const histogram = new ExponentialHistogram()
  for (const value of values) histogram.record(value)
  return histogram
}

function percentilesOf(histogram: ExponentialHistogram): Percentiles {
  return QUANTILES.map(q => histogram.quantile(q))
}

test.each(DISTRIBUTION_NAMES)(
  'every estimate is within the stated relative error of the value of that rank: %s',
  name => {
    for (const count of [1, 2, 99, 100, 101, 1_000, 10_000]) {
      const values = valuesOf(name, count, count)
      const histogram = histogramOf(values)
      expect(errorBoundFaults(percentilesOf(histogram), values)).toEqual([])
      expect(histogram.min === Math.min(...values)).toBe(true)
      expect(histogram.max === Math.max(...values)).toBe(true)
    }
  },
)

test.each(DISTRIBUTION_NAMES)(
  'time windows estimate the values of their own time within the error, however many slices are packed: %s',
  name => {
    const clock = new ManualClock()
    const slices = new TimeSlices(clock)
    const values = valuesOf(name, 3_000)
    values.forEach((value, index) => {
      if (index > 0) clock.advance(GAP_MS)
      slices.add(value, clock.nowMs())
    })
    for (const durationMs of [5_000, 30_000, 60_000, 120_000, SINCE_START]) {
      const { histogram, count, min, max } = slices.read(durationMs, clock.nowMs())
      const gridMs = durationMs <= 60_000 ? 5_000 : 60_000
      const startMs = Math.max(0, Math.floor((clock.nowMs() - durationMs) / gridMs) * gridMs)
      const inTime = values.slice(startMs / GAP_MS)
      expect(count).toBe(inTime.length)
      expect([min === Math.min(...inTime), max === Math.max(...inTime)]).toEqual([true, true])
      expect(errorBoundFaults(percentilesOf(histogram), inTime)).toEqual([])
      expect(contentOf(histogram)).toEqual(contentOf(histogramOf(inTime)))
    }
  },
)
