/** The error bound that a histogram states, as a judge of its percentiles. */
import {
  MAGNITUDE_MAX,
  MAGNITUDE_MIN,
  RELATIVE_ERROR_MAX,
} from '../../../../src/shared/statistics/bucket-index.ts'
import { type Percentiles, sortedPercentiles, THOUSANDTHS } from './sort-oracle.ts'

/** What the estimate itself rounds, a few bits of the last place: two powers of 2, a product and a quotient. */
const ROUNDING = 1e-14
/** No value of the outermost bucket is smaller than this: an octave has 32 buckets. */
const OUTERMOST_MIN = MAGNITUDE_MAX * 2 ** (-1 / 32) * (1 - ROUNDING)

/** Where estimates are further from the values that sorting finds than a histogram says they ever are. */
export function errorBoundFaults(estimates: Percentiles, recorded: readonly number[]): string[] {
  return sortedPercentiles(recorded).flatMap((truth, index) => {
    const estimate = estimates[index] ?? Number.NaN
    if (isWithinBound(estimate, truth)) return []
    return [`p${THOUSANDTHS[index]! / 10} of ${recorded.length}: ${estimate}, sorted ${truth}`]
  })
}

/** Magnitudes up to 2^-64 count as zero, and those above 2^64 are only known to be in the outermost bucket or above. */
function isWithinBound(estimate: number, truth: number): boolean {
  const magnitude = Math.abs(truth)
  if (magnitude <= MAGNITUDE_MIN) return Math.abs(estimate) <= MAGNITUDE_MIN
  if (magnitude > MAGNITUDE_MAX) return estimate * Math.sign(truth) >= OUTERMOST_MIN
  return Math.abs(estimate - truth) <= magnitude * (RELATIVE_ERROR_MAX + ROUNDING)
}
