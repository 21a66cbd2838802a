/** Results of benches that never ran, for the tests of what is made of them. */
import type { Findings, Question } from '../../../bench/core/question.ts'
import { type BenchResult, type QuestionReport, reportOf } from '../../../bench/core/report.ts'
import type { Machine } from '../../../bench/machine.ts'

export const MACHINE: Machine = {
  cpu: 'Some CPU',
  cores: 2,
  os: 'Linux x64',
  node: '20.0.0',
  v8: '11.3',
  load: 0.25,
}

/** As JSON gives it back: what is undefined is missing. */
export function resultOf(questions: readonly QuestionReport[], more: Partial<BenchResult> = {}): BenchResult {
  return JSON.parse(
    JSON.stringify({ date: '2026-01-02', machine: MACHINE, roundCount: 6, questions, ...more }),
  )
}

export function reportLike(
  findings: Partial<Findings>,
  question: Partial<Pick<Question, 'name' | 'asks' | 'group'>> = {},
): QuestionReport {
  const { name = 'record', asks = 'what does it cost?', group = 'cost' } = question
  return reportOf({ name, asks, group }, { unit: 'ns', rows: [], checks: [], ...findings })
}

/** Six rounds around a figure. */
export function around(median: number): number[] {
  return [0.97, 0.98, 0.99, 1.01, 1.02, 1.03].map(factor => factor * median)
}
