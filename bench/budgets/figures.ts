/** Asks the bench its questions, and judges the goals they declare. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { BenchResult, QuestionReport } from '../core/report.ts'
import type { FigureReport } from './result.ts'
import { judgeFigure } from './verdict.ts'

/** Those whose goals are design.md's. */
export const FIGURE_QUESTIONS = [
  'record',
  'labels',
  'marks',
  'counter',
  'allocation',
  'percentiles',
  'drain',
  'start-up',
] as const

const BENCH_MS_MAX = 300_000

/** Puts one question to a bench of its own.
 *  @throws Error when it is not answered, or its checks say that the answer means nothing */
export async function askBench(question: string, roundCount: number): Promise<QuestionReport[]> {
  const bench = fileURLToPath(new URL('../main.js', import.meta.url))
  const args = [bench, question, '--rounds', String(roundCount), '--json']
  const { exitCode, output } = await run(args)
  const answered = exitCode === 0 ? (JSON.parse(output) as BenchResult).questions : []
  if (answered.length > 0) return [...answered]
  throw new Error(`${question}: the bench ended with ${exitCode} and no answer that can be used`)
}

/** @returns a report for each goal */
export function figuresOf(
  { name, part, unit, candidates }: QuestionReport,
  { limitScale, attempts }: { limitScale: number; attempts: number },
): FigureReport[] {
  return candidates.flatMap(row => {
    const { goal, ratio, figure } = row
    if (goal === undefined) return []
    const { median, p25, p75 } = goal.of === 'ratio' ? ratio! : figure
    const { of, bound, limit } = goal
    const place = { question: name, part: part ?? null, row: row.name }
    const judged = judgeFigure({ ...goal, unit }, median, limitScale)
    return [
      { ...place, unit: of === 'ratio' ? of : unit, of, bound, limit, median, p25, p75, ...judged, attempts },
    ]
  })
}

function run(args: readonly string[]): Promise<{ exitCode: number | string; output: string }> {
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', 'pipe', 'inherit'] as const
    const child = spawn(process.execPath, args, { stdio: [...stdio], timeout: BENCH_MS_MAX })
    let output = ''
    child.stdout!.setEncoding('utf8').on('data', text => {
      output += text
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ exitCode: signal ?? code ?? 1, output }))
  })
}
