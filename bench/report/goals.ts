/** What was to be reached, and what was: one line for each goal. Pure. */
import { formatFigure, formatFigureSpread, formatRatio, formatRatioSpread } from '../core/quantity.ts'
import type { JudgedGoal, QuestionReport, RowReport } from '../core/report.ts'
import type { Spread } from '../core/spread.ts'
import { formatGoal } from '../core/table.ts'
import { anchorOf, bold, escapeMarkdown, table } from './markdown.ts'

export interface GoalLine {
  readonly question: string
  /** What is judged: a row, or the subject against it. */
  readonly what: string
  readonly reach: string
  readonly measured: string
  readonly isReached: boolean
  readonly verdict: string
}

export function goalLinesOf(reports: readonly QuestionReport[]): GoalLine[] {
  return reports.flatMap(report =>
    report.candidates.flatMap(row => (row.goal === undefined ? [] : [goalLineOf(row, row.goal, report)])),
  )
}

/** `reached` or `missed`, by the median. Where the 95 % interval of the median has the limit in it, another run may
 *  judge otherwise, and the verdict says so. */
export function verdictOf({ goal, figure, ratio }: RowReport): string {
  if (goal === undefined) return ''
  const judged = goal.of === 'figure' ? figure : ratio
  const verdict = goal.isReached ? 'reached' : bold('missed')
  return isWithin(goal.limit, judged) ? `${verdict}, narrowly` : verdict
}

export function goalsTable(lines: readonly GoalLine[]): string {
  const rows = lines.map(({ question, what, reach, measured, verdict }) => [
    `[${question}](#${anchorOf(question)})`,
    what,
    reach,
    measured,
    verdict,
  ])
  return table(['question', 'what', 'goal', 'measured', ''], rows, [0, 1, 4])
}

function goalLineOf(row: RowReport, goal: JudgedGoal, report: QuestionReport): GoalLine {
  const { name, candidates, unit, part } = report
  const subject = candidates.find(({ isSubject }) => isSubject)
  const isRatio = goal.of === 'ratio'
  const what = isRatio ? `${subject?.name ?? 'offloop'} against ${row.name}` : row.name
  const { ratio, figure } = row
  const measured = isRatio
    ? ratio && `${formatRatio(ratio.median)} (${formatRatioSpread(ratio)})`
    : `${formatFigure(figure.median, unit)} (${formatFigureSpread(figure, unit)})`
  return {
    question: name,
    what: escapeMarkdown(part === undefined ? what : `${part}: ${what}`),
    reach: formatGoal(goal, unit),
    measured: measured ?? '–',
    isReached: goal.isReached,
    verdict: verdictOf(row),
  }
}

function isWithin(limit: number, spread: Spread | undefined): boolean {
  const interval = spread?.ci95
  // A figure that is the same in each round is no narrow one: 0 bytes are 0 bytes.
  return interval ? interval.low < interval.high && interval.low <= limit && limit <= interval.high : false
}
