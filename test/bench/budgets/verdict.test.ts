import { describe, expect, test } from 'vitest'
import { judgeFigure } from '../../../bench/budgets/figure-verdict.ts'
import { factorOf, judgeMemory, judgeOverhead } from '../../../bench/budgets/verdict.ts'

const BUDGET = { name: 'record', asks: 'record()', limitMs: 0.05 }
const STATED = { factor: 1, limitScale: 1 }

function timesOf(p99Ms: number) {
  return { callCount: 1_000, warmUpCount: 100, p50Ms: 0.001, p95Ms: 0.002, p99Ms, maxMs: 9 }
}

describe('overhead', () => {
  test.each([
    { p99Ms: 0.049, factor: 1, passed: true },
    { p99Ms: 0.05, factor: 1, passed: false },
    { p99Ms: 0.099, factor: 1, passed: false },
    { p99Ms: 0.099, factor: 2, passed: true },
    { p99Ms: 0.1, factor: 2, passed: false },
    { p99Ms: Number.NaN, factor: 2, passed: false },
  ])('p99 of $p99Ms ms with limits × $factor: $passed', ({ p99Ms, factor, passed }) => {
    const report = judgeOverhead(BUDGET, { times: timesOf(p99Ms), checks: [] }, { ...STATED, factor })
    expect(report).toMatchObject({ passed, factor, statedLimitMs: 0.05, limitMs: 0.05 * factor, p99Ms })
  })

  test('the limits are twice as high on CI, and nowhere else', () => {
    expect([factorOf(true), factorOf(false)]).toEqual([2, 1])
  })

  test('a scaled limit is a breach to be seen', () => {
    const scaled = { ...STATED, limitScale: 1e-4 }
    expect(judgeOverhead(BUDGET, { times: timesOf(0.001), checks: [] }, scaled).passed).toBe(false)
  })

  test('fast calls that recorded something else than they should do not pass', () => {
    const checks = [{ what: 'lost', expected: 0, actual: 1 }]
    const report = judgeOverhead(BUDGET, { times: timesOf(0.001), checks }, STATED)
    expect(report.passed).toBe(false)
    expect(report.checks).toEqual([{ what: 'lost', expected: 0, actual: 1, holds: false }])
  })
})

test.each([
  { actual: 0.5, limitScale: 1, passed: true },
  { actual: 0.34, limitScale: 1, passed: false },
  { actual: 0.65, limitScale: 1, passed: false },
  { actual: 0.5, limitScale: 0.5, passed: false },
])('a share of $actual, limits × $limitScale: $passed', ({ actual, limitScale, passed }) => {
  const budget = { name: 'half', unit: 'share', actual, atLeast: 0.35, atMost: 0.65 } as const
  expect(judgeMemory(budget, limitScale)).toMatchObject({ passed, atMost: 0.65 * limitScale })
})

describe('figures', () => {
  test.each([
    { median: 0.3, verdict: 'reached' },
    { median: 0.31, verdict: 'missed' },
    { median: 0.75, verdict: 'missed' },
    { median: 0.76, verdict: 'far outside' },
  ])('a ratio of $median, where 0.3 is the most: $verdict', ({ median, verdict }) => {
    const goal = { of: 'ratio', unit: 'ns', bound: 'at most', limit: 0.3, isReached: median <= 0.3 } as const
    expect(judgeFigure(goal, median, 1)).toEqual({ verdict, margin: 2.5, failsBeyond: 0.75 })
  })

  test.each([
    { median: 40e6, verdict: 'reached' },
    { median: 39e6, verdict: 'missed' },
    { median: 8e6, verdict: 'missed' },
    { median: 7.9e6, verdict: 'far outside' },
  ])('a throughput of $median, where 40e6 is the least: $verdict', ({ median, verdict }) => {
    const goal = {
      of: 'figure',
      unit: 'samples/s',
      bound: 'at least',
      limit: 40e6,
      isReached: median >= 40e6,
    } as const
    expect(judgeFigure(goal, median, 1)).toEqual({ verdict, margin: 5, failsBeyond: 8e6 })
  })

  test.each([
    { median: 2, verdict: 'reached' },
    { median: 20, verdict: 'missed' },
    { median: 21, verdict: 'far outside' },
  ])('$median ms of a process that starts, where 2 is the most: $verdict', ({ median, verdict }) => {
    const goal = { of: 'figure', unit: 'ms', bound: 'at most', limit: 2, isReached: median <= 2 } as const
    expect(judgeFigure(goal, median, 1)).toEqual({ verdict, margin: 10, failsBeyond: 20 })
  })

  test.each([
    { median: 0, verdict: 'reached' },
    { median: 0.4, verdict: 'missed' },
    { median: 12, verdict: 'far outside' },
  ])('$median bytes, where there should be none: $verdict', ({ median, verdict }) => {
    const goal = { of: 'figure', unit: 'bytes', bound: 'at most', limit: 0, isReached: median <= 0 } as const
    expect(judgeFigure(goal, median, 1)).toEqual({ verdict, margin: null, failsBeyond: 4 })
  })

  test.each([
    { figure: 'http', of: 'ratio', bound: 'at least', limit: 0.99, kept: 0.13, far: 0.12 },
    { figure: 'million', of: 'ratio', bound: 'at most', limit: 1.05, kept: 10.4, far: 10.6 },
    { figure: 'million', of: 'figure', bound: 'at most', limit: 10, kept: 99, far: 101 },
    { figure: 'snapshot', of: 'figure', bound: 'at most', limit: 0.5, kept: 19, far: 21 },
  ] as const)('noise may take $kept of $figure, where the goal is $bound $limit, and not $far', row => {
    const goal = { ...row, unit: 'ms', isReached: false } as const
    expect(judgeFigure(goal, row.kept, 1).verdict).toBe('missed')
    expect(judgeFigure(goal, row.far, 1).verdict).toBe('far outside')
  })

  test('a lost sample is a miss where none is to be lost, and half of them are far outside', () => {
    const goal = { of: 'figure', unit: 'samples/s', bound: 'at most', limit: 0, isReached: false } as const
    expect(judgeFigure(goal, 0.01, 1).verdict).toBe('missed')
    expect(judgeFigure(goal, 500_001, 1).verdict).toBe('far outside')
  })

  test('what is no number is far outside', () => {
    const goal = { of: 'ratio', unit: 'ms', bound: 'at most', limit: 1, isReached: false } as const
    expect(judgeFigure(goal, Number.NaN, 1).verdict).toBe('far outside')
  })
})
