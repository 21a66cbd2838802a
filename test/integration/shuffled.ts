/** Samples whose every statistic is known beforehand. */

/** From 1 to `count`, in an order that is not sorted. */
export function shuffledTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => ((index * 7_919) % count) + 1)
}
