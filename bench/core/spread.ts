/** Order statistics of a few rounds. Pure. */

/** The middle of some figures, and between what the middle half of them lies. */
export interface Spread {
  readonly median: number
  readonly p25: number
  readonly p75: number
}

/** @param values at least one, in any order */
export function spreadOf(values: readonly number[]): Spread {
  return { median: quantileOf(values, 0.5), p25: quantileOf(values, 0.25), p75: quantileOf(values, 0.75) }
}

/** What one is of the other, round by round: what slowed a whole round down (another process, a throttled processor)
 *  cancels out, as it would not in the ratio of two medians.
 *  @param others as many as `values`, none of them 0 */
export function pairedRatios(values: readonly number[], others: readonly number[]): number[] {
  if (values.length !== others.length) {
    throw new RangeError(`ratios pair rounds: ${values.length} figures against ${others.length}`)
  }
  return values.map((value, round) => value / others[round]!)
}

/** Interpolates between the two closest ranks (type 7), so that the median of an even number is their mean.
 *  @see Hyndman & Fan 1996 */
function quantileOf(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError('there is no median of nothing')
  const ascending = values.toSorted((a, b) => a - b)
  const position = q * (ascending.length - 1)
  const below = ascending[Math.floor(position)]!
  const above = ascending[Math.ceil(position)]!
  return below + (above - below) * (position % 1)
}
