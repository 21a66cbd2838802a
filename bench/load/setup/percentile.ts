/** Percentiles of many values that are kept as they are. Pure. */

/** Nearest-rank percentile.
 *  @param values in any order, at least one; they are sorted in place
 *  @param p from 0 to 100 */
export function percentileOf(values: Float64Array, p: number): number {
  if (values.length === 0) throw new RangeError('there is no percentile of nothing')
  values.sort()
  return values[Math.max(0, Math.ceil((p / 100) * values.length) - 1)]!
}
