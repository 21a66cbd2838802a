/** The budgets of memory (requirement B2), judged. Pure. */
import type { Check, Goal } from '../core/question.ts'
import { spreadOf } from '../core/spread.ts'
import { METRIC_COUNT, SAMPLE_COUNT } from '../setup/memory/workload.ts'
import { type MemoryMeasurement, memoryParts, totalBytes } from '../setup/memory.ts'
import { judgeFigure } from './figure-verdict.ts'
import type { FigureFindings } from './figures.ts'
import type { MemoryBudget, MemoryReport } from './result.ts'
import { judgeChecks, judgeMemory } from './verdict.ts'

const TOTAL_BYTES_MAX = 10e6
const SAMPLES_BYTES_MAX = 3e6
/** A name, a descriptor, a series without a window. */
const EMPTY_METRIC_BYTES_MAX = 2_000
const HALF_FULL_SHARE = { atLeast: 0.35, atMost: 0.65 } as const

const TOTAL = 'all full, in total'
const SAMPLES = 'samples, counts and slices of time'

/** One attempt's findings. */
export type MemoryFindings = Omit<MemoryReport, 'attempts'>

export function reportMemory(
  measurement: MemoryMeasurement,
  { limitScale }: { limitScale: number },
): MemoryFindings {
  const { registry, recording } = measurement
  const parts = memoryParts(measurement)
  const bytes = (name: string, actual: number, atMost: number) =>
    ({ name, unit: 'bytes', actual, atLeast: undefined, atMost }) as const
  const budgets: MemoryBudget[] = [
    bytes(TOTAL, totalBytes(parts), TOTAL_BYTES_MAX),
    bytes(SAMPLES, registry.countedBytes, SAMPLES_BYTES_MAX),
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
    parts,
    perMetricBytes: registry.perMetricBytes,
    residentGrowthBytes: recording.residentGrowthBytes,
    checks,
    passed: [...budgets.map(({ passed }) => passed), ...checks.map(({ holds }) => holds)].every(Boolean),
  }
}

/** Two of the budgets are figures of the design, too. They fail as budgets, and are only reported here. */
export function memoryFigures({ budgets, checks }: MemoryFindings): FigureFindings[] {
  const hasFailed = checks.some(({ holds }) => !holds)
  const limits = { [SAMPLES]: SAMPLES_BYTES_MAX, [TOTAL]: TOTAL_BYTES_MAX }
  return Object.entries(limits).map(([name, limit]) => {
    const median = budgets.find(budget => budget.name === name)!.actual
    const goal: Goal = { of: 'figure', bound: 'at most', limit, figure: 'memory' }
    const judged = judgeFigure({ ...goal, isReached: median <= limit, unit: 'bytes' }, median, 1)
    return {
      ...goal,
      question: 'memory',
      part: null,
      row: name,
      unit: 'bytes',
      median,
      p25: median,
      p75: median,
      ...judged,
      ...(hasFailed ? { verdict: 'check failed' as const } : {}),
    }
  })
}
