import { expect, test } from 'vitest'
import { mergeAnswers } from '../../bench/core/merge.ts'
import type { Findings, Goal } from '../../bench/core/question.ts'

const goal: Goal = { of: 'ratio', bound: 'at most', limit: 1 }

function findings(options: Partial<Findings>): Findings[] {
  return [{ unit: 'ns', rows: [], checks: [], ...options }]
}

test('figures of several processes stand in the order of their rounds, by name, whatever the order of the rows', () => {
  const a = { name: 'a', figures: [1] }
  const b = { name: 'b', figures: [2] }
  const [merged] = mergeAnswers([
    findings({ subject: a, rows: [b, { name: 'c', figures: [3] }] }),
    findings({
      subject: { ...a, figures: [4] },
      rows: [
        { name: 'c', figures: [6] },
        { ...b, figures: [5] },
      ],
    }),
  ])
  expect(merged!.subject?.figures).toEqual([1, 4])
  expect(merged!.rows.map(({ figures }) => figures)).toEqual([
    [2, 5],
    [3, 6],
  ])
})

test('a row has a goal when it had one in most processes', () => {
  const one = findings({
    rows: [
      { name: 'a', figures: [1], goal },
      { name: 'b', figures: [1] },
    ],
  })
  const other = findings({
    rows: [
      { name: 'a', figures: [1] },
      { name: 'b', figures: [1], goal },
    ],
  })
  const goalsOf = (answers: Findings[][]) => mergeAnswers(answers)[0]!.rows.map(row => row.goal)
  expect(goalsOf([one, one, other])).toEqual([goal, undefined])
  expect(goalsOf([other, other, one])).toEqual([undefined, goal])
})

test('a check that fails in one process fails in all, even where another errs the other way', () => {
  const check = (expected: number, actual: number) =>
    findings({ checks: [{ what: 'lost', expected, actual }] })
  const checksOf = (answers: Findings[][]) => mergeAnswers(answers)[0]!.checks
  expect(checksOf([check(5, 5), check(7, 7)])).toEqual([{ what: 'lost', expected: 12, actual: 12 }])
  expect(checksOf([check(5, 4), check(7, 8)])).toEqual([{ what: 'lost', expected: 5, actual: 4 }])
})

test('a row that a process did not measure is a mistake', () => {
  const answers = [findings({ rows: [{ name: 'a', figures: [1] }] }), findings({ rows: [] })]
  expect(() => mergeAnswers(answers)).toThrow(RangeError)
})
