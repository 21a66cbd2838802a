/** The run for programs: one JSON object per line on standard output, and nothing else there. */
import type { View } from './view.ts'

const FRAME_INTERVAL_MS = 1_000

/** @param write takes whole lines for standard output, @param writeError for standard error */
export function createJsonView(write: (text: string) => void, writeError: (text: string) => void): View {
  const print = (type: string, fields: object) => write(`${JSON.stringify({ type, ...fields })}\n`)
  return {
    frameIntervalMs: FRAME_INTERVAL_MS,
    started() {},
    frame: ({ snapshot, phase, elapsedMs }) => print('snapshot', { phase, elapsedMs, ...snapshot }),
    phase() {},
    violation: (event, elapsedMs) => print('perf.slo_violation', { elapsedMs, ...event }),
    recovery: (event, elapsedMs) => print('perf.slo_recovered', { elapsedMs, ...event }),
    note: text => writeError(`${text}\n`),
    summary: summary => print('summary', summary),
    close() {},
  }
}
