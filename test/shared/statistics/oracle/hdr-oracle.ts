/** HDR histograms of the same values, and whether percentiles agree with theirs within their stated precision. */
import { build, type Histogram } from 'hdr-histogram-js'
import { type Percentiles, THOUSANDTHS } from './sort-oracle.ts'

/** HDR histograms take whole numbers. Up to here their logarithms, in float64, find the right bucket. */
const WHOLE_NUMBER_MAX = 2 ** 40

/** The values spread over whole numbers from 1 to 2^40, in the same order of size. */
export function toWholeNumbers(values: readonly number[]): number[] {
  const halves = values.map(value => value / 2)
  const min = Math.min(...halves)
  // Halves, because the span from the smallest to the largest may be beyond a float64.
  const halfSpan = Math.max(...halves) - min
  const share = (half: number) => (halfSpan === 0 ? 0 : (half - min) / halfSpan)
  return halves.map(half => 1 + Math.round(share(half) * (WHOLE_NUMBER_MAX - 1)))
}

/** @param digits decimal digits to which HDR tells values apart */
export function hdrOf(wholeNumbers: readonly number[], digits: 1 | 2 | 3): Histogram {
  const histogram = build({
    bitBucketSize: 32,
    autoResize: false,
    highestTrackableValue: WHOLE_NUMBER_MAX,
    numberOfSignificantValueDigits: digits,
  })
  for (const wholeNumber of wholeNumbers) histogram.recordValue(wholeNumber)
  return histogram
}

/** Where a percentile and HDR's cannot both be right.
 *
 *  HDR counts values in ranges at most 10^-digits as wide as their values are large, of one unit at the least, and
 *  answers with the largest of the range (for p0 the smallest). So for a percentile `v` its answer lies in
 *  [v, v * (1 + 10^-digits)], and seen from HDR's side, `v` is nowhere but in the range below its answer.
 *
 *  The ranks are the same, and no neighbour has to be allowed for. HDR's is `ceil(c - ulp(c))` with `c = p / 100 * n`.
 *  Where the true product is no whole number, it is a thousandth or more away from one, which no rounding bridges.
 *  Where it is whole, a whole `p` makes two roundings, together under 1.5 ulp of `c`; both numbers being multiples
 *  of the ulp, `c` is at most 1 ulp too large, and that is what HDR takes off. Only 99.9, no float64 itself, can
 *  reach 2 ulp; it does not for the counts in the tests, or they would fail. */
export function hdrFaults(answers: Percentiles, histogram: Histogram): string[] {
  const precision = 10 ** -histogram.numberOfSignificantValueDigits
  return THOUSANDTHS.flatMap((thousandths, index) => {
    const ours = answers[index] ?? Number.NaN
    const theirs = histogram.getValueAtPercentile(thousandths / 10)
    const [lower, upper] = thousandths === 0 ? [theirs, ours] : [ours, theirs]
    if (upper >= lower && upper - lower <= lower * precision) return []
    return [`p${thousandths / 10} of ${histogram.totalCount}: ${ours}, HDR ${theirs}`]
  })
}
