/** What the budgets allow, and what was taken: one line for each. Pure. */
import type { BudgetsResult, MemoryBudget, MemoryReport, OverheadReport } from '../budgets/result.ts'
import { formatFigure } from '../core/quantity.ts'
import type { GoalLine } from './goals.ts'
import { anchorOf, bold, escapeMarkdown, table, tableOfUsed } from './markdown.ts'

export const BUDGETS_HEADING = 'Budgets'

/** As far as it is shown. Results of another time may lack a part: then that is not shown. */
export interface ShownBudgets extends Pick<BudgetsResult, 'date' | 'machine'> {
  readonly factor?: number
  readonly budgets?: readonly ShownOverhead[]
  readonly memory?: ShownMemory | null
}

type ShownOverhead = Pick<
  OverheadReport,
  'name' | 'callCount' | 'p50Ms' | 'p95Ms' | 'p99Ms' | 'maxMs' | 'limitMs' | 'passed'
> &
  Partial<Pick<OverheadReport, 'undisturbed'>>

export type ShownMemory = Pick<
  MemoryReport,
  'metricCount' | 'samplesPerMetric' | 'budgets' | 'parts' | 'residentGrowthBytes'
>

/** @returns an empty text where there is nothing to show */
export function budgetsSection(result: ShownBudgets | undefined): string {
  const { budgets = [], memory = null, factor = 1 } = result ?? {}
  const parts = [
    ...(budgets.length === 0 ? [] : [overheadIntroduction(factor), overheadTable(budgets)]),
    ...(memory === null ? [] : [memoryIntroduction(memory), memoryTable(memory), partsTable(memory)]),
  ]
  return parts.length === 0 ? '' : [`## ${BUDGETS_HEADING}\n`, ...parts].join('\n')
}

/** The design has figures of memory; no question of the bench answers them. */
export function memoryGoalLines(result: ShownBudgets | undefined): GoalLine[] {
  const { memory } = result ?? {}
  if (!memory) return []
  return memory.budgets.map(budget => ({
    question: anchorOf(BUDGETS_HEADING),
    what: `memory of ${sizeOf(memory)}: ${escapeMarkdown(budget.name)}`,
    reach: limitOf(budget),
    measured: amountOf(budget, budget.actual),
    isReached: budget.passed,
    verdict: budget.passed ? 'reached' : bold('missed'),
  }))
}

/** `20 latencies × 10,000 samples` */
export function sizeOf({ metricCount, samplesPerMetric }: ShownMemory): string {
  return `${metricCount} latencies × ${samplesPerMetric.toLocaleString('en')} samples`
}

/** `2.06 MB` */
export function amountOf({ unit }: MemoryBudget, amount: number): string {
  return unit === 'bytes' ? formatFigure(amount, unit) : `${(amount * 100).toFixed(1)} %`
}

function overheadIntroduction(factor: number): string {
  const scaled = factor === 1 ? '' : ` The limits were multiplied by ${factor}, as on CI.`
  return `Single calls, each timed by itself, in a process that has warmed up: so the rare slow one shows, and the reading of
the clock is in every figure. What counts is the 99th percentile; *undisturbed* is that of the calls during which the system
gave no core of the process to another. A change that exceeds it in several processes in a row
fails \`npm run bench:budgets\`.${scaled}\n`
}

function overheadTable(budgets: readonly ShownOverhead[]): string {
  const rows = budgets.map(({ name, callCount, undisturbed, limitMs, passed, ...times }) => [
    escapeMarkdown(name),
    callCount.toLocaleString('en'),
    ...[times.p50Ms, times.p95Ms, times.p99Ms, times.maxMs].map(formatMs),
    undisturbed ? formatMs(undisturbed.p99Ms) : '',
    formatMs(limitMs),
    verdictOf(passed),
  ])
  return tableOfUsed(
    ['', 'calls', 'p50', 'p95', 'p99', 'max', 'p99 undisturbed', 'p99 below', ''],
    rows,
    [0, 8],
  )
}

function memoryIntroduction(memory: ShownMemory): string {
  return `Memory of ${sizeOf(memory)}, all windows full: heap, ArrayBuffers and SharedArrayBuffers of both threads.\n`
}

function memoryTable({ budgets }: ShownMemory): string {
  const rows = budgets.map(budget => [
    escapeMarkdown(budget.name),
    amountOf(budget, budget.actual),
    limitOf(budget),
    verdictOf(budget.passed),
  ])
  return table(['', 'measured', 'allowed', ''], rows, [0, 3])
}

function partsTable({ parts, residentGrowthBytes }: ShownMemory): string {
  const resident = [
    '(resident, Node’s own worker thread included)',
    formatFigure(residentGrowthBytes, 'bytes'),
  ]
  const rows = parts.map(({ name, bytes }) => [escapeMarkdown(name), formatFigure(bytes, 'bytes')])
  return table(['its parts; of the two of the aggregator the larger counts', ''], [...rows, resident])
}

function formatMs(ms: number): string {
  return formatFigure(ms * 1e6, 'ns')
}

function limitOf(budget: MemoryBudget): string {
  const most = amountOf(budget, budget.atMost)
  return budget.atLeast === undefined ? `< ${most}` : `${amountOf(budget, budget.atLeast)} to ${most}`
}

function verdictOf(passed: boolean): string {
  return passed ? 'kept' : bold('exceeded')
}
