/** What a failed check says to the world. Pure. */
import type { StatisticReading } from '../shared/statistics/reading.ts'
import type { SLOViolationEvent } from '../shared/topics.ts'
import type { Judgement } from './judgement.ts'
import type { WatchedSLO } from './watched-slo.ts'

export function violationEventOf(
  { slo, threshold, unit, window }: WatchedSLO,
  { labels, actual }: Judgement,
  { sampleCount, exact }: StatisticReading,
  { suppressed, timestamp }: { suppressed: number; timestamp: number },
): SLOViolationEvent {
  return {
    slo: slo.name,
    metric: slo.metric,
    labels,
    percentile: slo.objective.statistic,
    op: slo.objective.op,
    threshold,
    actual: actual ?? Number.NaN,
    unit,
    count: sampleCount,
    window,
    exact,
    suppressed,
    timestamp,
  }
}
