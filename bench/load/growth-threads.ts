/** What grows with the number of threads that record?
 *
 *  Each point is a fresh process with so many worker threads, each with a lane of its own: recording 100,000 samples a
 *  second each, or as fast as they can. Its main thread records nothing. Threads beyond the number of cores take turns,
 *  and the aggregator takes turns with them: at full speed lanes may overflow, which is counted and shown. */
import type { Findings, Question, Row } from '../core/question.ts'
import { askFreshProgram } from './setup/program.ts'
import { knownFigures, measureInTurn } from './setup/rounds.ts'

/** A curve has many points, and its shape is seen in a few rounds. */
const ROUNDS_MAX = 3

export interface ThreadsPlan {
  readonly threadCount: number
  /** Of each thread; 0: as fast as it can. */
  readonly ratePerS: number
  readonly durationMs: number
}

/** What the program of this name answers. */
export interface ThreadsResult {
  /** As the threads have counted. */
  readonly recordedCount: number
  readonly arrivedCount: number
  readonly lostCount: number
  /** From when they were told to begin until the last was done. */
  readonly elapsedMs: number
  readonly aggregatorCpuPercent: number | undefined
  /** Of the main thread. */
  readonly delayP99Ms: number
}

const THREAD_COUNTS = [1, 2, 4, 8]
const RATE_PER_S = 100_000
const DURATION_MS = 1_500
const CURVE = { x: 'recording threads', scale: 'linear' } as const
const PACED = '100,000 samples/s each'
const FULL_SPEED = 'full speed'

const PLANS: readonly ThreadsPlan[] = [RATE_PER_S, 0].flatMap(ratePerS =>
  THREAD_COUNTS.map(threadCount => ({ threadCount, ratePerS, durationMs: DURATION_MS })),
)

type Results = ReadonlyMap<ThreadsPlan, readonly ThreadsResult[]>

export const growthThreads: Question = {
  name: 'growth-threads',
  asks: 'what grows with the number of threads that record, from 1 to 8?',
  group: 'load',
  startsPrograms: true,
  async answer(context) {
    const results = await measureInTurn(
      PLANS,
      { ...context, roundCount: Math.min(context.roundCount, ROUNDS_MAX), hasWarmUp: false },
      plan => askFreshProgram<ThreadsResult>('threads', plan),
    )
    return findingsOf(results)
  },
}

function findingsOf(results: Results): Findings[] {
  const curve = (
    part: string,
    unit: Findings['unit'],
    figureOf: (result: ThreadsResult) => number | undefined,
  ): Findings => ({ part, unit, curve: CURVE, rows: rowsOf(results, figureOf), checks: [] })
  const all = [...results.values()].flat()
  const unaccounted = all.map(one => Math.abs(one.recordedCount - one.arrivedCount - one.lostCount))
  const cpu = curve('CPU time of the aggregator, of one core', 'percent', one => one.aggregatorCpuPercent)
  return [
    {
      ...curve('samples that arrive', 'samples/s', one => (one.arrivedCount / one.elapsedMs) * 1e3),
      checks: [{ what: 'neither arrived nor counted as lost', expected: 0, actual: total(unaccounted) }],
    },
    curve('lost, of what was recorded', 'percent', one => (100 * one.lostCount) / one.recordedCount),
    ...(cpu.rows.length > 0 ? [cpu] : []),
    curve('loop delay p99 of the main thread', 'ms', one => one.delayP99Ms),
  ]
}

function rowsOf(results: Results, figureOf: (result: ThreadsResult) => number | undefined): Row[] {
  return [...results]
    .map(([{ threadCount, ratePerS }, some]): Row => {
      const line = ratePerS > 0 ? PACED : FULL_SPEED
      const threads = threadCount === 1 ? '1 thread' : `${threadCount} threads`
      return { name: `${threads}, ${line}`, figures: knownFigures(some.map(figureOf)), at: threadCount, line }
    })
    .filter(row => row.figures.length > 0)
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
