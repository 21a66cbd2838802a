/** A fixed rate out of a timer that is never on time. */

/** How much is due by now: all that should have been done since the start, less what has been. A late turn is caught up
 *  with in full, so that the rate holds over any stretch longer than the delay. Pure.
 *  @param countMax what there is to do in all */
export function dueCount(elapsedMs: number, ratePerS: number, doneCount: number, countMax: number): number {
  const target = Math.min(countMax, Math.floor((elapsedMs * ratePerS) / 1e3))
  return Math.max(0, target - doneCount)
}

const TURN_MS = 1

/** Calls `work` about once a millisecond, with how many are due since the last call, for as long as it takes to do
 *  `ratePerS × durationMs`: exactly so many in the end. */
export function pace(
  { ratePerS, durationMs }: { ratePerS: number; durationMs: number },
  work: (count: number, doneCount: number) => void,
): Promise<void> {
  const countMax = Math.floor((ratePerS * durationMs) / 1e3)
  const startMs = performance.now()
  let doneCount = 0
  return new Promise(resolve => {
    const timer = setInterval(() => {
      const count = dueCount(performance.now() - startMs, ratePerS, doneCount, countMax)
      work(count, doneCount)
      doneCount += count
      if (doneCount < countMax) return
      clearInterval(timer)
      resolve()
    }, TURN_MS)
  })
}
