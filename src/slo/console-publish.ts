/** The publish function for a monitor that was given none: one readable line per event on the console. */
import { recoveryLine, violationLine } from '../shared/slo/event-lines.ts'
import type { Publish, SLORecoveryEvent, SLOViolationEvent, Topic } from '../shared/topics.ts'

const HOW_TO_SILENCE =
  'offloop: to have these elsewhere than on the console, give the SLOMonitor a publish function.'

/** Writes to standard error, so that a program's own output stays clean. Says once how to silence it. */
export function createConsolePublish(): Publish {
  let isSaid = false
  return (topic: Topic, payload: unknown) => {
    if (topic === 'perf.slo_violation')
      console.warn(`offloop: ${violationLine(payload as SLOViolationEvent)}`)
    if (topic === 'perf.slo_recovered') console.warn(`offloop: ${recoveryLine(payload as SLORecoveryEvent)}`)
    if (!isSaid) console.warn(HOW_TO_SILENCE)
    isSaid = true
  }
}
