/** What the candidates are given: made up, the same in every run, and never the same value over and over. */

/** How many inputs a loop goes through: they stay in the processor's first cache. A power of two. */
export const INPUT_COUNT = 1_024
export const INPUT_MASK: number = INPUT_COUNT - 1

/** Durations as services have them: lognormal, so most are near the median and a few are far beyond it. */
export function lognormalValues(
  count: number,
  { median = 12, sigma = 0.6, seed = 1 }: { median?: number; sigma?: number; seed?: number } = {},
): Float64Array {
  const nextUniform = uniformNumbers(seed)
  return Float64Array.from({ length: count }, () => {
    // Box–Muller: a normal number out of two uniform ones; the first is never 0.
    const radius = Math.sqrt(-2 * Math.log(1 - nextUniform()))
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * nextUniform()))
  })
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function uniformNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
