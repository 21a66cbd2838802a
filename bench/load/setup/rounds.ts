/** Rounds of what takes seconds: everyone's turn in each, in an order of its own. */
import { orderOfRound } from '../../core/order.ts'
import type { QuestionContext } from '../../core/question.ts'

export interface RoundOptions extends Pick<QuestionContext, 'roundCount' | 'firstRound' | 'onRound'> {
  /** A round comes first that is not kept: for programs that stay. */
  readonly hasWarmUp: boolean
}

/** Measures every item in each round.
 *  @param measure is told the round's number, -1 for the warm-up of the first process
 *  @returns each item's measurements, one for each round */
export async function measureInTurn<Item, Measurement>(
  items: readonly Item[],
  { roundCount, firstRound, hasWarmUp, onRound }: RoundOptions,
  measure: (item: Item, round: number) => Promise<Measurement>,
): Promise<Map<Item, Measurement[]>> {
  const measurements = new Map<Item, Measurement[]>(items.map(item => [item, []]))
  // The bench counts the warm-up as a round, whether there is one or not.
  if (!hasWarmUp) onRound()
  for (let round = hasWarmUp ? -1 : 0; round < roundCount; round += 1) {
    for (const item of orderOfRound(items, firstRound + round)) {
      const measurement = await measure(item, firstRound + round)
      if (round >= 0) measurements.get(item)!.push(measurement)
    }
    onRound()
  }
  return measurements
}

/** The figures of those rounds in which there was one: not every system tells everything. Pure. */
export function knownFigures(figures: readonly (number | undefined)[]): number[] {
  return figures.filter(figure => figure !== undefined)
}
