/** Judges what was found: medians, spreads, ratios, and whether the goals are reached. Pure. */
import type { Check, Findings, Goal, Row, Unit } from './question.ts'
import { pairedRatios, type Spread, spreadOf } from './spread.ts'

export interface JudgedGoal extends Goal {
  readonly isReached: boolean
}

export interface RowReport {
  readonly name: string
  readonly isSubject: boolean
  readonly figure: Spread
  /** Subject / this, paired within the rounds. Undefined for the subject, and where there is none. */
  readonly ratio: Spread | undefined
  readonly goal: JudgedGoal | undefined
  readonly rounds: readonly number[]
}

export interface CheckReport extends Check {
  readonly holds: boolean
}

export interface QuestionReport {
  readonly name: string
  readonly asks: string
  readonly unit: Unit
  readonly candidates: readonly RowReport[]
  readonly checks: readonly CheckReport[]
}

export function reportOf(
  { name, asks }: { readonly name: string; readonly asks: string },
  { unit, subject, rows, checks }: Findings,
): QuestionReport {
  const all = subject === undefined ? rows : [subject, ...rows]
  return {
    name,
    asks,
    unit,
    candidates: all.map(row => judgeRow(row, subject)),
    checks: checks.map(check => ({ ...check, holds: check.actual === check.expected })),
  }
}

function judgeRow(row: Row, subject: Row | undefined): RowReport {
  const isSubject = row === subject
  const figure = spreadOf(row.figures)
  const ratio =
    subject === undefined || isSubject ? undefined : spreadOf(pairedRatios(subject.figures, row.figures))
  return {
    name: row.name,
    isSubject,
    figure,
    ratio,
    goal: judgeGoal(row, figure, ratio),
    rounds: row.figures,
  }
}

/** By the median, whatever the spread. */
function judgeGoal(row: Row, figure: Spread, ratio: Spread | undefined): JudgedGoal | undefined {
  const { goal } = row
  if (goal === undefined) return undefined
  const judged = goal.of === 'figure' ? figure : ratio
  if (judged === undefined)
    throw new RangeError(`${row.name} has a goal for its ratio, and nothing to be a ratio to`)
  const { median } = judged
  return { ...goal, isReached: goal.bound === 'at most' ? median <= goal.limit : median >= goal.limit }
}
