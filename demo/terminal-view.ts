/** The run on a terminal: a table redrawn in place, events scrolling by above it. Owns the screen below the cursor. */
import { noteLine, phaseLine, recoveryLine, violationLine } from './event-lines.ts'
import { type Frame, renderFrame } from './frame.ts'
import { startedText } from './plain-view.ts'
import { clip, type Line, line, type Palette, paint, span } from './styled-line.ts'
import { renderSummary } from './summary-lines.ts'
import type { View } from './view.ts'

/** The part of a tty.WriteStream that is needed. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  write(text: string): unknown
  on(event: 'resize', listener: () => void): unknown
  off(event: 'resize', listener: () => void): unknown
}

const FRAME_INTERVAL_MS = 250
/** Lines above the table that are written again after a change of size. */
const KEPT_LINES_MAX = 50
const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
const CLEAR_SCREEN = '\x1b[H\x1b[2J'
// Before the text and not after it: behind the last column it would take the last character away.
const CLEAR_LINE = '\x1b[2K'
const CLEAR_TO_SCREEN_END = '\x1b[J'

export function createTerminalView(screen: Screen, palette: Palette): View {
  const kept: Line[] = []
  let latest: Frame | undefined
  let liveRowCount = 0
  let isClosed = false

  /** Writes `above` for good, wrapped where it is too long, and the live lines below it, over those that stand there.
   *  One write: nothing flickers. */
  const redraw = (above: readonly Line[]) => {
    const live = liveLines()
    const up = liveRowCount === 0 ? '\r' : `\r\x1b[${liveRowCount}A`
    const fixed = above.map(parts => `${paint(parts, palette)}\n`)
    const start = above.length === 0 ? up : `${up}${CLEAR_TO_SCREEN_END}`
    const rows = live.map(parts => `${CLEAR_LINE}${paint(clip(parts, screen.columns), palette)}\n`)
    screen.write([HIDE_CURSOR, start, ...fixed, ...rows, CLEAR_TO_SCREEN_END].join(''))
    liveRowCount = live.length
  }

  /** A row stays free for the cursor; what is beyond the top of the screen could not be redrawn. */
  const liveLines = (): Line[] =>
    latest === undefined ? [] : [[], ...renderFrame(latest, screen.columns)].slice(0, screen.rows - 1)

  const keep = (parts: Line) => {
    kept.push(parts)
    if (kept.length > KEPT_LINES_MAX) kept.shift()
    redraw([parts])
  }

  /** The terminal has wrapped and moved what was there, so nobody knows where: begin anew. */
  const onResize = () => {
    screen.write(CLEAR_SCREEN)
    liveRowCount = 0
    redraw(kept)
  }
  screen.on('resize', onResize)

  return {
    frameIntervalMs: FRAME_INTERVAL_MS,
    started: (url, connections) => keep(line(span(startedText(url, connections), 'faint'))),
    frame(frame) {
      latest = frame
      redraw([])
    },
    phase: (phase, elapsedMs) => keep(phaseLine(phase, elapsedMs)),
    violation: (event, elapsedMs) => keep(violationLine(event, elapsedMs)),
    recovery: (event, elapsedMs) => keep(recoveryLine(event, elapsedMs)),
    note: (text, elapsedMs) => keep(noteLine(text, elapsedMs)),
    summary(summary) {
      // The last table stays where it is.
      latest = undefined
      liveRowCount = 0
      redraw([[], ...renderSummary(summary), []])
    },
    close() {
      if (isClosed) return
      isClosed = true
      screen.off('resize', onResize)
      screen.write(SHOW_CURSOR)
    },
  }
}
