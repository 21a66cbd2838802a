/** Rounds of what takes seconds: everyone's turn in each, in an order that turns. */

/** The items, beginning with another one in each round, so that none always comes after the same other. Pure. */
export function inTurn<Item>(items: readonly Item[], round: number): Item[] {
  const first = Math.max(0, round) % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}

/** Measures every item in each round.
 *  @param options.hasWarmUp a round comes first that is not kept: for programs that stay
 *  @returns each item's measurements, one for each round */
export async function measureInTurn<Item, Measurement>(
  items: readonly Item[],
  options: { readonly roundCount: number; readonly hasWarmUp: boolean; readonly onRound: () => void },
  measure: (item: Item) => Promise<Measurement>,
): Promise<Map<Item, Measurement[]>> {
  const measurements = new Map<Item, Measurement[]>(items.map(item => [item, []]))
  // The bench counts the warm-up as a round, whether there is one or not.
  if (!options.hasWarmUp) options.onRound()
  for (let round = options.hasWarmUp ? -1 : 0; round < options.roundCount; round += 1) {
    for (const item of inTurn(items, round)) {
      const measurement = await measure(item)
      if (round >= 0) measurements.get(item)!.push(measurement)
    }
    options.onRound()
  }
  return measurements
}

/** The figures of those rounds in which there was one: not every system tells everything. Pure. */
export function knownFigures(figures: readonly (number | undefined)[]): number[] {
  return figures.filter(figure => figure !== undefined)
}
