/** Tries again: what is broken breaks every time, and noise does not. */
import { setTimeout } from 'node:timers/promises'

/** The pause before the second attempt; it grows with each, since what disturbs often lasts for seconds. */
const PAUSE_MS = 1_000

/** @param attempt is told how many attempts there were, itself included
 *  @returns the first report that passed, or else the last
 *  @throws what the last attempt threw */
export async function untilPassed<Report>(
  attempt: (attempts: number) => Promise<Report>,
  hasPassed: (report: Report) => boolean,
  attemptsMax: number,
  pause: (ms: number) => Promise<unknown> = setTimeout,
): Promise<Report> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      const report = await attempt(attempts)
      if (hasPassed(report) || attempts >= attemptsMax) return report
    } catch (error) {
      if (attempts >= attemptsMax) throw error
    }
    await pause(PAUSE_MS * attempts)
  }
}
