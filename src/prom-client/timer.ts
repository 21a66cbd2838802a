/** Measures durations for `startTimer`. Any thread. */

/** Seconds since the call. */
export function startStopwatch(): () => number {
  const startMs = performance.now()
  return () => (performance.now() - startMs) / 1_000
}

/** Unix time. */
export function nowSeconds(): number {
  return (performance.timeOrigin + performance.now()) / 1_000
}
