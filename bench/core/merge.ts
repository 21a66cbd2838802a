/** Puts together what the same question found in several processes. Pure. */
import type { Check, Findings, Row } from './question.ts'

/** @param answers of one question, each from a process of its own and in the order of their rounds; at least one
 *  @returns as if one process had measured all rounds */
export function mergeAnswers(answers: readonly (readonly Findings[])[]): Findings[] {
  const [first = []] = answers
  return first.map((findings, part) => {
    const all = answers.map(answer => answer[part]!)
    const { subject } = findings
    return {
      ...findings,
      subject: subject && mergeRow(subject, all),
      rows: findings.rows.map(row => mergeRow(row, all)),
      checks: findings.checks.map(check => mergeCheck(check, all)),
    }
  })
}

/** A row has the goal that it had in most processes: some goals are given to the row that was fastest. */
function mergeRow({ name, ...row }: Row, all: readonly Findings[]): Row {
  const same = all.flatMap(({ subject, rows }) => [subject, ...rows]).filter(one => one?.name === name)
  if (same.length !== all.length)
    throw new RangeError(`${name} was measured in ${same.length} of ${all.length} processes`)
  const goals = same.flatMap(one => one?.goal ?? [])
  return {
    ...row,
    name,
    figures: same.flatMap(one => one!.figures),
    goal: 2 * goals.length > all.length ? goals[0] : undefined,
  }
}

/** What each process expected, and what each found, added up. */
function mergeCheck({ what }: Check, all: readonly Findings[]): Check {
  const same = all.flatMap(({ checks }) => checks).filter(check => check.what === what)
  // Two mistakes in opposite directions must not add up to none.
  const broken = same.find(({ expected, actual }) => expected !== actual)
  if (broken !== undefined) return broken
  const sum = same.reduce((total, { expected }) => total + expected, 0)
  return { what, expected: sum, actual: sum }
}
