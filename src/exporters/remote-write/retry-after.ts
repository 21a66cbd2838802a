/** When a request that failed is tried again. Pure. */

/** A store that asks for more is asked again all the same. */
const RETRY_AFTER_MS_MAX = 300_000
const BACKOFF_MS_MIN = 500
const BACKOFF_MS_MAX = 30_000

/** What the header Retry-After says, in milliseconds from now: seconds, or a date. Undefined where it says nothing. */
export function retryAfterMsOf(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  const waitMs = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - nowMs
  return Number.isNaN(waitMs) ? undefined : Math.min(RETRY_AFTER_MS_MAX, Math.max(0, waitMs))
}

/** How long to wait before the next try. Doubles with each failure in a row, or is what the store has asked for. Some of it
 *  is left to chance: processes that failed together come back apart.
 *  @param failures in a row, from 1
 *  @param random in [0, 1) */
export function retryWaitMs(failures: number, retryAfterMs: number | undefined, random: number): number {
  if (retryAfterMs !== undefined) return Math.max(retryAfterMs, BACKOFF_MS_MIN) * (1 + random / 10)
  const fullMs = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(failures - 1, 16))
  return fullMs * (0.5 + random / 2)
}
