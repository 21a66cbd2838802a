/** One picture of the running demo: progress, series, objectives, lanes, as lines of a given width. Pure. */
import type { TelemetrySnapshot } from 'offloop'
import type { Phase } from './phases.ts'
import { formatCount, formatElapsed, formatValue } from './quantity.ts'
import { renderSeriesTable } from './series-table.ts'
import { clip, type Line, line, span, toWidth } from './styled-line.ts'

/** What there is to show at one moment. */
export interface Frame {
  readonly snapshot: TelemetrySnapshot
  readonly phase: Phase
  readonly elapsedMs: number
  readonly durationMs: number
}

const INDENT = ' '
const BAR_WIDTH = 20
const OBJECTIVE_WIDTH_MIN = 16
const NOW_WIDTH = 10
const STATE_WIDTH = 10

const PHASE_TEXTS: Readonly<Record<Phase, string>> = {
  before: 'all routes are quick',
  slow: '/search is slow',
  after: '/search is quick again',
}

export function renderFrame(frame: Frame, columns: number): Line[] {
  const { snapshot } = frame
  return [
    progressLine(frame),
    line(),
    ...renderSeriesTable(snapshot, columns),
    line(),
    ...objectiveLines(snapshot, columns),
    line(),
    ...laneLines(snapshot),
  ].map(parts => clip(parts, columns))
}

function progressLine({ elapsedMs, durationMs, phase }: Frame): Line {
  const ratio = Math.min(elapsedMs / durationMs, 1)
  const filled = Math.round(ratio * BAR_WIDTH)
  return line(
    INDENT,
    span('offloop demo', 'strong'),
    '  ',
    span('━'.repeat(filled), 'good'),
    span('─'.repeat(BAR_WIDTH - filled), 'faint'),
    `  ${formatElapsed(Math.min(elapsedMs, durationMs))} of ${durationMs / 1_000} s   `,
    span(PHASE_TEXTS[phase], phase === 'slow' ? 'notice' : 'faint'),
  )
}

/** Every objective with its value as of the latest check. */
function objectiveLines({ slos, series }: TelemetrySnapshot, columns: number): Line[] {
  const longest = Math.max(OBJECTIVE_WIDTH_MIN, ...slos.map(({ name }) => name.length))
  const width = Math.min(longest, Math.max(OBJECTIVE_WIDTH_MIN, columns - NOW_WIDTH - STATE_WIDTH - 6))
  const heading = `${INDENT}${toWidth('objective', width, 'left')}${toWidth('now', NOW_WIDTH, 'right')}  state`
  return [
    line(span(heading, 'faint')),
    ...slos.map(slo => {
      const unit = series.find(({ metric }) => metric === slo.metric)?.unit ?? '1'
      // A ratio of two counters has no unit of theirs.
      const now = formatValue(slo.actual, slo.objective.startsWith('ratio') ? 'ratio' : unit)
      return line(
        `${INDENT}${toWidth(slo.name, width, 'left')}${toWidth(now, NOW_WIDTH, 'right')}  `,
        stateSpan(slo.state),
      )
    }),
  ]
}

function stateSpan(state: TelemetrySnapshot['slos'][number]['state']) {
  if (state === 'ok') return span('✓ holds', 'good')
  return state === 'violated' ? span('✗ violated', 'bad') : span('no data yet', 'faint')
}

/** How full each thread's lane is, and what it has lost. */
function laneLines({ lanes, self }: TelemetrySnapshot): Line[] {
  // A snapshot drains the lanes before it looks at them. How full they get in between is told by the ticks, for the
  // fullest lane; the demo has but one.
  const fill = self.find(({ metric }) => metric === 'offloop_lane_fill')
  return lanes.map(({ threadId, capacity, recorded, dropped }) => {
    const samplesOf = (ratio = 0) => formatCount(Math.round(ratio * capacity))
    return line(
      span(`${INDENT}lane `, 'faint'),
      threadId === 0 ? 'main thread' : `thread ${threadId}`,
      span('   fill ', 'faint'),
      samplesOf(fill?.last),
      span(` of ${formatCount(capacity)}, at most `, 'faint'),
      samplesOf(fill?.max),
      span('   recorded ', 'faint'),
      formatCount(recorded),
      span('   lost ', 'faint'),
      span(formatCount(dropped), dropped === 0 ? 'good' : 'bad'),
    )
  })
}
