/** Asks the bench for the design's figures, and judges the goals that its questions declare. */
import { fileURLToPath } from 'node:url'
import type { DesignFigure } from '../core/question.ts'
import type { BenchResult, QuestionReport, RowReport } from '../core/report.ts'
import { judgeFigure } from './figure-verdict.ts'
import type { FigureAttempt, FigureReport } from './result.ts'
import { runNode } from './run-node.ts'

/** How the question named as the figure is asked. */
export interface Asking {
  readonly isBrief: boolean
  /** Where fewer rounds than the others' have to do. */
  readonly roundCountMax?: number
}

const IN_FULL: Asking = { isBrief: false }
/** What takes minutes otherwise. */
const IN_BRIEF: Asking = { isBrief: true, roundCountMax: 1 }
/** Measured by the budgets themselves: by the same code, and without the libraries beside it. */
const AS_BUDGET = 'budget'

/** Every figure of the design, and where it comes from: the compiler misses one that is left out. */
export const FIGURE_SOURCES: Readonly<Record<DesignFigure, Asking | typeof AS_BUDGET>> = {
  record: IN_FULL,
  labels: IN_FULL,
  marks: IN_FULL,
  counter: IN_FULL,
  allocation: IN_FULL,
  percentiles: IN_FULL,
  drain: IN_FULL,
  million: IN_BRIEF,
  http: IN_BRIEF,
  snapshot: IN_BRIEF,
  breach: { isBrief: false, roundCountMax: 1 },
  memory: AS_BUDGET,
  'start-up': IN_FULL,
}

/** Those that the bench is asked. */
export const FIGURE_QUESTIONS = Object.entries(FIGURE_SOURCES).flatMap(([question, source]) =>
  source === AS_BUDGET ? [] : [{ question, ...source }],
)

const BENCH_MS_MAX = 120_000

/** Puts one question to a bench of its own. Answers whose checks failed are answers: see their `checks`.
 *  @throws Error when it is not answered */
export async function askBench(
  { question, isBrief, roundCountMax = Number.POSITIVE_INFINITY }: Asking & { readonly question: string },
  roundCount: number,
): Promise<readonly QuestionReport[]> {
  const bench = fileURLToPath(new URL('../main.js', import.meta.url))
  const rounds = String(Math.min(roundCount, roundCountMax))
  const brief = isBrief ? ['--brief'] : []
  const { exitCode, output } = await runNode(
    [bench, question, '--rounds', rounds, ...brief, '--json'],
    BENCH_MS_MAX,
  )
  const answers = output === '' ? [] : (JSON.parse(output) as BenchResult).questions
  const hasBrokenChecks = answers.some(({ checks }) => checks.some(({ holds }) => !holds))
  if (answers.length > 0 && (exitCode === 0 || hasBrokenChecks)) return answers
  throw new Error(`the bench ended with ${exitCode} and no answer`)
}

/** What one attempt found. */
export type FigureFindings = Omit<FigureReport, 'attempts'>

/** @returns a report for each goal that is the design's; of a question that names none so, for each goal
 *  @throws Error where there is none */
export function figuresOf(
  answers: readonly QuestionReport[],
  { limitScale }: { limitScale: number },
): FigureFindings[] {
  const isTrusted = answers.every(({ checks }) => checks.every(({ holds }) => holds))
  const judged = answers.flatMap(answer =>
    answer.candidates.flatMap(row => (row.goal === undefined ? [] : [figureOf(answer, row)])),
  )
  const designed = judged.filter(({ figure }) => figure !== undefined)
  const figures = designed.length > 0 ? designed : judged
  if (figures.length === 0) throw new Error('it has no goals')
  return figures.map(({ judged, ...figure }) => {
    const verdict = judgeFigure(judged, figure.median, limitScale)
    return { ...figure, ...verdict, ...(isTrusted ? {} : { verdict: 'check failed' as const }) }
  })
}

/** The last attempt's figures, beside those of every attempt. */
export function withAttempts(attempts: readonly (readonly FigureFindings[])[]): FigureReport[] {
  const attemptOf = ({ row, median, p25, p75, verdict }: FigureFindings): FigureAttempt => {
    return { row, median, p25, p75, verdict }
  }
  // A question declares the same goals each time; the row may be another (the clock that is fastest).
  return attempts.at(-1)!.map((figure, index) => ({
    ...figure,
    attempts: attempts.flatMap(figures => (figures[index] === undefined ? [] : [attemptOf(figures[index])])),
  }))
}

function figureOf({ name, part, unit }: QuestionReport, row: RowReport) {
  const goal = row.goal!
  const { of, bound, limit, figure } = goal
  const { median, p25, p75 } = of === 'ratio' ? row.ratio! : row.figure
  const shownUnit = of === 'ratio' ? of : unit
  const place = { question: name, part: part ?? null, row: row.name }
  return { ...place, unit: shownUnit, figure, of, bound, limit, median, p25, p75, judged: { ...goal, unit } }
}
