/** The samples of a stress run: each is derived from its ordinal, so that the reader knows every bit it has to find. */

/** Series a producer records into. A power of two. */
export const SERIES_COUNT = 8

const CHECK_BITS = 21
const CHECK_UNIT = 2 ** CHECK_BITS

/** What keeps the samples of one producer in one case apart from all others, as an i32. */
export function saltOf(seed: number, caseNumber: number, producer: number): number {
  return mix((mix((mix(seed | 0) + caseNumber) | 0) + producer) | 0)
}

/** The value of a producer's n-th sample: a whole number below 2^53. Its upper 32 bits are the ordinal, mixed, and its
 *  lower 21 a checksum of them. So both halves of the float64 depend on every bit of the ordinal, and halves of two
 *  samples do not fit together. */
export function valueAt(ordinal: number, salt: number): number {
  const mixed = mix(ordinal ^ salt)
  return (mixed >>> 0) * CHECK_UNIT + checkOf(mixed, salt)
}

/** Which of its series the sample goes to, from 0 to SERIES_COUNT - 1: what the slot's header has to say. */
export function seriesAt(ordinal: number, salt: number): number {
  return checkOf(mix(ordinal ^ salt), salt) & (SERIES_COUNT - 1)
}

/** The ordinal whose value this is; -1 when it is no sample's value. */
export function ordinalOf(value: number, salt: number): number {
  if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) return -1
  const mixed = Math.floor(value / CHECK_UNIT) | 0
  const ordinal = (unmix(mixed) ^ salt) >>> 0
  return valueAt(ordinal, salt) === value ? ordinal : -1
}

/** A bijection of 32 bits in which each bit depends on all: the finalizer of MurmurHash3. */
function mix(word: number): number {
  let mixed = word ^ (word >>> 16)
  mixed = Math.imul(mixed, 0x85eb_ca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2_ae35)
  return mixed ^ (mixed >>> 16)
}

/** Its inverse: the multipliers are the inverses modulo 2^32. */
function unmix(mixed: number): number {
  let word = mixed ^ (mixed >>> 16)
  word = Math.imul(word, 0x7ed1_b41d)
  word ^= (word >>> 13) ^ (word >>> 26)
  word = Math.imul(word, 0xa5cb_9243)
  return word ^ (word >>> 16)
}

function checkOf(mixed: number, salt: number): number {
  return Math.imul(mixed ^ salt, 0x9e37_79b1) >>> (32 - CHECK_BITS)
}
