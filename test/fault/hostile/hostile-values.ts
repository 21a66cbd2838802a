/** Values a misbehaving thread may leave in shared memory, and where it may leave them. */
import fc from 'fast-check'

/** For words of 32 bits. */
export const HOSTILE_WORDS: readonly number[] = [
  0,
  1,
  -1,
  2,
  63,
  64,
  2 ** 20,
  2 ** 30,
  2 ** 31 - 1,
  -(2 ** 31),
  -(2 ** 30),
  0x4c4f_4f50,
]

/** For float64: slot headers, values, totals. */
export const HOSTILE_DOUBLES: readonly number[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  -1,
  0.5,
  -1e-300,
  5e-324,
  2 ** 20 - 1,
  2 ** 20,
  2 ** 21 - 0.5,
  2 ** 53,
  2 ** 53 + 2,
  1e300,
  -1e300,
  Number.MAX_VALUE,
]

export const hostileWord = fc.oneof(fc.constantFrom(...HOSTILE_WORDS), fc.integer())
export const hostileDouble = fc.oneof(fc.constantFrom(...HOSTILE_DOUBLES), fc.double())
