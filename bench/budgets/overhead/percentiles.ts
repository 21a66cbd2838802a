/** Reading a full window, as the aggregator answers a query. */

import type { SeriesSnapshot } from '../../../src/shared/snapshot.ts'
import { nearestRank } from '../../../src/shared/statistics/nearest-rank.ts'
import { snapshotSeries } from '../../../src/shared/statistics/reading.ts'
import { MetricRegistry } from '../../../src/shared/statistics/registry.ts'
import { lognormalValues } from '../../setup/inputs.ts'
import { lastResult, timeCalls, WARM_UP_COUNT } from '../single-calls.ts'
import type { OverheadBudget } from './budget.ts'

const SAMPLE_COUNT = 10_000
const CALL_COUNT = 1_000
const VALUE_COUNT = SAMPLE_COUNT + WARM_UP_COUNT + CALL_COUNT

export const percentiles: OverheadBudget = {
  name: 'percentiles',
  asks: 'p50, p90, p95, p99, min, max and the rest of a snapshot, of 10,000 samples',
  limitMs: 1,
  async measure() {
    const values = lognormalValues(VALUE_COUNT)
    const registry = new MetricRegistry({ windowCapacity: SAMPLE_COUNT })
    const { clock } = registry
    const series = registry.register({ kind: 'latency', name: 'request' }).series([])
    let recordedCount = 0
    const recordNext = () => {
      series.record(values[recordedCount]!, clock.nowMs() >>> 0)
      recordedCount += 1
    }
    while (recordedCount < SAMPLE_COUNT) recordNext()
    const run = () => snapshotSeries([series], { nowMs: clock.nowMs(), timestamp: 0, labels: {} })
    // Another sample before each reading: nothing that an earlier one found out still holds.
    const times = await timeCalls({ run, prepare: recordNext }, CALL_COUNT)
    const answer = lastResult() as SeriesSnapshot
    const ascending = values.slice(-SAMPLE_COUNT).sort()
    const expected = [0.5, 0.95, 0.99].map(q => ascending[nearestRank(q, SAMPLE_COUNT) - 1])
    const differenceCount = [answer.p50, answer.p95, answer.p99].filter(
      (value, index) => value !== expected[index],
    ).length
    return {
      times,
      checks: [
        { what: 'samples in the window', expected: SAMPLE_COUNT, actual: answer.count },
        { what: 'samples that arrived', expected: VALUE_COUNT, actual: answer.total },
        { what: 'percentiles that differ from those of sorting', expected: 0, actual: differenceCount },
      ],
    }
  },
}
