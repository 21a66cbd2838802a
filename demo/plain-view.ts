/** The run as plain lines, for a pipe or a file: a table every few seconds, and events as they arrive. */
import { noteLine, phaseLine, recoveryLine, violationLine } from './event-lines.ts'
import { renderFrame } from './frame.ts'
import { type Line, NO_COLOURS, paint } from './styled-line.ts'
import { renderSummary } from './summary-lines.ts'
import type { View } from './view.ts'

const COLUMNS = 100
const FRAMES_PER_RUN = 5
const FRAME_INTERVAL_MS_MIN = 1_000
const FRAME_INTERVAL_MS_MAX = 5_000

export function createPlainView(write: (text: string) => void, durationMs: number): View {
  const print = (...lines: readonly Line[]) =>
    write(lines.map(parts => `${paint(parts, NO_COLOURS)}\n`).join(''))
  return {
    frameIntervalMs: Math.min(
      Math.max(durationMs / FRAMES_PER_RUN, FRAME_INTERVAL_MS_MIN),
      FRAME_INTERVAL_MS_MAX,
    ),
    started: (url, connections) => write(`${startedText(url, connections)}\n\n`),
    frame: frame => print(...renderFrame(frame, COLUMNS), []),
    phase: (phase, elapsedMs) => print(phaseLine(phase, elapsedMs), []),
    violation: (event, elapsedMs) => print(violationLine(event, elapsedMs), []),
    recovery: (event, elapsedMs) => print(recoveryLine(event, elapsedMs), []),
    note: (text, elapsedMs) => print(noteLine(text, elapsedMs), []),
    summary: summary => print(...renderSummary(summary)),
    close() {},
  }
}

/** What is going on, in one sentence. */
export function startedText(url: string, connections: number): string {
  return ` ${url} under load by autocannon: ${connections} connections, own process`
}
