/** Times every run by itself, for questions of how long the slow ones take. */
import { nearestRank } from '../../src/shared/statistics/nearest-rank.ts'
import { orderOfRound } from '../core/order.ts'
import type { Candidate, QuestionContext } from '../core/question.ts'

/** Of the runs of each round, in milliseconds per operation; one figure for each round. */
export interface RunTimes {
  readonly p50Ms: number[]
  readonly p99Ms: number[]
}

/** Runs the candidates in an order of its own for each round, `runCount` times each, and waits for those that answer later. The round
 *  before the first warms up, and is not kept. */
export async function measureRunTimes<C extends Candidate>(
  candidates: readonly C[],
  { roundCount, firstRound, onRound }: Pick<QuestionContext, 'roundCount' | 'firstRound' | 'onRound'>,
  runCount: number,
): Promise<Map<C, RunTimes>> {
  const figures = new Map(candidates.map(one => [one, { p50Ms: [] as number[], p99Ms: [] as number[] }]))
  for (let round = -1; round < roundCount; round += 1) {
    for (const candidate of orderOfRound(candidates, firstRound + round)) {
      const ascending = (await timesOf(candidate, runCount)).sort()
      if (round < 0) continue
      const { p50Ms, p99Ms } = figures.get(candidate)!
      p50Ms.push(ascending[nearestRank(0.5, runCount) - 1]!)
      p99Ms.push(ascending[nearestRank(0.99, runCount) - 1]!)
    }
    onRound()
  }
  return figures
}

async function timesOf(candidate: Candidate, runCount: number): Promise<Float64Array> {
  const timesMs = new Float64Array(runCount)
  for (let run = 0; run < runCount; run += 1) {
    await candidate.prepare?.()
    const startMs = performance.now()
    const answer = candidate.run()
    // Waiting takes a turn of the microtasks: only those that have to be waited for pay it.
    if (answer instanceof Promise) await answer
    timesMs[run] = (performance.now() - startMs) / candidate.operationCount
  }
  return timesMs
}
