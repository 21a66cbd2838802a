/** The result of a run as tables in plain text. Pure. */
import { formatFigure, formatRatio } from '../core/quantity.ts'
import type { CheckReport } from '../core/report.ts'
import { formatMachine } from '../machine.ts'
import type { BudgetsResult, FigureReport, MemoryBudget, MemoryReport, OverheadReport } from './result.ts'

const BOUNDS = { 'at most': '≤', 'at least': '≥' } as const

/** Ends with a line break. */
export function formatResult(result: BudgetsResult): string {
  const { machine, onCI, factor, limitScale, budgets, memory, figures, durationS, passed } = result
  const limits = onCI ? `on CI, limits of overhead × ${factor}` : 'limits as stated'
  const scaled = limitScale === 1 ? '' : `; all limits × ${limitScale}`
  const sections = [
    `${formatMachine(machine)}\n${limits}${scaled}\n`,
    formatOverhead(budgets),
    memory === null ? '' : formatMemory(memory),
    figures.length === 0 ? '' : formatFigures(figures),
    `${passed ? 'All budgets are kept' : 'A budget is broken'}; ${durationS} s\n`,
  ]
  return sections.filter(Boolean).join('\n')
}

function formatOverhead(budgets: readonly OverheadReport[]): string {
  const head = ['', 'calls', 'p50', 'p95', 'p99', 'max', 'p99 undisturbed', 'p99 below', 'attempts', '']
  const rows = budgets.map(budget => [
    budget.name,
    budget.callCount.toLocaleString('en'),
    ...[budget.p50Ms, budget.p95Ms, budget.p99Ms, budget.maxMs].map(formatMs),
    budget.undisturbed === null ? '' : formatMs(budget.undisturbed.p99Ms),
    formatMs(budget.limitMs),
    String(budget.attempts),
    verdictOf(budget.passed),
  ])
  const checks = budgets.flatMap(({ name, checks }) => formatChecks(`${name}: `, checks))
  return `Overhead of single calls; one reading of the clock (hrtime) is included\n${layOut([head, ...rows])}${checks.join('')}`
}

function formatMemory(memory: MemoryReport): string {
  const { metricCount, samplesPerMetric, budgets, parts, residentGrowthBytes, attempts, checks } = memory
  const head = ['', 'measured', 'limit', '']
  const title = `Memory of ${metricCount} latencies × ${samplesPerMetric.toLocaleString('en')} samples`
  const rows = [
    head,
    ...budgets.map(budget => [
      budget.name,
      amountOf(budget, budget.actual),
      limitOf(budget),
      verdictOf(budget.passed),
    ]),
    ...parts.map(({ name, bytes }) => [`  ${name}`, formatFigure(bytes, 'bytes'), '', '']),
    ['  (resident, with a worker thread of Node)', formatFigure(residentGrowthBytes, 'bytes'), '', ''],
  ]
  const retried = attempts === 1 ? '' : `, measured ${attempts} times`
  return `${title}${retried}\n${layOut(rows)}${formatChecks('', checks).join('')}`
}

function formatFigures(figures: readonly FigureReport[]): string {
  const head = ['', 'median', 'p25–p75', 'goal', 'fails beyond', 'attempts', '']
  const rows = figures.map(figure => [
    `${figure.question}: ${figure.of === 'ratio' ? 'against ' : ''}${figure.row}`,
    figureOf(figure, figure.median),
    `${figureOf(figure, figure.p25)}–${figureOf(figure, figure.p75)}`,
    `${BOUNDS[figure.bound]} ${figureOf(figure, figure.limit)}`,
    figureOf(figure, figure.failsBeyond),
    String(figure.attempts),
    figure.verdict,
  ])
  return `Figures of the design\n${layOut([head, ...rows])}`
}

function formatChecks(prefix: string, checks: readonly CheckReport[]): string[] {
  return checks
    .filter(({ holds }) => !holds)
    .map(({ what, expected, actual }) => `  ${prefix}${what}: ${actual}, should be ${expected}\n`)
}

function formatMs(ms: number): string {
  return formatFigure(ms * 1e6, 'ns')
}

function figureOf({ unit }: FigureReport, value: number): string {
  return unit === 'ratio' ? formatRatio(value) : formatFigure(value, unit)
}

function amountOf({ unit }: MemoryBudget, amount: number): string {
  return unit === 'bytes' ? formatFigure(amount, unit) : `${(amount * 100).toFixed(1)} %`
}

function limitOf(budget: MemoryBudget): string {
  const most = amountOf(budget, budget.atMost)
  return budget.atLeast === undefined ? `< ${most}` : `${amountOf(budget, budget.atLeast)} to ${most}`
}

function verdictOf(passed: boolean): string {
  return passed ? 'kept' : 'broken'
}

/** The first column is text, the others are figures. */
function layOut(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
  return rows.map(row => `  ${row.map(pad).join('  ').trimEnd()}\n`).join('')
}
