/** Order statistics of a few rounds. Pure. */

/** The middle of some figures, and between what the middle half of them lies. */
export interface Spread {
  readonly median: number
  readonly p25: number
  readonly p75: number
  /** A confidence interval of the median, at a level of 95 % or just above; undefined for fewer than six figures. */
  readonly ci95: Interval | undefined
}

interface Interval {
  readonly low: number
  readonly high: number
}

/** @param values at least one, in any order */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: quantileOf(values, 0.5),
    p25: quantileOf(values, 0.25),
    p75: quantileOf(values, 0.75),
    ci95: medianIntervalOf(values),
  }
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

/** Between the k-th smallest and the k-th largest figure, for the largest k at which the median of what the figures are
 *  drawn from lies outside with a probability of at most 5 %: whatever their distribution.
 *  @see David & Nagaraja, Order Statistics, 2003, 7.1 */
function medianIntervalOf(values: readonly number[]): Interval | undefined {
  const ascending = values.toSorted((a, b) => a - b)
  // Each figure is below the median with probability ½: the tails are those of a fair coin's binomial.
  let tail = 0
  let term = 0.5 ** ascending.length
  let rank = 0
  while (2 * (tail + term) <= 0.05) {
    tail += term
    term *= (ascending.length - rank) / (rank + 1)
    rank += 1
  }
  return rank === 0 ? undefined : { low: ascending[rank - 1]!, high: ascending.at(-rank)! }
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
