/** Tries again what was slow: what is broken is slow every time, and noise is not. */
import { setTimeout } from 'node:timers/promises'

/** What an attempt came to. Only a limit that is missed may be noise's doing: what was counted wrong is wrong. */
export type Outcome = 'kept' | 'limit missed' | 'check failed'

/** The pause before the second attempt; it grows with each, since what disturbs often lasts for seconds. */
const PAUSE_MS = 1_000

/** @returns what every attempt found: the last one counts
 *  @throws what an attempt has thrown, without another */
export async function untilKept<Report>(
  attempt: () => Promise<Report>,
  outcomeOf: (report: Report) => Outcome,
  attemptsMax: number,
  pause: (ms: number) => Promise<unknown> = setTimeout,
): Promise<Report[]> {
  const reports: Report[] = []
  for (;;) {
    const report = await attempt()
    reports.push(report)
    if (outcomeOf(report) !== 'limit missed' || reports.length >= attemptsMax) return reports
    await pause(PAUSE_MS * reports.length)
  }
}

export function outcomeOf(keepsLimits: boolean, checks: readonly { readonly holds: boolean }[]): Outcome {
  if (!checks.every(({ holds }) => holds)) return 'check failed'
  return keepsLimits ? 'kept' : 'limit missed'
}
