/** A check of ten SLOs, each over a full window. */

import type { SLODefinition } from '../../../src/shared/slo/definition.ts'
import { MetricRegistry } from '../../../src/shared/statistics/registry.ts'
import { SLOMonitor } from '../../../src/slo/monitor.ts'
import { lognormalValues } from '../../setup/inputs.ts'
import { timeCalls, WARM_UP_COUNT } from '../single-calls.ts'
import type { OverheadBudget } from './budget.ts'

const SLO_COUNT = 10
const SAMPLE_COUNT = 10_000
const CALL_COUNT = 1_000
const PERCENTILES = ['p50', 'p95', 'p99'] as const
/** The samples' median is 12 ms, and hardly any is above 100: every second SLO is violated. */
const THRESHOLDS = { met: 1_000, violated: 1 } as const

export const checkAll: OverheadBudget = {
  name: 'checkAll',
  asks: 'SLOMonitor.checkAll() with 10 SLOs over 10 series of 10,000 samples, half of them violated',
  limitMs: 5,
  async measure() {
    const registry = new MetricRegistry({ windowCapacity: SAMPLE_COUNT })
    const names = Array.from({ length: SLO_COUNT }, (_, index) => `request_${index}`)
    const allSeries = names.map(name => registry.register({ kind: 'latency', name }).series([]))
    const values = lognormalValues(SAMPLE_COUNT)
    let nextIndex = 0
    /** One more sample for each series. */
    const recordNext = () => {
      const timeMs = registry.clock.nowMs() >>> 0
      const value = values[nextIndex % SAMPLE_COUNT]!
      for (const series of allSeries) series.record(value, timeMs)
      nextIndex += 1
    }
    while (nextIndex < SAMPLE_COUNT) recordNext()
    const monitor = new SLOMonitor(registry, names.map(sloOf), () => {}, { log: () => {} })
    const run = () => monitor.checkAll()
    // Other samples before each check: nothing that an earlier one found out still holds.
    const times = await timeCalls({ run, prepare: recordNext }, CALL_COUNT)
    const violatedCount = monitor.statuses().filter(({ state }) => state === 'violated').length
    const okCount = monitor.statuses().filter(({ state }) => state === 'ok').length
    return {
      times,
      checks: [
        { what: 'checks', expected: CALL_COUNT + WARM_UP_COUNT, actual: monitor.checks },
        { what: 'SLOs that could not be judged', expected: 0, actual: monitor.judgeFailures },
        { what: 'violated SLOs', expected: SLO_COUNT / 2, actual: violatedCount },
        { what: 'SLOs that are met', expected: SLO_COUNT / 2, actual: okCount },
      ],
    }
  },
}

function sloOf(metric: string, index: number): SLODefinition {
  const percentile = PERCENTILES[index % PERCENTILES.length]!
  return { metric, percentile, op: '<', threshold: index % 2 === 0 ? THRESHOLDS.met : THRESHOLDS.violated }
}
