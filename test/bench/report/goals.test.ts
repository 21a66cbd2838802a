import { expect, test } from 'vitest'
import type { Goal } from '../../../bench/core/question.ts'
import { unmeasuredFigures } from '../../../bench/report/design-figures.ts'
import { goalLinesOf } from '../../../bench/report/goals.ts'
import { around, reportLike } from './reports.ts'

const atMost = (limit: number, of: Goal['of'] = 'figure'): Goal => ({ of, bound: 'at most', limit })

function verdictFor(figures: readonly number[], limit: number): string | undefined {
  return goalLinesOf([reportLike({ rows: [{ name: 'it', figures, goal: atMost(limit) }] })])[0]?.verdict
}

test.each([
  [around(10), 20, 'reached'],
  [around(10), 5, '**missed**'],
  [around(10), 10.1, 'reached, narrowly'],
  [around(10), 9.9, '**missed**, narrowly'],
  [[0, 0, 0, 0, 0, 0], 0, 'reached'],
  [[10, 9], 9.5, 'reached'],
])('%j with a goal of at most %d: %s', (figures, limit, verdict) => {
  expect(verdictFor(figures, limit)).toBe(verdict)
})

test('a goal of a ratio names both sides, one of a figure its row, and the part comes first', () => {
  const ratio = reportLike({
    part: 'throughput',
    subject: { name: 'offloop', figures: around(5) },
    rows: [{ name: 'other|peer', figures: around(10), goal: atMost(0.4, 'ratio') }],
  })
  expect(goalLinesOf([ratio])).toMatchObject([
    {
      question: 'record',
      what: 'throughput: offloop against other\\|peer',
      reach: '≤ 0.40',
      isReached: false,
    },
  ])
})

test('a figure of the design that no question has a goal for is not passed over', () => {
  const record = reportLike({ rows: [{ name: 'it', figures: [1], goal: atMost(2) }] })
  const without = reportLike({ rows: [{ name: 'it', figures: [1] }] })
  expect(unmeasuredFigures([record], false).join('')).not.toContain('createHistogram')
  expect(unmeasuredFigures([without], false).join('')).toContain('createHistogram')
})
