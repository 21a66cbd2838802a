/** Judges what was found: medians, spreads, ratios, and whether the goals are reached. Pure. */
import type { Machine } from '../machine.ts'
import type { Check, Curve, Findings, Goal, Question, Row, Unit } from './question.ts'
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
  /** Bytes of heap that a call leaves behind; undefined where that was not measured. */
  readonly allocatedBytes: number | undefined
  readonly at: number | undefined
  readonly line: string | undefined
  readonly rounds: readonly number[]
}

export interface CheckReport extends Check {
  readonly holds: boolean
}

export interface QuestionReport {
  readonly name: string
  readonly group: Question['group']
  readonly asks: string
  readonly part: string | undefined
  readonly unit: Unit
  readonly curve: Curve | undefined
  readonly candidates: readonly RowReport[]
  readonly checks: readonly CheckReport[]
}

/** What `--json` prints, and what the report in docs/benchmarks.md is made from. */
export interface BenchResult {
  /** UTC, `YYYY-MM-DD`. */
  readonly date: string
  /** Of the code that was measured: its short id, and a plus where the tree had changes. */
  readonly commit?: string | undefined
  readonly machine: Machine
  /** Of the packages that are measured or measured with, by name. */
  readonly versions?: Readonly<Record<string, string>>
  readonly roundCount: number
  readonly questions: readonly QuestionReport[]
}

/** @param allocation what the same question found of its rows' garbage, in bytes per operation */
export function reportOf(
  { name, group, asks }: Pick<Question, 'name' | 'group' | 'asks'>,
  { part, unit, curve, subject, rows, checks }: Findings,
  allocation?: Findings,
): QuestionReport {
  const all = subject === undefined ? rows : [subject, ...rows]
  return {
    name,
    group,
    asks,
    part,
    unit,
    curve,
    candidates: all.map(row => judgeRow(row, subject, bytesOf(row, allocation))),
    checks: checks.map(check => ({ ...check, holds: check.actual === check.expected })),
  }
}

/** Of the rounds, the median. Bytes cannot be below zero: what the heap shrank by was someone else's. */
function bytesOf({ name }: Row, allocation: Findings | undefined): number | undefined {
  if (allocation === undefined) return undefined
  const { subject, rows } = allocation
  const row = [subject, ...rows].find(one => one?.name === name)
  return row && Math.max(0, spreadOf(row.figures).median)
}

function judgeRow(row: Row, subject: Row | undefined, allocatedBytes: number | undefined): RowReport {
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
    allocatedBytes,
    at: row.at,
    line: row.line,
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
