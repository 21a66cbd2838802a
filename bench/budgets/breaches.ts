/** Says what fails a run, a sentence each. Pure. */
import { formatNumber } from '../core/quantity.ts'
import type { CheckReport } from '../core/report.ts'
import { amountOf } from './amount.ts'
import type { FigureReport, MemoryReport, OverheadReport } from './result.ts'

export function breachesOf(
  budgets: readonly OverheadReport[],
  memory: MemoryReport | null,
  figures: readonly FigureReport[],
): string[] {
  return [
    ...budgets.filter(({ passed }) => !passed).flatMap(ofOverhead),
    ...(memory === null ? [] : ofMemory(memory)),
    ...figures.filter(({ verdict }) => verdict === 'far outside').map(ofFigure),
  ]
}

function ofOverhead(report: OverheadReport): string[] {
  const { name, p99Ms, limitMs, checks, attempts } = report
  const isSlow = !(p99Ms < limitMs)
  const took = `p99 is ${formatMs(p99Ms)}, and has to be below ${formatMs(limitMs)}`
  return [...(isSlow ? [`${name}: ${took} (${timesOf(attempts)})`] : []), ...ofBrokenChecks(name, checks)]
}

function ofMemory({ budgets, checks, attempts }: MemoryReport): string[] {
  const exceeded = budgets
    .filter(({ passed }) => !passed)
    .map(budget => {
      const { name, actual, atLeast, atMost } = budget
      const least = atLeast === undefined ? '' : `at least ${amountOf(budget, atLeast)} and `
      const allowed = `${least}below ${amountOf(budget, atMost)}`
      return `memory, ${name}: ${amountOf(budget, actual)}, and has to be ${allowed} (${timesOf(attempts)})`
    })
  return [...exceeded, ...ofBrokenChecks('memory', checks)]
}

function ofFigure({ question, row, median, bound, limit, failsBeyond, attempts }: FigureReport): string {
  const goal = `the goal is ${bound} ${formatNumber(limit)}, and it fails beyond ${formatNumber(failsBeyond)}`
  return `${question}, ${row}: ${formatNumber(median)} is far outside: ${goal} (${timesOf(attempts)})`
}

export function ofBrokenChecks(name: string, checks: readonly CheckReport[]): string[] {
  return checks
    .filter(({ holds }) => !holds)
    .map(({ what, expected, actual }) => `${name}: ${what}: ${actual}, should be ${expected}`)
}

function timesOf({ length }: readonly unknown[]): string {
  return length === 1 ? 'measured once' : `measured ${length} times`
}

/** Limits can be scaled down to next to nothing: then their digits matter. */
function formatMs(ms: number): string {
  return `${Number(ms.toPrecision(3))} ms`
}
