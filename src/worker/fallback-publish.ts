/** Hands SLO events to the bus, or to the log when nobody listens. Aggregator thread. */
import { recoveryLine, violationLine } from '../shared/slo/event-lines.ts'
import type { SLORecoveryEvent, SLOViolationEvent } from '../shared/topics.ts'
import type { Bus } from './bus.ts'
import type { Send } from './outbox.ts'

const HOW_TO_SILENCE =
  "offloop: nobody listens to the bus, so violations are written here. To have them elsewhere: telemetry.on('perf.slo_violation', …), the publish option, or log: false."

/** A violation that nobody would receive is still said: a missing listener is a mistake more often than a wish. */
export function createFallbackPublish(bus: Bus, log: (line: string) => void): Send {
  let isSaid = false
  return (topic, payload, number) => {
    bus.publish(topic, payload, number)
    const isViolation = topic === 'perf.slo_violation'
    if (bus.hasReaders || !(isViolation || topic === 'perf.slo_recovered')) return
    const line = isViolation
      ? violationLine(payload as SLOViolationEvent)
      : recoveryLine(payload as SLORecoveryEvent)
    log(`offloop: ${line}`)
    if (!isSaid) log(HOW_TO_SILENCE)
    isSaid = true
  }
}
