/** Whose turn it is: an order of its own for each round. Pure. */

/** The items in no order, which differs from round to round: so none always comes after the same other, and what one leaves
 *  behind (garbage, warm caches, a fast clock) does not always fall to the same next. The same round has the same order. */
export function orderOfRound<Item>(items: readonly Item[], round: number): Item[] {
  const order = [...items]
  let state = Math.imul(round + 2, 0x9e37_79b1)
  for (let last = order.length - 1; last > 0; last -= 1) {
    // A multiplicative hash is random enough for an order.
    state = Math.imul(state ^ (state >>> 15), 0x85eb_ca6b) + 0x6d2b_79f5
    const other = ((state ^ (state >>> 13)) >>> 0) % (last + 1)
    ;[order[last], order[other]] = [order[other]!, order[last]!]
  }
  return order
}
