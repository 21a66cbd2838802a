/** Maps a magnitude to the index of its exponential bucket and back: OpenTelemetry's base-2 mapping at scale 5. */
import { assert } from '../errors.ts'
import { HIGH_WORD, LOW_WORD } from './sample-batch.ts'

/** Bucket `i` holds `base^i < magnitude <= base^(i + 1)`, with `base = 2^(2^-scale)`: 32 buckets for each octave.
 *  @see OpenTelemetry metrics data model, "ExponentialHistogram" */
export const HISTOGRAM_SCALE = 5
const SUBBUCKETS = 2 ** HISTOGRAM_SCALE
const BASE = 2 ** (1 / SUBBUCKETS)

/** No estimate of a magnitude within (MAGNITUDE_MIN, MAGNITUDE_MAX] is further from it than this, in proportion. */
export const RELATIVE_ERROR_MAX: number = (BASE - 1) / (BASE + 1)

/** Magnitudes up to this count as zero (OpenTelemetry's zero threshold). */
export const MAGNITUDE_MIN: number = 2 ** -64
/** Magnitudes above this count in the outermost bucket. */
export const MAGNITUDE_MAX: number = 2 ** 64
export const BUCKET_INDEX_MIN: number = -64 * SUBBUCKETS
export const BUCKET_INDEX_MAX: number = 64 * SUBBUCKETS - 1

const EXPONENT_BIAS = 1_023
const CELL_COUNT = 128

// A cell is a 128th of an octave, and narrower than any bucket: at most one boundary lies in it. A mantissa above that
// boundary has the cell's upper bucket, all others the lower one. Cells without a boundary have one out of reach.
const lowerBuckets = new Int8Array(CELL_COUNT)
const boundaryHighs = new Int32Array(CELL_COUNT).fill(0x7fff_ffff)
const boundaryLows = new Uint32Array(CELL_COUNT)
fillCells()

/** Index of the bucket of a magnitude, given as the two words of its float64, sign bit clear.
 *  Exact on either side of every boundary, powers of two included. No logarithm.
 *  @param highWord i32 of a normal number; the index is not limited to [BUCKET_INDEX_MIN, BUCKET_INDEX_MAX]
 *  @param lowWord i32 or u32 */
export function bucketIndexOf(highWord: number, lowWord: number): number {
  const cell = (highWord >>> 13) & (CELL_COUNT - 1)
  const mantissaHigh = highWord & 0xf_ffff
  const boundaryHigh = boundaryHighs[cell]!
  // 1 where the difference is negative: a branch would be guessed wrong for every eighth value.
  let above = (boundaryHigh - mantissaHigh) >>> 31
  if (mantissaHigh === boundaryHigh && lowWord >>> 0 > boundaryLows[cell]!) above = 1
  return ((highWord >>> 20) - EXPONENT_BIAS) * SUBBUCKETS + lowerBuckets[cell]! + above
}

/** What stands for the bucket's magnitudes: as far from the lower bound as from the upper, in proportion. */
export function magnitudeOf(bucketIndex: number): number {
  return (lowerBoundOf(bucketIndex) * 2 * BASE) / (1 + BASE)
}

/** What the bucket's magnitudes lie above, and those of the bucket below it do not. */
export function lowerBoundOf(bucketIndex: number): number {
  const octave = Math.floor(bucketIndex / SUBBUCKETS)
  return 2 ** octave * 2 ** (bucketIndex / SUBBUCKETS - octave)
}

function fillCells(): void {
  const words = new Uint32Array(2)
  const value = new Float64Array(words.buffer)
  let cellsFilled = 0
  for (let bucket = 0; bucket < SUBBUCKETS; bucket += 1) {
    value[0] = largestUpTo(bucket)
    const cell = (words[HIGH_WORD]! >>> 13) & (CELL_COUNT - 1)
    assert(cell >= cellsFilled, 'a cell of the mantissa holds two bucket boundaries')
    lowerBuckets.fill(bucket - 1, cellsFilled, cell + 1)
    boundaryHighs[cell] = words[HIGH_WORD]! & 0xf_ffff
    boundaryLows[cell] = words[LOW_WORD]!
    cellsFilled = cell + 1
  }
  lowerBuckets.fill(SUBBUCKETS - 1, cellsFilled)
}

/** The largest float64 that is no larger than base^bucket, for a bucket within the octave of 1.
 *  `**` may be off by the last bit; raised to the 32nd power in whole numbers, the comparison is exact. */
function largestUpTo(bucket: number): number {
  const unit = 2 ** 52
  const limit = 1n << BigInt(52 * SUBBUCKETS + bucket)
  let mantissa = BigInt(Math.round(2 ** (bucket / SUBBUCKETS) * unit))
  while (mantissa ** BigInt(SUBBUCKETS) > limit) mantissa -= 1n
  while ((mantissa + 1n) ** BigInt(SUBBUCKETS) <= limit) mantissa += 1n
  return Number(mantissa) / unit
}
