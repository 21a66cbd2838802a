/** What the budgets allow, and what was taken: one line for each. Pure. */
import { amountOf, limitOf } from '../budgets/amount.ts'
import { formatFigure } from '../core/quantity.ts'
import type { Machine } from '../machine.ts'
import { bold, escapeMarkdown, table, tableOfUsed } from './markdown.ts'

export const BUDGETS_HEADING = 'Budgets'

/** As far as it is shown. Results of another time may lack a part: then that is not shown. */
export interface ShownBudgets {
  readonly date: string
  readonly commit?: string | undefined
  readonly machine: Machine
  readonly factor?: number
  readonly budgets?: readonly ShownOverhead[]
  readonly memory?: ShownMemory | null
}

interface ShownOverhead {
  readonly name: string
  readonly callCount: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  readonly limitMs: number
  readonly passed: boolean
  /** How many processes measured it, or what each of them found. */
  readonly attempts?: number | readonly unknown[]
}

interface ShownMemoryBudget {
  readonly name: string
  readonly unit: 'bytes' | 'share'
  readonly actual: number
  readonly atLeast?: number | undefined
  readonly atMost: number
  readonly passed: boolean
}

interface ShownMemory {
  readonly metricCount: number
  readonly samplesPerMetric: number
  readonly budgets: readonly ShownMemoryBudget[]
  readonly parts: readonly { readonly name: string; readonly bytes: number }[]
  readonly residentGrowthBytes: number
}

/** @returns an empty text where there is nothing to show */
export function budgetsSection(result: ShownBudgets | undefined): string {
  const { budgets = [], memory = null, factor = 1 } = result ?? {}
  const parts = [
    ...(budgets.length === 0 ? [] : [overheadIntroduction(factor), overheadTable(budgets)]),
    ...(memory === null ? [] : [memoryIntroduction(memory), memoryTable(memory), partsTable(memory)]),
  ]
  return parts.length === 0 ? '' : [`## ${BUDGETS_HEADING}\n`, ...parts].join('\n')
}

/** `20 latencies × 10,000 samples` */
function sizeOf({ metricCount, samplesPerMetric }: ShownMemory): string {
  return `${metricCount} latencies × ${samplesPerMetric.toLocaleString('en')} samples`
}

function overheadIntroduction(factor: number): string {
  const scaled = factor === 1 ? '' : ` The limits were multiplied by ${factor}, as on CI.`
  return `Single calls, each timed by itself, in a process that has warmed up: so the rare slow one shows, and the reading of
the clock is in every figure. What counts is the 99th percentile. One that exceeds its limit is measured again in another
process, and fails \`npm run bench:budgets\` if it does so each time; *attempts* says how many there were.${scaled}\n`
}

function overheadTable(budgets: readonly ShownOverhead[]): string {
  const rows = budgets.map(({ name, callCount, limitMs, passed, attempts, ...times }) => [
    escapeMarkdown(name),
    callCount.toLocaleString('en'),
    ...[times.p50Ms, times.p95Ms, times.p99Ms, times.maxMs].map(formatMs),
    formatMs(limitMs),
    attempts === undefined ? '' : attemptsText(attempts),
    verdictOf(passed),
  ])
  return tableOfUsed(['', 'calls', 'p50', 'p95', 'p99', 'max', 'p99 below', 'attempts', ''], rows, [0, 8])
}

/** `2 (p99 1.2 ms, 0.8 ms)`, where each is known. */
function attemptsText(attempts: number | readonly unknown[]): string {
  if (typeof attempts === 'number') return String(attempts)
  const p99s = attempts.flatMap(one => {
    const p99Ms = (one as { readonly p99Ms?: unknown } | null)?.p99Ms
    return typeof p99Ms === 'number' ? [formatMs(p99Ms)] : []
  })
  return attempts.length > 1 && p99s.length > 0
    ? `${attempts.length} (p99 ${p99s.join(', ')})`
    : String(attempts.length)
}

function memoryIntroduction(memory: ShownMemory): string {
  return `Memory of ${sizeOf(memory)}, all windows full: heap, ArrayBuffers and SharedArrayBuffers of both threads.\n`
}

function memoryTable({ budgets }: ShownMemory): string {
  const rows = budgets.map(budget => [
    escapeMarkdown(budget.name),
    amountOf(budget, budget.actual),
    limitOf({ ...budget, atLeast: budget.atLeast }),
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

function verdictOf(passed: boolean): string {
  return passed ? 'kept' : bold('exceeded')
}
