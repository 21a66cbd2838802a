/** Percentiles by sorting: what they have to be, and where an answer differs. */
import { nearestRankValue, sorted } from '../hostile-values.ts'

const WHOLE_PERCENTS = Array.from({ length: 101 }, (_, percent) => percent * 10)

/** p0, p1 … p100 and p99.9, in thousandths, so that ranks are found in whole numbers. */
export const THOUSANDTHS: readonly number[] = [...WHOLE_PERCENTS, 999].sort((a, b) => a - b)
export const QUANTILES: readonly number[] = THOUSANDTHS.map(thousandths => thousandths / 1_000)

/** The answers for `THOUSANDTHS`, one for each. */
export type Percentiles = readonly (number | undefined)[]

/** What sorting says, as a series keeps values: -0 is 0. */
export function sortedPercentiles(kept: readonly number[]): number[] {
  const ascending = sorted(kept.map(value => value + 0))
  return THOUSANDTHS.map(thousandths => nearestRankValue(ascending, thousandths))
}

/** Where the answers are not, bit for bit, the values that sorting finds. */
export function percentileFaults(answers: Percentiles, kept: readonly number[]): string[] {
  const expected = sortedPercentiles(kept)
  return THOUSANDTHS.flatMap((thousandths, index) => {
    if (Object.is(answers[index], expected[index])) return []
    return [`p${thousandths / 10} of ${kept.length}: ${answers[index]}, sorted ${expected[index]}`]
  })
}
