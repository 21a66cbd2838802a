/** Random numbers that come again with their seed. */

export interface Random {
  /** In [0, 1). */
  next(): number
  /** A whole number in [0, end). */
  below(end: number): number
  pick<Choice>(choices: readonly Choice[]): Choice
}

/** @see Mulberry32, by Tommy Ettinger */
export function createRandom(seed: number): Random {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(next() * end)
  return { next, below, pick: choices => choices[below(choices.length)]! }
}
