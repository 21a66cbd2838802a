/** Inputs that break percentile code, and the sort that tells the truth about them. */
import fc from 'fast-check'

export const HOSTILE_VALUES: Readonly<Record<string, (count: number) => number[]>> = {
  'all equal': count => fill(count, () => 42),
  'two values one ulp apart': count => fill(count, index => (index % 3 === 0 ? 1 : 1 + 2 ** -52)),
  denormals: count => fill(count, index => ((index * 7) % 13) * 5e-324),
  'denormals of both signs': count => fill(count, index => (((index * 7) % 13) - 6) * 5e-324),
  'up to 1e300': count => fill(count, index => 10 ** ((index * 37) % 301)),
  'beyond the outermost bucket': count => fill(count, index => 2 ** (130 + ((index * 31) % 890))),
  'the largest numbers': count => fill(count, index => Number.MAX_VALUE * (1 - (index % 5) * 2 ** -53)),
  negatives: count => fill(count, index => -1 - ((index * 7_919) % 1_009)),
  'mixed signs': count => fill(count, index => ((index * 7_919) % 2_003) - 1_001),
  sorted: count => fill(count, index => index / 7),
  reversed: count => fill(count, index => (count - index) / 7),
  'organ pipe': count => fill(count, index => Math.min(index, count - index)),
  'zeros of both signs': count => fill(count, index => [0, -0, 0, -5e-324, 5e-324][index % 5]!),
  'within one bucket': count => fill(count, index => 1 + ((index * 7_919) % 10_007) / 10_007 / 128),
  'within one bucket, negative': count =>
    fill(count, index => -1 - ((index * 7_919) % 10_007) / 10_007 / 128),
  'one bucket, ever closer': count => fill(count, index => 1 + 2 ** (-8 - ((index * 17) % 44))),
  'one far from the rest': count => fill(count, index => (index === 1 ? 1e9 : 5 + index * 2 ** -50)),
}

/** Finite values of the whole range, weighted towards few distinct ones and towards one bucket. */
export const anyValue: fc.Arbitrary<number> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -5, max: 5 }),
  fc.double({ min: 1, max: 1 + 1 / 128, noNaN: true }),
)

export function sorted(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).sort()
}

/** The percentile, given in thousandths so that the rank is found in whole numbers. */
export function nearestRankValue(ascending: Float64Array, thousandths: number): number {
  const rank = Math.floor((thousandths * ascending.length + 999) / 1_000)
  return ascending[Math.max(1, rank) - 1]!
}

function fill(count: number, valueAt: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => valueAt(index))
}
