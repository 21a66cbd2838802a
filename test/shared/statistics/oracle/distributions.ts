/** Named streams of values: what services measure, and what breaks percentiles and sums. The same in every run. */

/** Numbers in [0, 1), the next with each call. */
type Uniform = () => number
type Distribution = (count: number, uniform: Uniform) => number[]

const ULP_OF_ONE = 2 ** -52
const DENORMAL_MIN = 2 ** -1074
/** Beside it 1 is less than half a unit of the last place: plain addition forgets it. */
const HUGE = 2 ** 54

const DISTRIBUTIONS: Readonly<Record<string, Distribution>> = {
  uniform: (count, uniform) => fill(count, () => uniform() * 100),
  lognormal: (count, uniform) => fill(count, () => 12 * Math.exp(0.6 * normal(uniform))),
  exponential: (count, uniform) => fill(count, () => -5 * Math.log(1 - uniform())),
  // An exponent this close to 1 has hardly a mean: single values outweigh thousands of others.
  'Pareto, heavy tail': (count, uniform) => fill(count, () => (1 - uniform()) ** (-1 / 1.1)),
  'bimodal, cache hits and misses': (count, uniform) =>
    fill(count, () => (uniform() < 0.9 ? 0.2 : 80) * (1 + 0.05 * normal(uniform))),
  'all equal': count => fill(count, () => 0.1),
  'two values 1 ulp apart': (count, uniform) => fill(count, () => (uniform() < 0.5 ? 1 : 1 + ULP_OF_ONE)),
  denormals: (count, uniform) => fill(count, () => Math.floor(uniform() * 1e6) * DENORMAL_MIN),
  'around 1e300': (count, uniform) => fill(count, () => 1e300 * (0.5 + uniform())),
  'magnitudes from 1e-300 to 1e300': (count, uniform) => fill(count, () => 10 ** (600 * uniform() - 300)),
  'negatives and positives': (count, uniform) => fill(count, () => 50 * normal(uniform)),
  'negatives and positives of any magnitude': (count, uniform) =>
    fill(count, () => (uniform() < 0.5 ? -1 : 1) * 10 ** (40 * uniform() - 20)),
  'zeros of both signs': (count, uniform) => fill(count, () => (uniform() < 0.5 ? 0 : -0)),
  'zeros of both signs among small numbers': (count, uniform) =>
    fill(count, () => [0, -0, 1e-9, -1e-9][Math.floor(4 * uniform())]!),
  sorted: (count, uniform) => ascending(count, uniform),
  reversed: (count, uniform) => ascending(count, uniform).reverse(),
  'organ pipe': count => fill(count, index => Math.min(index, count - 1 - index) + 1),
  'sawtooth with many duplicates': count => fill(count, index => index % 17),
  'clustered in one log-bucket': (count, uniform) => fill(count, () => 1 + uniform() / 128),
  'random walk': (count, uniform) => {
    let level = 1_000
    return fill(count, () => {
      level += normal(uniform)
      return level
    })
  },
  'huge and small, cancelling': (count, uniform) =>
    fill(count, index => [HUGE, uniform(), -HUGE, uniform()][index % 4]!),
  // Every huge value is taken back much later, when the small ones have long been added to it.
  'huge first and taken back last': (count, uniform) =>
    fill(count, index => {
      if (index < count / 4) return HUGE
      return index < count - Math.ceil(count / 4) ? uniform() : -HUGE
    }),
}

export const DISTRIBUTION_NAMES: readonly string[] = Object.keys(DISTRIBUTIONS)

export function valuesOf(name: string, count: number, seed = 1): number[] {
  return DISTRIBUTIONS[name]!(count, uniformNumbers(seed))
}

/** Numbers in [0, 1), the same for the same seed: mulberry32, twice for each. With all 53 bits in use, sums round as
 *  those of measurements do; numbers of 32 bits add up without an error, and would test nothing. */
function uniformNumbers(seed: number): Uniform {
  let state = seed | 0
  const nextWord = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return () => ((nextWord() >>> 5) * 2 ** 26 + (nextWord() >>> 6)) / 2 ** 53
}

/** The same items in another order, one for each seed (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const uniform = uniformNumbers(seed)
  const result = [...items]
  for (let end = result.length - 1; end > 0; end -= 1) {
    const other = Math.floor(uniform() * (end + 1))
    ;[result[end], result[other]] = [result[other]!, result[end]!]
  }
  return result
}

/** Box–Muller: a normal number out of two uniform ones. The first is never 0. */
function normal(uniform: Uniform): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

function ascending(count: number, uniform: Uniform): number[] {
  return fill(count, () => 1_000 * uniform()).sort((a, b) => a - b)
}

function fill(count: number, valueAt: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => valueAt(index))
}
