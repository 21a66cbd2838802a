import { expect, test } from 'vitest'
import { reportOf } from '../../bench/core/report.ts'
import { formatQuestion } from '../../bench/core/table.ts'

const question = { name: 'speed', asks: 'how fast?', group: 'cost' } as const

test('a table shows figure, spread, ratio, goal and whether it is reached, in columns', () => {
  const text = formatQuestion(
    reportOf(question, {
      unit: 'ns',
      subject: { name: 'ours', figures: [5, 4, 6] },
      rows: [
        { name: 'theirs', figures: [10, 8, 12], goal: { of: 'ratio', bound: 'at most', limit: 0.3 } },
        { name: 'slow', figures: [500, 400, 600], goal: { of: 'ratio', bound: 'at most', limit: 1 / 30 } },
      ],
      checks: [],
    }),
  )
  expect(`\n${text}`).toBe(`
speed: how fast?
           median    p25–p75  offloop / it      p25–p75    goal
  ours    5.00 ns  4.50–5.50
  theirs  10.0 ns  9.00–11.0          0.50    0.50–0.50  ≤ 0.30   missed
  slow     500 ns    450–550         1/100  1/100–1/100  ≤ 1/30  reached
`)
})

test('columns that nothing stands in are left out', () => {
  const text = formatQuestion(
    reportOf(question, { unit: 'ms', rows: [{ name: 'it', figures: [12] }], checks: [] }),
  )
  expect(text).not.toContain('goal')
  expect(text).not.toContain('offloop / it')
})

test('a check that does not hold says what should have been, and that the figures are void', () => {
  const text = formatQuestion(
    reportOf(question, {
      unit: 'ms',
      rows: [{ name: 'it', figures: [12] }],
      checks: [{ what: 'lost', expected: 0, actual: 1_234 }],
    }),
  )
  expect(text).toContain('lost: 1,234 (should be 0: do not trust the figures)')
})
