import { expect, test } from 'vitest'
import { readStatistic } from '../../../../src/shared/statistics/reading.ts'
import type { StatisticName } from '../../../../src/shared/topics.ts'
import { nearestRankValue, sorted } from '../hostile-values.ts'
import { DISTRIBUTION_NAMES, valuesOf } from './distributions.ts'
import { SingleSeries } from './single-series.ts'
import { percentileFaults } from './sort-oracle.ts'

// 1,024 samples are a whole chunk.
const CAPACITIES = [1, 2, 99, 100, 101, 1_000, 1_024, 10_000]
/** How full the window is when it is read, in proportion: half, full, and after one and a half turns of eviction. */
const TURNS = [0.5, 1, 1.37, 2.5]

/** Around every turn of the window one sample more and one less: where off-by-one errors live. */
function momentsOf(capacity: number): number[] {
  const moments = [1, 2, capacity - 1, capacity + 1, ...TURNS.map(turns => Math.ceil(turns * capacity))]
  return [...new Set(moments)].filter(moment => moment > 0).sort((a, b) => a - b)
}

function snapshotFaults(single: SingleSeries, recorded: readonly number[], capacity: number): string[] {
  const kept = recorded.slice(-capacity)
  const ascending = sorted(kept.map(value => value + 0))
  const snapshot = single.snapshot()
  const expected: Record<string, [unknown, unknown]> = {
    count: [snapshot.count, kept.length],
    size: [snapshot.window.size, kept.length],
    evicted: [snapshot.window.evicted, recorded.length - kept.length],
    total: [snapshot.total, recorded.length],
    last: [snapshot.last, recorded[recorded.length - 1]! + 0],
    min: [snapshot.min, ascending[0]],
    max: [snapshot.max, ascending[ascending.length - 1]],
    mean: [snapshot.mean, snapshot.sum / kept.length],
    p50: [snapshot.p50, nearestRankValue(ascending, 500)],
    p90: [snapshot.p90, nearestRankValue(ascending, 900)],
    p95: [snapshot.p95, nearestRankValue(ascending, 950)],
    p99: [snapshot.p99, nearestRankValue(ascending, 990)],
  }
  return Object.entries(expected)
    .filter(([, [actual, wanted]]) => !Object.is(actual, wanted))
    .map(([name, [actual, wanted]]) => `${name} of ${kept.length}: ${actual}, expected ${wanted}`)
}

/** One percentile at a time: a search for one rank takes other paths than a search for a hundred. */
function singleReadFaults(single: SingleSeries, kept: readonly number[]): string[] {
  const ascending = sorted(kept.map(value => value + 0))
  return [0, 10, 500, 900, 950, 990, 999, 1_000].flatMap(thousandths => {
    const statistic: StatisticName = `p${thousandths / 10}`
    const { value, sampleCount, exact } = readStatistic([single.series], statistic, { nowMs: 0 })
    const isRight = Object.is(value, nearestRankValue(ascending, thousandths))
    return isRight && exact && sampleCount === kept.length ? [] : [`${statistic} of ${kept.length}: ${value}`]
  })
}

test.each(DISTRIBUTION_NAMES)(
  'p0 to p100 are bit for bit what sorting the last values says, at any moment of the stream: %s',
  name => {
    for (const capacity of CAPACITIES) {
      const moments = momentsOf(capacity)
      const values = valuesOf(name, moments[moments.length - 1]!, capacity)
      const single = new SingleSeries(capacity)
      let recorded = 0
      for (const moment of moments) {
        single.recordAll(values.slice(recorded, moment))
        recorded = moment
        const kept = values.slice(Math.max(0, moment - capacity), moment)
        expect(percentileFaults(single.percentiles, kept)).toEqual([])
        expect(singleReadFaults(single, kept)).toEqual([])
        expect(snapshotFaults(single, values.slice(0, moment), capacity)).toEqual([])
      }
    }
  },
)

test('reading changes nothing: a window read at every sample ends as one that is read once', () => {
  for (const name of DISTRIBUTION_NAMES) {
    const values = valuesOf(name, 400)
    const watched = new SingleSeries(150)
    values.forEach((value, index) => {
      watched.record(value)
      if (index % 7 === 0) expect(watched.percentiles[0]).toBeDefined()
    })
    expect(percentileFaults(watched.percentiles, values.slice(-150))).toEqual([])
    expect(watched.percentiles).toEqual(new SingleSeries(150).recordAll(values).percentiles)
  }
})
