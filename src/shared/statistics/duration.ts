/** Durations as people write them, and which of them a time window can have. */
import { TelemetryError } from '../errors.ts'

/** The finest slice: no time window is shorter. */
const TIME_WINDOW_MIN_MS = 5_000
/** What the slices keep: no time window is longer. */
const TIME_WINDOW_MAX_MS = 3_600_000

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** Milliseconds of `500ms`, `30s`, `1.5m` or `1h`.
 *  @throws TelemetryError OFFLOOP_TIME_WINDOW */
export function parseDurationMs(text: string): number {
  const [, amount, unit] = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h)$/.exec(text) ?? []
  const durationMs = Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN)
  if (durationMs > 0) return durationMs
  throw new TelemetryError('OFFLOOP_TIME_WINDOW', {
    got: text,
    fix: 'write a number and one of ms, s, m and h without a space, for example 30s or 5m',
  })
}

/** @returns the duration, if the time slices can answer for it
 *  @throws TelemetryError OFFLOOP_TIME_WINDOW */
export function checkTimeWindowMs(durationMs: number): number {
  if (durationMs >= TIME_WINDOW_MIN_MS && durationMs <= TIME_WINDOW_MAX_MS) return durationMs
  throw new TelemetryError('OFFLOOP_TIME_WINDOW', {
    got: durationMs,
    fix: `ask for ${TIME_WINDOW_MIN_MS} ms (5s) to ${TIME_WINDOW_MAX_MS} ms (1h)`,
  })
}
