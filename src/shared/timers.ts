/** Timers as the project uses them: injected, and never the reason a process stays alive. */

/** What a timer function returned. Opaque: a number in browsers, an object in Node. */
export type TimerHandle = unknown

/** The two functions of `globalThis`, or a test's. */
export interface Timers {
  setTimeout(callback: () => void, delayMs: number): TimerHandle
  clearTimeout(handle: TimerHandle): void
}

/** The longest delay a timer keeps; beyond it Node fires at once. */
export const TIMER_DELAY_MS_MAX = 2_147_483_647

/** Starts a timer that does not keep the process alive, where the platform can tell. */
export function startBackgroundTimer(timers: Timers, callback: () => void, delayMs: number): TimerHandle {
  const handle = timers.setTimeout(callback, delayMs)
  if (hasUnref(handle)) handle.unref()
  return handle
}

function hasUnref(handle: unknown): handle is { unref(): void } {
  return (
    typeof handle === 'object' && handle !== null && 'unref' in handle && typeof handle.unref === 'function'
  )
}
