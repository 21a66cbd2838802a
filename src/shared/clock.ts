/** Time as the project sees it: monotonic milliseconds, and a fixed offset to the epoch. Always injected. */

/** A monotonic clock. Never goes backward, is never adjusted. */
export interface Clock {
  /** Milliseconds since this telemetry's origin, fractional. */
  nowMs(): number
  /** Unix time of the origin, in milliseconds: `originEpochMs + nowMs()` is a timestamp that never goes backward. */
  readonly originEpochMs: number
}

export function timestampOf(clock: Clock): number {
  return clock.originEpochMs + clock.nowMs()
}

/** Where a telemetry's time begins. Structured-cloneable, so that every thread counts from the same moment. */
export interface ClockOrigin {
  /** Reading of the process-wide monotonic clock, in nanoseconds. */
  readonly monotonicNs: bigint
  readonly epochMs: number
}

/** The origin that begins now. */
export function clockOriginNow(): ClockOrigin {
  return { monotonicNs: process.hrtime.bigint(), epochMs: performance.timeOrigin + performance.now() }
}

/** A clock that agrees with every other clock of the same origin in this process, on any thread.
 *  `performance.now()` cannot give this: each thread has a time origin of its own. */
export function createClock(origin: ClockOrigin = clockOriginNow()): Clock {
  const { monotonicNs, epochMs } = origin
  return {
    originEpochMs: epochMs,
    nowMs: () => Number(process.hrtime.bigint() - monotonicNs) / 1e6,
  }
}
