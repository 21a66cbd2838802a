import { expect, test } from 'vitest'
import { breachesOf } from '../../../bench/budgets/breaches.ts'
import { FIGURE_QUESTIONS, FIGURE_SOURCES, figuresOf, withAttempts } from '../../../bench/budgets/figures.ts'
import type { Check, DesignFigure } from '../../../bench/core/question.ts'
import { reportOf } from '../../../bench/core/report.ts'
import { QUESTIONS } from '../../../bench/questions/all.ts'

const QUESTION = { name: 'record', group: 'cost', asks: 'what does it cost?' } as const
const SCALE = { limitScale: 1 }

/** The compiler misses one that is left out. */
const DESIGN_FIGURES: Readonly<Record<DesignFigure, true>> = {
  record: true,
  labels: true,
  marks: true,
  counter: true,
  allocation: true,
  percentiles: true,
  drain: true,
  million: true,
  http: true,
  snapshot: true,
  breach: true,
  memory: true,
  'start-up': true,
}

function answerOf(subjectNs: number, checks: readonly Check[] = []) {
  const goal = { of: 'ratio', bound: 'at most', limit: 0.3, figure: 'record' } as const
  return reportOf(QUESTION, {
    unit: 'ns',
    subject: { name: 'ours', figures: [subjectNs, subjectNs, subjectNs] },
    rows: [
      { name: 'theirs', figures: [10, 10, 10], goal },
      { name: 'another goal', figures: [10, 10, 10], goal: { ...goal, limit: 0.001, figure: undefined } },
      { name: 'others', figures: [99, 99, 99] },
    ],
    checks,
  })
}

test('every figure of the design is asked of a question that there is, and memory is measured as a budget', () => {
  expect(Object.keys(FIGURE_SOURCES).toSorted()).toEqual(Object.keys(DESIGN_FIGURES).toSorted())
  const asked = FIGURE_QUESTIONS.map(({ question }) => question)
  expect([...asked, 'memory'].toSorted()).toEqual(Object.keys(DESIGN_FIGURES).toSorted())
  const known = QUESTIONS.map(({ name }) => name)
  expect(asked.filter(question => !known.includes(question))).toEqual([])
})

test("each goal that is the design's is a figure, and other rows are none", () => {
  const figures = figuresOf([answerOf(4)], SCALE)
  expect(figures).toEqual([
    {
      question: 'record',
      part: null,
      row: 'theirs',
      unit: 'ratio',
      figure: 'record',
      of: 'ratio',
      bound: 'at most',
      limit: 0.3,
      median: 0.4,
      p25: 0.4,
      p75: 0.4,
      verdict: 'missed',
      margin: 2.5,
      failsBeyond: 0.75,
    },
  ])
})

test('a figure that is missed is no breach; one that is far outside is, and is named', () => {
  const breaches = (subjectNs: number) => {
    const figures = figuresOf([answerOf(subjectNs)], SCALE)
    return breachesOf([], null, withAttempts([figures, figures, figures]))
  }
  expect(breaches(4)).toEqual([])
  const [breach, ...others] = breaches(9)
  expect(breach).toMatch(/^record, theirs: 0\.90 is far outside/)
  expect(breach).toContain('measured 3 times')
  expect(others).toEqual([])
})

test('figures of an answer whose check failed say nothing, however good or bad', () => {
  const check = { what: 'lost', expected: 0, actual: 1 }
  const verdicts = [1, 9].map(ns => figuresOf([answerOf(ns, [check])], SCALE)[0]!.verdict)
  expect(verdicts).toEqual(['check failed', 'check failed'])
})

test('the last attempt counts, and every attempt is kept', () => {
  const attempts = [9, 8, 3].map(ns => figuresOf([answerOf(ns)], SCALE))
  const [figure] = withAttempts(attempts)
  expect(figure).toMatchObject({ median: 0.3, verdict: 'reached' })
  expect(figure!.attempts).toEqual([
    { row: 'theirs', median: 0.9, p25: 0.9, p75: 0.9, verdict: 'far outside' },
    { row: 'theirs', median: 0.8, p25: 0.8, p75: 0.8, verdict: 'far outside' },
    { row: 'theirs', median: 0.3, p25: 0.3, p75: 0.3, verdict: 'reached' },
  ])
})
