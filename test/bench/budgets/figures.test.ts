import { expect, test } from 'vitest'
import { breachesOf } from '../../../bench/budgets/breaches.ts'
import { figuresOf } from '../../../bench/budgets/figures.ts'
import { reportOf } from '../../../bench/core/report.ts'

const QUESTION = { name: 'record', group: 'cost', asks: 'what does it cost?' } as const

function answerOf(subjectNs: number) {
  return reportOf(QUESTION, {
    unit: 'ns',
    subject: { name: 'ours', figures: [subjectNs, subjectNs, subjectNs] },
    rows: [
      { name: 'theirs', figures: [10, 10, 10], goal: { of: 'ratio', bound: 'at most', limit: 0.3 } },
      { name: 'others', figures: [99, 99, 99] },
    ],
    checks: [],
  })
}

test('each goal of a question is a figure, and rows without one are none', () => {
  const figures = figuresOf(answerOf(4), { limitScale: 1, attempts: 2 })
  expect(figures).toHaveLength(1)
  expect(figures[0]).toEqual({
    question: 'record',
    part: null,
    row: 'theirs',
    unit: 'ratio',
    of: 'ratio',
    bound: 'at most',
    limit: 0.3,
    median: 0.4,
    p25: 0.4,
    p75: 0.4,
    verdict: 'missed',
    margin: 2.5,
    failsBeyond: 0.75,
    attempts: 2,
  })
})

test('a figure that is missed is no breach; one that is far outside is, and is named', () => {
  const breaches = (subjectNs: number) =>
    breachesOf([], null, figuresOf(answerOf(subjectNs), { limitScale: 1, attempts: 3 }))
  expect(breaches(4)).toEqual([])
  const [breach, ...others] = breaches(9)
  expect(breach).toMatch(/^record, theirs: 0\.90 is far outside/)
  expect(breach).toContain('measured 3 times')
  expect(others).toEqual([])
})
