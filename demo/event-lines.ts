/** Violations, recoveries and changes of phase, each as one line. Pure. */
import type { SLORecoveryEvent, SLOViolationEvent } from 'offloop'
import type { Phase } from './phases.ts'
import { formatCount, formatElapsed, formatMs, formatValue } from './quantity.ts'
import { type Line, line, type Style, span, toWidth } from './styled-line.ts'

const TIME_WIDTH = 7
const WHAT_WIDTH = 11

export function violationLine(event: SLOViolationEvent, elapsedMs: number): Line {
  const { slo, actual, unit, suppressed } = event
  const heldBack = suppressed === 0 ? '' : `, ${formatCount(suppressed)} held back`
  return line(
    ...opening(elapsedMs, '✗ violated', 'bad'),
    `${slo}: `,
    span(formatValue(actual, unit), 'strong'),
    span(heldBack, 'faint'),
  )
}

export function recoveryLine(event: SLORecoveryEvent, elapsedMs: number): Line {
  const { slo, actual, unit, violatedForMs } = event
  return line(
    ...opening(elapsedMs, '✓ recovered', 'good'),
    `${slo}: `,
    span(formatValue(actual, unit), 'strong'),
    span(` after ${formatMs(violatedForMs)}`, 'faint'),
  )
}

export function phaseLine(phase: Phase, elapsedMs: number): Line {
  const isSlow = phase === 'slow'
  return line(
    ...opening(elapsedMs, isSlow ? '· slow' : '· quick', 'notice'),
    isSlow ? '/search takes much longer from now on' : '/search is quick again',
  )
}

/** Something that the telemetry has to say. */
export function noteLine(text: string, elapsedMs: number): Line {
  return line(...opening(elapsedMs, '· note', 'notice'), text)
}

function opening(elapsedMs: number, what: string, style: Style): Line {
  return line(
    span(`${toWidth(formatElapsed(elapsedMs), TIME_WIDTH, 'right')}  `, 'faint'),
    span(`${toWidth(what, WHAT_WIDTH, 'left')} `, style),
  )
}
