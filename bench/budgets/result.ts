/** What a run of the budgets finds: the shape of its JSON. Types only. */
import type { Goal, Unit } from '../core/question.ts'
import type { CheckReport } from '../core/report.ts'
import type { Machine } from '../machine.ts'
import type { MemoryPart } from '../setup/memory.ts'
import type { CallTimes } from './single-calls.ts'

/** One budget of overhead (requirement B1): the 99th percentile of single calls, all of them. The times are those of
 *  the last attempt. */
export interface OverheadReport extends CallTimes {
  readonly name: string
  readonly asks: string
  /** As the requirement has it. */
  readonly statedLimitMs: number
  /** What it is multiplied with: 2 on CI. */
  readonly factor: number
  /** What p99 has to be below in this run. */
  readonly limitMs: number
  readonly checks: readonly CheckReport[]
  /** Every attempt, each in a process of its own: there is another only after one whose limit alone was missed. */
  readonly attempts: readonly CallTimes[]
  readonly passed: boolean
}

/** One budget of memory (requirement B2). */
export interface MemoryBudget {
  readonly name: string
  readonly unit: 'bytes' | 'share'
  readonly actual: number
  readonly atLeast: number | undefined
  readonly atMost: number
  readonly passed: boolean
}

/** What one attempt measured of the budget of this name. */
type MemoryAttempt = readonly Pick<MemoryBudget, 'name' | 'actual'>[]

/** The figures are those of the last attempt. */
export interface MemoryReport {
  readonly metricCount: number
  readonly samplesPerMetric: number
  readonly budgets: readonly MemoryBudget[]
  /** What the total consists of, and what is besides. */
  readonly parts: readonly MemoryPart[]
  /** Heap and ArrayBuffers of each metric on the aggregator, full. */
  readonly perMetricBytes: readonly number[]
  /** For information: what the process grew by as the system sees it, Node's own worker thread included. */
  readonly residentGrowthBytes: number
  readonly checks: readonly CheckReport[]
  readonly attempts: readonly MemoryAttempt[]
  readonly passed: boolean
}

/** `check failed`: what was measured is not what was meant to be, and the figure says nothing. */
export type FigureVerdict = 'reached' | 'missed' | 'far outside' | 'check failed'

/** What one attempt measured. */
export interface FigureAttempt {
  readonly row: string
  readonly median: number
  readonly p25: number
  readonly p75: number
  readonly verdict: FigureVerdict
}

/** A goal of the bench, judged by the last attempt. */
export interface FigureReport extends Goal, FigureAttempt {
  readonly question: string
  readonly part: string | null
  /** Of the figure; ratios have none. */
  readonly unit: Unit | 'ratio'
  /** How many times the limit is far outside; null where the limit is 0. */
  readonly margin: number | null
  /** Beyond this the median is far outside, and fails the run. */
  readonly failsBeyond: number
  readonly attempts: readonly FigureAttempt[]
}

/** What `--json` prints. */
export interface BudgetsResult {
  /** UTC, `YYYY-MM-DD`. */
  readonly date: string
  readonly machine: Machine
  readonly onCI: boolean
  readonly factor: number
  readonly limitScale: number
  readonly durationS: number
  readonly budgets: readonly OverheadReport[]
  readonly memory: MemoryReport | null
  readonly figures: readonly FigureReport[]
  /** A sentence for each thing that fails the run. */
  readonly breaches: readonly string[]
  readonly passed: boolean
}
