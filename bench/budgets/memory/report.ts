/** The budgets of memory (requirement B2), judged. Pure. */
import type { Check } from '../../core/question.ts'
import { spreadOf } from '../../core/spread.ts'
import type { MemoryBudget, MemoryReport } from '../result.ts'
import { judgeChecks, judgeMemory } from '../verdict.ts'
import type { AggregatorThreadMemory } from './aggregator-thread.ts'
import type { RecordingThreadMemory } from './recording-thread.ts'
import type { RegistryMemory } from './registry.ts'
import { METRIC_COUNT, SAMPLE_COUNT } from './workload.ts'

export interface MemoryMeasurement {
  readonly registry: RegistryMemory
  readonly recording: RecordingThreadMemory
  readonly aggregator: AggregatorThreadMemory
}

const TOTAL_BYTES_MAX = 10e6
const SAMPLES_BYTES_MAX = 3e6
/** A name, a descriptor, a series without a window. */
const EMPTY_METRIC_BYTES_MAX = 2_000
const HALF_FULL_SHARE = { atLeast: 0.35, atMost: 0.65 } as const

export function reportMemory(
  { registry, recording, aggregator }: MemoryMeasurement,
  { limitScale, attempts }: { limitScale: number; attempts: number },
): MemoryReport {
  // The registry has an hour of time slices, the live aggregator everything else it keeps for a series: whichever is
  // more is counted.
  const aggregatorBytes = Math.max(registry.fullBytes, aggregator.threadBytes)
  const sharedBytes = recording.shared.reduce((sum, { bytes }) => sum + bytes, 0)
  const totalBytes = aggregatorBytes + recording.threadBytes + sharedBytes
  const bytes = (name: string, actual: number, atMost: number) =>
    ({ name, unit: 'bytes', actual, atLeast: undefined, atMost }) as const
  const budgets: MemoryBudget[] = [
    bytes('all full, in total', totalBytes, TOTAL_BYTES_MAX),
    bytes('samples, counts and slices of time', registry.countedBytes, SAMPLES_BYTES_MAX),
    bytes('each full, the median', spreadOf(registry.perMetricBytes).median, TOTAL_BYTES_MAX / METRIC_COUNT),
    bytes('each without samples', registry.emptyBytes / METRIC_COUNT, EMPTY_METRIC_BYTES_MAX),
    {
      name: 'half full / full',
      unit: 'share',
      actual: registry.halfFullBytes / registry.fullBytes,
      ...HALF_FULL_SHARE,
    } as const,
  ].map(budget => judgeMemory(budget, limitScale))
  const sampleCount = METRIC_COUNT * SAMPLE_COUNT
  const checks = judgeChecks([
    { what: 'samples in the registry', expected: sampleCount, actual: registry.sampleCount },
    { what: 'samples in the live windows', expected: sampleCount, actual: recording.sampleCount },
    { what: 'lost', expected: 0, actual: recording.lostCount },
  ] satisfies Check[])
  return {
    metricCount: METRIC_COUNT,
    samplesPerMetric: SAMPLE_COUNT,
    budgets,
    parts: [
      { name: 'aggregator, with an hour of slices: heap and ArrayBuffers', bytes: registry.fullBytes },
      { name: 'aggregator of live telemetry: heap and ArrayBuffers', bytes: aggregator.threadBytes },
      { name: 'recording thread: heap and ArrayBuffers', bytes: recording.threadBytes },
      ...recording.shared.map(({ name, bytes }) => ({ name: `shared: ${name}`, bytes })),
    ],
    perMetricBytes: registry.perMetricBytes,
    residentGrowthBytes: recording.residentGrowthBytes,
    checks,
    attempts,
    passed: [...budgets.map(({ passed }) => passed), ...checks.map(({ holds }) => holds)].every(Boolean),
  }
}
