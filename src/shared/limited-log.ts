/** A log that cannot flood: one line at a time, and the number of those left out in the next. */
import type { Clock } from './clock.ts'

/** Takes one line, without a newline. */
export type Log = (line: string) => void

const LOG_INTERVAL_MS = 10_000

/** A log that passes one line per `intervalMs`, or `linesMax`, and counts the rest. A throwing `log` harms nobody. */
export function createLimitedLog(
  log: Log,
  clock: Clock,
  intervalMs: number = LOG_INTERVAL_MS,
  linesMax = 1,
): Log {
  let intervalEndMs = Number.NEGATIVE_INFINITY
  let lineCount = 0
  let leftOut = 0
  return line => {
    const nowMs = clock.nowMs()
    if (nowMs >= intervalEndMs) {
      intervalEndMs = nowMs + intervalMs
      lineCount = 0
    }
    if (lineCount === linesMax) {
      leftOut += 1
      return
    }
    lineCount += 1
    const more = leftOut === 0 ? '' : ` (and ${leftOut} more like it since)`
    leftOut = 0
    try {
      log(`${line}${more}`)
    } catch {
      // There is nowhere left to say it.
    }
  }
}

/** What went wrong, in one line, whatever was thrown. */
export function reasonOf(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    return text.replace(/\s+/g, ' ').slice(0, 500)
  } catch {
    return 'something that cannot be shown'
  }
}
