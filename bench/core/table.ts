/** A question's report as a table in plain text. Pure. */
import { formatFigure, formatFigureSpread, formatNumber, formatRatio, formatRatioSpread } from './quantity.ts'
import type { Unit } from './question.ts'
import type { CheckReport, JudgedGoal, QuestionReport, RowReport } from './report.ts'

export const BOUNDS = { 'at most': '≤', 'at least': '≥' } as const

/** Ends with a line break. Columns without anything in them are left out. */
export function formatQuestion(report: QuestionReport): string {
  const { name, asks, part, unit, candidates, checks } = report
  const head = ['', 'median', 'p25–p75', 'a call leaves', 'offloop / it', 'p25–p75', 'goal', '']
  const lines = layOut([head, ...candidates.map(row => cellsOf(row, unit))])
  const checkLines = checks.map(formatCheck)
  return `${name}: ${part ?? asks}\n${[...lines, ...checkLines].map(line => `  ${line}\n`).join('')}`
}

function cellsOf({ name, figure, ratio, goal, allocatedBytes }: RowReport, unit: Unit): string[] {
  return [
    name,
    formatFigure(figure.median, unit),
    formatFigureSpread(figure, unit),
    allocatedBytes === undefined ? '' : formatFigure(allocatedBytes, 'bytes'),
    ratio === undefined ? '' : formatRatio(ratio.median),
    ratio === undefined ? '' : formatRatioSpread(ratio),
    goal === undefined ? '' : formatGoal(goal, unit),
    goal === undefined ? '' : goal.isReached ? 'reached' : 'missed',
  ]
}

/** `≤ 1/30`. Limits are round numbers, and written so. */
export function formatGoal({ of, bound, limit }: JudgedGoal, unit: Unit): string {
  const text = of === 'ratio' ? formatRatio(limit) : formatFigure(limit, unit)
  return `${BOUNDS[bound]} ${text.replace(/\.0+(?= |$)/, '')}`
}

export function formatCheck({ what, expected, actual, holds }: CheckReport): string {
  const verdict = holds ? '' : ` (should be ${formatCount(expected)}: do not trust the figures)`
  return `${what}: ${formatCount(actual)}${verdict}`
}

function formatCount(count: number): string {
  return Number.isInteger(count) ? count.toLocaleString('en') : formatNumber(count)
}

/** The first column is text, the others are figures. */
export function layOut(rows: readonly (readonly string[])[]): string[] {
  const isUsed = rows[0]!.map((_, column) => rows.slice(1).some(row => row[column] !== ''))
  const used = rows.map(row => row.filter((_, column) => isUsed[column]))
  const widths = used[0]!.map((_, column) => Math.max(...used.map(row => row[column]!.length)))
  return used.map(row =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}
