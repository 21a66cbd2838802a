/** Interleaved rounds: every candidate is measured in each, so that figures of one round can be compared. Pure. */
import { orderOfRound } from './order.ts'
import type { Candidate, QuestionContext } from './question.ts'

/** Measures all candidates once to warm up, which is not kept, and then in each round, in an order of its own.
 *  @returns each candidate's figures, one for each round */
export async function measureRounds<C extends Candidate>(
  candidates: readonly C[],
  { roundCount, firstRound, onRound, meter }: QuestionContext,
): Promise<Map<C, number[]>> {
  const figures = new Map<C, number[]>(candidates.map(candidate => [candidate, []]))
  for (let round = -1; round < roundCount; round += 1) {
    for (const candidate of orderOfRound(candidates, firstRound + round)) {
      const figure = await meter.measure(candidate)
      if (round >= 0) figures.get(candidate)!.push(figure)
    }
    onRound()
  }
  return figures
}
