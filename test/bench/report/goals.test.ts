import { expect, test } from 'vitest'
import type { Goal } from '../../../bench/core/question.ts'
import { designCount, designTable, furtherTable, goalLinesOf } from '../../../bench/report/goals.ts'
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
  [[10, 9], 9.5, 'reached, no interval (2 rounds)'],
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

test('a figure of the design is reached where each of its rows is; one without rows is not passed over', () => {
  const goal = { ...atMost(10), figure: 'drain' } as const
  const rows = [5, 20].map(median => ({ name: `at ${median}`, figures: around(median), goal }))
  const one = goalLinesOf([reportLike({ rows: rows.slice(0, 1) })])
  const both = goalLinesOf([reportLike({ rows })])
  expect(designCount(one)).toBe('1 of the 13 figures of the design are reached, 12 are not measured')
  expect(designCount(both)).toBe(
    '0 of the 13 figures of the design are reached, 1 is missed, 12 are not measured',
  )
  expect(designTable(both)).toMatch(/at 5: .* reached<br>.*at 20: .* \*\*missed\*\* \| \*\*missed\*\* \|/)
  expect(designTable([])).toContain('createHistogram().record()` | ≤ 0.3 |  | **not measured** |')
  expect(furtherTable(both)).toBe('')
})

test('what is held against a target and a critical limit has one line', () => {
  const rows = [
    { name: 'time, target', figures: around(7), goal: atMost(5) },
    { name: 'time, critical', figures: around(7), goal: atMost(10) },
  ]
  const text = furtherTable(goalLinesOf([reportLike({ rows })]))
  expect(text).toContain('| time | ≤ 5 ns / ≤ 10 ns | 7.00 ns (6.79–7.21) | **missed** / reached |')
})
