/** Maps a value to its log-bucket: a number that grows with the value, taken from the float's high bits. */

/** Ids are in [0, LOG_BUCKET_COUNT): the lower half for negative values, the upper for positive ones. */
export const LOG_BUCKET_COUNT = 65_536

/** 128 buckets for each octave: the high word keeps 20 mantissa bits, and 7 of them are used. */
const MANTISSA_BITS_BELOW = 13
const BUCKETS_PER_SIGN = 32_768
const EXPONENT_BIAS = 1_023
const EXPONENT_MIN = -128
const FIRST_KEY = (EXPONENT_BIAS + EXPONENT_MIN) << 7

/** Bucket of the float64 whose high word is given: `a < b` implies `logBucketOf(a) <= logBucketOf(b)`.
 *  Magnitudes under 2^-128 (0 and -0 among them) share the bucket next to the middle of their sign, those of 2^128
 *  and more the outermost one. Selection inside a bucket is exact, so these only cost time, never exactness.
 *  @param highWord of a finite value, as i32 */
export function logBucketOf(highWord: number): number {
  const step = ((highWord & 0x7fff_ffff) >>> MANTISSA_BITS_BELOW) - FIRST_KEY
  const clamped = Math.min(BUCKETS_PER_SIGN - 1, Math.max(0, step))
  // With the sign bit spread over the word this is `clamped` or `-1 - clamped`: mirrored, without a branch.
  return BUCKETS_PER_SIGN + (clamped ^ (highWord >> 31))
}
