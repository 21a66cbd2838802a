/** The summary as lines for people. Pure. */
import { LOOP_TIMER_MS } from './cost-meter.ts'
import { formatCount, formatElapsed, formatMs, formatValue } from './quantity.ts'
import { type Line, line, type Span, span, toWidth } from './styled-line.ts'
import type { Summary } from './summary.ts'

const INDENT = ' '
const TITLE_WIDTH = 13

export function renderSummary(summary: Summary): Line[] {
  const { interruptedBy, process } = summary
  const ending = interruptedBy === undefined ? 'Summary after' : `Interrupted by ${interruptedBy} after`
  return [
    line(span(`${INDENT}${ending} ${formatElapsed(process.durationMs)}`, 'strong')),
    ...requestLines(summary),
    ...sampleLines(summary),
    ...objectiveLines(summary),
    ...loopLines(summary),
    ...aggregatorLines(summary),
  ]
}

function requestLines({ requests, errors, load }: Summary): Line[] {
  const clients =
    load === undefined
      ? []
      : [
          more(
            `autocannon saw ${formatCount(load.requests)} answers, p99 ${formatMs(load.latencyP99Ms)}, ` +
              `${formatCount(load.errors)} broken or timed out`,
          ),
        ]
  const ratio = requests === 0 ? 0 : errors / requests
  return [
    entry('requests', `${formatCount(requests)} counted, ${formatValue(ratio, 'ratio')} of them failed`),
    ...clients,
  ]
}

function sampleLines({ samples, closed }: Summary): Line[] {
  const { recorded, drained, summarized, dropped, pending, lost } = samples
  const isWhole = recorded === drained + summarized + dropped + pending
  return [
    entry(
      'samples',
      `${formatCount(recorded)} recorded, ${formatCount(drained)} drained, `,
      ...(summarized === 0 ? [] : [`${formatCount(summarized)} summarized, `]),
      span(`${formatCount(lost)} lost`, lost === 0 ? 'good' : 'bad'),
      ...(pending === 0 ? [] : [`, ${formatCount(pending)} not taken yet`]),
      ...(isWhole ? [] : [span(', and that does not add up', 'bad')]),
    ),
    ...(closed.timedOut ? [more('the aggregator did not confirm the end in time', 'bad')] : []),
  ]
}

function objectiveLines({ events, slos }: Summary): Line[] {
  const violated = slos.filter(({ state }) => state === 'violated')
  return [
    entry(
      'objectives',
      `${plural(events.violations, 'violation', 'violations')} and ` +
        `${plural(events.recoveries, 'recovery', 'recoveries')} reported; `,
      violated.length === 0
        ? span('none violated at the end', 'good')
        : span(`${violated.length} still violated`, 'bad'),
    ),
    ...violated.map(({ name }) => more(name)),
  ]
}

function loopLines({ process }: Summary): Line[] {
  const { p50, p99, max } = process.loopDelayMs
  return [
    entry(
      'event loop',
      `delay p50 ${formatMs(p50)}, p99 ${formatMs(p99)}, max ${formatMs(max)}; ` +
        `busy ${formatValue(process.loopUtilization, 'ratio')}`,
    ),
    more(`lateness of a ${LOOP_TIMER_MS} ms timer on the main thread, telemetry and all`),
  ]
}

function aggregatorLines({ aggregator, process }: Summary): Line[] {
  const { drainMs, drainCount, coreRatio } = aggregator
  const { processCpuMs, aggregatorCpuMs, durationMs } = process
  const draining = `${formatMs(drainMs)} in ${formatCount(drainCount)} ticks`
  const cpu = entry('process', `${formatMs(processCpuMs)} of CPU time on all its threads`)
  if (aggregatorCpuMs === undefined) {
    return [
      entry(
        'aggregator',
        `draining took ${draining}: `,
        span(`${formatValue(coreRatio, 'ratio')} of one core`, 'strong'),
      ),
      more('wall-clock time by its own account, without SLO checks and queries'),
      cpu,
    ]
  }
  return [
    entry(
      'aggregator',
      `${formatMs(aggregatorCpuMs)} of CPU time: `,
      span(`${formatValue(aggregatorCpuMs / durationMs, 'ratio')} of one core`, 'strong'),
    ),
    more('all its thread did, as Linux counts it'),
    more(`draining alone took ${draining}, by its own clock`),
    cpu,
  ]
}

function entry(title: string, ...parts: readonly (Span | string)[]): Line {
  return line(span(`${INDENT}${toWidth(title, TITLE_WIDTH, 'left')}`, 'faint'), ...parts)
}

function more(text: string, style: Span['style'] = 'faint'): Line {
  return line(' '.repeat(INDENT.length + TITLE_WIDTH), span(text, style))
}

function plural(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
