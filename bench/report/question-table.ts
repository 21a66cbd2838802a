/** A question's answer as a table: a line for each row, or for each place on the axis of a curve. Pure. */
import { formatFigure, formatFigureSpread, formatRatio } from '../core/quantity.ts'
import type { QuestionReport, RowReport } from '../core/report.ts'
import type { Spread } from '../core/spread.ts'
import { formatCheck, formatGoal } from '../core/table.ts'
import { formatInterval, verdictOf } from './goals.ts'
import { bold, escapeMarkdown, table, tableOfUsed } from './markdown.ts'
import { formatAt } from './question-plot.ts'
import { toneOf } from './tones.ts'

export function questionTable(report: QuestionReport): string {
  return isPlainCurve(report) ? curveTable(report) : rowTable(report)
}

/** One line for each check; one that does not hold stands out. */
export function checkLines({ checks }: QuestionReport): string {
  const lines = checks.map(check => (check.holds ? formatCheck(check) : bold(formatCheck(check))))
  return lines.length === 0 ? '' : `Checked: ${lines.join('; ')}.\n`
}

function isFiniteSpread(spread: Spread | undefined): spread is Spread {
  return spread !== undefined && Number.isFinite(spread.median)
}

function rowTable(report: QuestionReport): string {
  const { candidates, unit } = report
  const head = [
    '',
    'median',
    'middle half',
    '95 % interval',
    'a call leaves',
    'offloop / it',
    '95 % interval',
    'goal',
    '',
  ]
  const rows = candidates.map(row => {
    const { figure, ratio, goal, allocatedBytes } = row
    const name = escapeMarkdown(row.name)
    const isOurs =
      toneOf(row, report) === 'ours' && candidates.some(other => toneOf(other, report) === 'other')
    return [
      isOurs ? bold(name) : name,
      isFiniteSpread(figure) ? formatFigure(figure.median, unit) : '–',
      isFiniteSpread(figure) ? formatFigureSpread(figure, unit) : '',
      isFiniteSpread(figure) ? formatInterval(figure, unit) : '',
      allocatedBytes === undefined ? '' : formatFigure(allocatedBytes, 'bytes'),
      isFiniteSpread(ratio) ? formatRatio(ratio.median) : '',
      isFiniteSpread(ratio) ? formatInterval(ratio, 'ratio') : '',
      goal === undefined ? '' : formatGoal(goal, unit),
      goal === undefined ? '' : verdictOf(row),
    ]
  })
  return tableOfUsed(head, rows, [0, 8])
}

/** Whether the rows say nothing but a figure each: then their lines can stand side by side. */
function isPlainCurve({ curve, candidates }: QuestionReport): boolean {
  return (
    curve !== undefined &&
    candidates.every(
      ({ at, ratio, goal, allocatedBytes }) =>
        at !== undefined && ratio === undefined && goal === undefined && allocatedBytes === undefined,
    )
  )
}

function curveTable({ curve, candidates, unit }: QuestionReport): string {
  const names = [...new Set(candidates.map(lineName))]
  const ats = [...new Set(candidates.map(({ at }) => at!))].sort((a, b) => a - b)
  const cell = (name: string, at: number) => {
    const row = candidates.find(one => one.at === at && lineName(one) === name)
    if (row === undefined || !isFiniteSpread(row.figure)) return '–'
    return `${formatFigure(row.figure.median, unit)} (${formatFigureSpread(row.figure, unit)})`
  }
  const rows = ats.map(at => [formatAt(at), ...names.map(name => cell(name, at))])
  const note = 'Medians, and in parentheses the middle half of the rounds.\n'
  return `${table([curve!.x, ...names.map(escapeMarkdown)], rows)}\n${note}`
}

function lineName({ line }: RowReport): string {
  return line ?? ''
}
