/** The one grid of bounds that all processes share: powers of 2^(1/32) of the exported unit. Pure.
 *  Values are recorded by the grid of the unit they are recorded in. Of milliseconds that come as seconds the grid lies
 *  0.095 of a bucket beside it: counts are moved by whole buckets, and bounds are off by at most half of one. */
import { HISTOGRAM_SCALE } from '../../shared/statistics/bucket-index.ts'
import type { ExponentialHistogram } from '../../shared/statistics/exponential-histogram.ts'

const BOUNDS_PER_OCTAVE: number = 2 ** HISTOGRAM_SCALE

/** What the recorded magnitudes go down to, as an index of its own grid. Smaller ones count as zero. */
const RECORDED_INDEX_MIN = -64 * BOUNDS_PER_OCTAVE
/** Enough to tell neighbours apart, which differ in the second one; and no longer than need be in a label. */
const BOUND_DIGITS = 6

const boundTexts = new Map<number, string>()

/** Buckets by which the index of a recorded bucket is larger than that of the exported unit's. */
function shiftOf(divisor: number): number {
  return Math.round(Math.log2(divisor) * BOUNDS_PER_OCTAVE)
}

/** Samples on the grid: `counts[i]` are those above the bound of `indices[i] - 1`, up to the bound of `indices[i]`. */
interface GridCounts {
  readonly indices: number[]
  readonly counts: number[]
}

/** A distribution in the exported unit. */
export interface GridHistogram {
  readonly count: number
  /** Magnitudes up to that of this index count as zero. */
  readonly zeroIndex: number
  /** Of `count`, those above zero. */
  readonly positive: GridCounts
}

/** @param divisor of the recorded unit to the exported one: 1,000 for milliseconds that come as seconds */
export function gridHistogramOf(histogram: ExponentialHistogram, divisor: number): GridHistogram {
  const shift = shiftOf(divisor)
  return {
    count: histogram.count,
    zeroIndex: RECORDED_INDEX_MIN - shift,
    positive: gridCountsOf(histogram.positive, shift),
  }
}

/** Upper bound of the bucket of this index. */
export function gridBoundOf(index: number): number {
  const octave = Math.floor(index / BOUNDS_PER_OCTAVE)
  return 2 ** octave * 2 ** (index / BOUNDS_PER_OCTAVE - octave)
}

/** The same text in every process. */
export function gridBoundText(index: number): string {
  let text = boundTexts.get(index)
  if (text === undefined) {
    text = String(Number(gridBoundOf(index).toPrecision(BOUND_DIGITS)))
    boundTexts.set(index, text)
  }
  return text
}

/** Indices of the bounds from the last that is no larger than `min` to the first that is no smaller than `max`. */
export function gridIndicesBetween(min: number, max: number, perOctave: number): number[] {
  const step = BOUNDS_PER_OCTAVE / perOctave
  const first = Math.floor(indexOf(min) / step) * step
  const last = Math.ceil(indexOf(max) / step) * step
  return Array.from({ length: (last - first) / step + 1 }, (_, position) => first + position * step)
}

function gridCountsOf(
  { counts, offset }: { readonly counts: Float64Array; readonly offset: number },
  shift: number,
): GridCounts {
  const grid: GridCounts = { indices: [], counts: [] }
  for (let position = 0; position < counts.length; position += 1) {
    const count = counts[position]!
    if (count === 0) continue
    // A recorded bucket is named after its lower bound, one of the grid after its upper one.
    grid.indices.push(offset + position + 1 - shift)
    grid.counts.push(count)
  }
  return grid
}

/** Rounded to what a float64 logarithm is good for: whole indices come out whole. */
function indexOf(bound: number): number {
  return Number((Math.log2(bound) * BOUNDS_PER_OCTAVE).toFixed(9))
}
