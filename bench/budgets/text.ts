/** The result of a run as tables in plain text. Pure. */
import { formatFigure, formatRatio } from '../core/quantity.ts'
import type { CheckReport } from '../core/report.ts'
import { BOUNDS, layOut } from '../core/table.ts'
import { formatMachine } from '../machine.ts'
import { amountOf, limitOf } from './amount.ts'
import type { BudgetsResult, FigureReport, MemoryReport, OverheadReport } from './result.ts'

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
  const head = ['', 'calls', 'p50', 'p95', 'p99', 'max', 'p99 below', 'attempts', '']
  const rows = budgets.map(budget => [
    budget.name,
    budget.callCount.toLocaleString('en'),
    ...[budget.p50Ms, budget.p95Ms, budget.p99Ms, budget.maxMs].map(formatMs),
    formatMs(budget.limitMs),
    String(budget.attempts.length),
    verdictOf(budget.passed),
  ])
  const checks = budgets.flatMap(({ name, checks }) => formatChecks(`${name}: `, checks))
  return `Overhead of single calls; one reading of the clock (hrtime) is included\n${tableOf([head, ...rows])}${checks.join('')}`
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
  const retried = attempts.length === 1 ? '' : `, measured ${attempts.length} times`
  return `${title}${retried}\n${tableOf(rows)}${formatChecks('', checks).join('')}`
}

function formatFigures(figures: readonly FigureReport[]): string {
  const head = ['', 'median', 'p25–p75', 'goal', 'fails beyond', 'attempts', '']
  const rows = figures.map(figure => [
    `${figure.question}: ${figure.of === 'ratio' ? 'against ' : ''}${figure.row}`,
    figureOf(figure, figure.median),
    `${figureOf(figure, figure.p25)}–${figureOf(figure, figure.p75)}`,
    `${BOUNDS[figure.bound]} ${figureOf(figure, figure.limit)}`,
    figureOf(figure, figure.failsBeyond),
    String(figure.attempts.length),
    figure.verdict,
  ])
  return `Figures of the design\n${tableOf([head, ...rows])}`
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

function verdictOf(passed: boolean): string {
  return passed ? 'kept' : 'broken'
}

function tableOf(rows: readonly (readonly string[])[]): string {
  return layOut(rows)
    .map(line => `  ${line}\n`)
    .join('')
}
