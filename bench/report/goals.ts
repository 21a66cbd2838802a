/** What was to be reached, and what was. Pure. */
import { formatFigure, formatFigureSpread, formatRatio, formatRatioSpread } from '../core/quantity.ts'
import type { DesignFigure, Unit } from '../core/question.ts'
import type { JudgedGoal, QuestionReport, RowReport } from '../core/report.ts'
import type { Spread } from '../core/spread.ts'
import { formatGoal } from '../core/table.ts'
import { DESIGN_FIGURES } from './design-figures.ts'
import { anchorOf, bold, escapeMarkdown, table } from './markdown.ts'

export interface GoalLine {
  readonly question: string
  /** Undefined for a goal that the design does not have. */
  readonly figure: DesignFigure | undefined
  /** What is judged: a row, or the subject against it. */
  readonly what: string
  readonly reach: string
  /** With the 95 % interval of what is judged, where there is one. */
  readonly measured: string
  readonly isReached: boolean
  readonly verdict: string
}

interface DesignLine {
  readonly figure: DesignFigure
  readonly rows: readonly GoalLine[]
  readonly state: 'reached' | 'missed' | 'not measured'
}

export function goalLinesOf(reports: readonly QuestionReport[]): GoalLine[] {
  return reports.flatMap(report =>
    report.candidates.flatMap(row => (row.goal === undefined ? [] : [goalLineOf(row, row.goal, report)])),
  )
}

/** `reached` or `missed`, by the median. Where the 95 % interval of the median has the limit in it, another run may
 *  judge otherwise, and the verdict says so; and where there is none. */
export function verdictOf(row: RowReport): string {
  const { goal, rounds } = row
  if (goal === undefined) return ''
  const verdict = goal.isReached ? 'reached' : bold('missed')
  const interval = judgedOf(row, goal)?.ci95
  if (!interval)
    return `${verdict}, no interval (${rounds.length} ${rounds.length === 1 ? 'round' : 'rounds'})`
  // A figure that is the same in each round is no narrow one: 0 bytes are 0 bytes.
  const isNarrow = interval.low < interval.high && interval.low <= goal.limit && goal.limit <= interval.high
  return isNarrow ? `${verdict}, narrowly` : verdict
}

/** The 95 % interval of the median: of a figure in the unit that the median is written in, of a ratio as ratios are.
 *  @returns an empty text where there is none */
export function formatInterval(spread: Spread | undefined, unit: Unit | 'ratio'): string {
  if (!spread?.ci95) return ''
  const ends = { ...spread, p25: spread.ci95.low, p75: spread.ci95.high }
  return unit === 'ratio' ? formatRatioSpread(ends) : formatFigureSpread(ends, unit)
}

/** `8 of the 13 figures of the design are reached, 4 are missed, 1 is not measured` */
export function designCount(lines: readonly GoalLine[]): string {
  const all = designLinesOf(lines)
  const countOf = (state: DesignLine['state']) => all.filter(line => line.state === state).length
  const others = (['missed', 'not measured'] as const).flatMap(state => {
    const count = countOf(state)
    return count === 0 ? [] : [`${count} ${count === 1 ? 'is' : 'are'} ${state}`]
  })
  return [`${countOf('reached')} of the ${all.length} figures of the design are reached`, ...others].join(
    ', ',
  )
}

/** One line for each figure of the design, whether it was measured or not: none is to vanish by silence. */
export function designTable(lines: readonly GoalLine[]): string {
  const rows = designLinesOf(lines).map(({ figure, rows: ofFigure, state }) => {
    const { what, reach } = DESIGN_FIGURES[figure]
    const measured = ofFigure.map(
      row => `${linkTo(row)} ${row.what}: ${row.measured}; ${row.reach} ${row.verdict}`,
    )
    return [what, reach, measured.join('<br>'), state === 'reached' ? state : bold(state)]
  })
  return table(['figure', 'goal', 'measured, and how each row is judged', ''], rows, [0, 1, 2, 3])
}

/** Those that are none of the design's. What is held against several limits has one line.
 *  @returns an empty text where there are none */
export function furtherTable(lines: readonly GoalLine[]): string {
  const byRow = new Map<string, GoalLine[]>()
  for (const one of lines.filter(({ figure }) => figure === undefined)) {
    const key = JSON.stringify([one.question, withoutLevel(one.what), one.measured])
    byRow.set(key, [...(byRow.get(key) ?? []), one])
  }
  const rows = [...byRow.values()].map(same => {
    const first = same[0]!
    const verdicts = [...new Set(same.map(({ verdict }) => verdict))]
    return [
      linkTo(first),
      same.length === 1 ? first.what : withoutLevel(first.what),
      same.map(({ reach }) => reach).join(' / '),
      first.measured,
      verdicts.length === 1 ? first.verdict : same.map(({ verdict }) => verdict).join(' / '),
    ]
  })
  return rows.length === 0 ? '' : table(['question', 'what', 'limit', 'measured', ''], rows, [0, 1, 4])
}

/** A figure is reached where all its rows are. */
function designLinesOf(lines: readonly GoalLine[]): DesignLine[] {
  return (Object.keys(DESIGN_FIGURES) as DesignFigure[]).map(figure => {
    const rows = lines.filter(line => line.figure === figure)
    const isReached = rows.every(row => row.isReached)
    return { figure, rows, state: rows.length === 0 ? 'not measured' : isReached ? 'reached' : 'missed' }
  })
}

/** A requirement has a target, and a limit that is critical. */
function withoutLevel(what: string): string {
  return what.replace(/, (?:target|critical)$/, '')
}

function linkTo({ question }: GoalLine): string {
  return `[${question}](#${anchorOf(question)})`
}

function judgedOf({ figure, ratio }: RowReport, { of }: JudgedGoal): Spread | undefined {
  return of === 'figure' ? figure : ratio
}

function goalLineOf(row: RowReport, goal: JudgedGoal, report: QuestionReport): GoalLine {
  const { name, candidates, unit, part } = report
  const subject = candidates.find(({ isSubject }) => isSubject)
  const isRatio = goal.of === 'ratio'
  const what = isRatio ? `${subject?.name ?? 'offloop'} against ${row.name}` : row.name
  const judged = judgedOf(row, goal)
  const interval = formatInterval(judged, isRatio ? 'ratio' : unit)
  const median = judged && (isRatio ? formatRatio(judged.median) : formatFigure(judged.median, unit))
  return {
    question: name,
    figure: goal.figure,
    what: escapeMarkdown(part === undefined ? what : `${part}: ${what}`),
    reach: formatGoal(goal, unit),
    measured: interval === '' ? (median ?? '–') : `${median} (${interval})`,
    isReached: goal.isReached,
    verdict: verdictOf(row),
  }
}
