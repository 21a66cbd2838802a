import { expect, test } from 'vitest'
import type { Findings, Goal } from '../../bench/core/question.ts'
import { reportOf } from '../../bench/core/report.ts'

const question = { name: 'speed', asks: 'how fast?', group: 'cost' } as const

function findings(options: Partial<Findings> = {}): Findings {
  return { unit: 'ns', rows: [], checks: [], ...options }
}

function isReached(figures: readonly number[], goal: Goal): boolean | undefined {
  return reportOf(question, findings({ rows: [{ name: 'it', figures, goal }] })).candidates[0]?.goal
    ?.isReached
}

test('the ratio is the subject against each other candidate, paired within the rounds', () => {
  const { candidates } = reportOf(
    question,
    findings({
      subject: { name: 'ours', figures: [1, 10, 1] },
      rows: [{ name: 'theirs', figures: [4, 40, 4] }],
    }),
  )
  expect(candidates.map(({ name, isSubject }) => [name, isSubject])).toEqual([
    ['ours', true],
    ['theirs', false],
  ])
  expect(candidates[0]?.ratio).toBeUndefined()
  expect(candidates[1]?.ratio).toEqual({ p25: 0.25, median: 0.25, p75: 0.25, ci95: undefined })
})

test('without a subject there are no ratios', () => {
  const { candidates } = reportOf(question, findings({ rows: [{ name: 'it', figures: [1] }] }))
  expect(candidates[0]?.ratio).toBeUndefined()
})

test.each([
  ['at most', 10, true],
  ['at most', 9.9, false],
  ['at least', 10, true],
  ['at least', 10.1, false],
] as const)('a goal of %s %d is reached by a median of 10: %s', (bound, limit, expected) => {
  expect(isReached([10, 1, 100], { of: 'figure', bound, limit })).toBe(expected)
})

test('a goal of the ratio is judged by the ratio, not by the figure', () => {
  const { candidates } = reportOf(
    question,
    findings({
      subject: { name: 'ours', figures: [50] },
      rows: [{ name: 'theirs', figures: [100], goal: { of: 'ratio', bound: 'at most', limit: 0.5 } }],
    }),
  )
  expect(candidates[1]?.goal?.isReached).toBe(true)
})

test('a goal of a ratio that there is none of is a mistake, not a miss', () => {
  expect(() => isReached([1], { of: 'ratio', bound: 'at most', limit: 1 })).toThrow(RangeError)
})

test('a check holds when what came about is what should have', () => {
  const { checks } = reportOf(
    question,
    findings({
      checks: [
        { what: 'arrived', expected: 5, actual: 5 },
        { what: 'lost', expected: 0, actual: 1 },
      ],
    }),
  )
  expect(checks.map(({ holds }) => holds)).toEqual([true, false])
})

test("what a call leaves on the heap is the median of the rounds, by the row's name, and never below nothing", () => {
  const rows = ['it', 'other', 'shrank'].map(name => ({ name, figures: [1] }))
  const allocation = findings({
    unit: 'bytes',
    subject: { name: 'it', figures: [0, 0.2, 0] },
    rows: [
      { name: 'shrank', figures: [-3] },
      { name: 'unheard of', figures: [9] },
    ],
  })
  const { candidates } = reportOf(question, findings({ rows }), allocation)
  expect(candidates.map(({ allocatedBytes }) => allocatedBytes)).toEqual([0, undefined, 0])
})

test('each round stays in the report, in its order', () => {
  const { candidates } = reportOf(question, findings({ rows: [{ name: 'it', figures: [3, 1, 2] }] }))
  expect(candidates[0]?.rounds).toEqual([3, 1, 2])
})
