/** Sums as textbooks write them: the plain one, Kahan's, and Kahan's as Babuška and Neumaier improved it. */

export function naiveSum(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** Forgets the sum's own low bits when a term is larger than the sum.
 *  @see Kahan 1965 */
export function kahanSum(values: readonly number[]): number {
  let sum = 0
  let compensation = 0
  for (const value of values) {
    const term = value - compensation
    const next = sum + term
    compensation = next - sum - term
    sum = next
  }
  return sum
}

/** What each addition loses, gathered apart and added last. The loss is found by Knuth's TwoSum, which needs no
 *  comparison of magnitudes: another way to the same numbers, bit for bit, as long as nothing overflows.
 *  @see Neumaier 1974; Knuth, The Art of Computer Programming 2, 4.2.2 */
export function neumaierSum(values: readonly number[]): number {
  let sum = 0
  let lost = 0
  for (const value of values) {
    const next = sum + value
    const valueTaken = next - sum
    lost += sum - (next - valueTaken) + (value - valueTaken)
    sum = next
  }
  return sum + lost
}
