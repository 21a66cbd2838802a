/** What the programs have in common: reading what was measured, and passing time. */

/** Series by metric, and the values of its labels: `nodejs.eventloop.time active 0`. */
export async function seriesOf(telemetry) {
  const { series } = await telemetry.snapshot()
  return Object.fromEntries(series.map(one => [[one.metric, ...Object.values(one.labels)].join(' '), one]))
}

/** Asks again until the condition holds. */
export async function until(telemetry, condition) {
  for (;;) {
    const series = await seriesOf(telemetry)
    if (condition(series)) return series
    await passMs(20)
  }
}

export function passMs(durationMs) {
  return new Promise(resolve => setTimeout(resolve, durationMs))
}

export function blockMs(durationMs) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs)
}
