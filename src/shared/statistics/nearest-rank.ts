/** Which sample a quantile is, counted from the smallest. */
import { TelemetryError } from '../errors.ts'

// A percentile's decimal text, its division by 100 and the product each round once: 0.07 * 100 is a little over 7.
const ROUNDING = 1 - 2 ** -51

/** Rank in [1, count] of quantile `q`: `ceil(q * count)`, and 1 for `q` = 0. Nearest-rank (type 1).
 *  `q` is read as the decimal people mean by it: 0.07 of 100 is rank 7.
 *  @throws TelemetryError OFFLOOP_QUANTILE_RANGE
 *  @see Hyndman & Fan 1996 */
export function nearestRank(q: number, count: number): number {
  checkQuantile(q)
  return Math.min(count, Math.max(1, Math.ceil(q * count * ROUNDING)))
}

/** @throws TelemetryError OFFLOOP_QUANTILE_RANGE */
function checkQuantile(q: number): void {
  if (typeof q === 'number' && q >= 0 && q <= 1) return
  throw new TelemetryError('OFFLOOP_QUANTILE_RANGE', {
    got: q,
    fix: 'give a number from 0 to 1, 0.95 for p95',
  })
}
