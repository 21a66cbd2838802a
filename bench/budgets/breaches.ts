/** Says what fails a run, a sentence each. Pure. */
import { formatFigure, formatNumber } from '../core/quantity.ts'
import type { CheckReport } from '../core/report.ts'
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
  const { name, p99Ms, limitMs, judgedBy, undisturbed, checks, attempts } = report
  const isSlow = judgedBy === 'all calls' && !(p99Ms < limitMs)
  const alone = undisturbed === null ? '' : `, ${formatMs(undisturbed.p99Ms)} where it was undisturbed`
  const took = `p99 is ${formatMs(p99Ms)}${alone}, and has to be below ${formatMs(limitMs)}`
  return [...(isSlow ? [`${name}: ${took} (${timesOf(attempts)})`] : []), ...brokenChecks(name, checks)]
}

function ofMemory({ budgets, checks, attempts }: MemoryReport): string[] {
  const exceeded = budgets
    .filter(({ passed }) => !passed)
    .map(({ name, unit, actual, atLeast, atMost }) => {
      const text = (value: number) => (unit === 'bytes' ? formatFigure(value, unit) : `${value}`)
      const least = atLeast === undefined ? '' : `at least ${text(atLeast)} and `
      return `memory, ${name}: ${text(actual)}, and has to be ${least}below ${text(atMost)} (${timesOf(attempts)})`
    })
  return [...exceeded, ...brokenChecks('memory', checks)]
}

function ofFigure({ question, row, median, bound, limit, failsBeyond, attempts }: FigureReport): string {
  const goal = `the goal is ${bound} ${formatNumber(limit)}, and it fails beyond ${formatNumber(failsBeyond)}`
  return `${question}, ${row}: ${formatNumber(median)} is far outside: ${goal} (${timesOf(attempts)})`
}

function brokenChecks(name: string, checks: readonly CheckReport[]): string[] {
  return checks
    .filter(({ holds }) => !holds)
    .map(({ what, expected, actual }) => `${name}: ${what}: ${actual}, should be ${expected}`)
}

function timesOf(attempts: number): string {
  return attempts === 1 ? 'measured once' : `measured ${attempts} times`
}

/** Limits can be scaled down to next to nothing: then their digits matter. */
function formatMs(ms: number): string {
  return `${Number(ms.toPrecision(3))} ms`
}
