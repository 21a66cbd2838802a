/** SLO events as lines for people: what the console shows when nobody listens. Pure. */
import type { Labels, Unit } from '../metric.ts'
import type { SLORecoveryEvent, SLOViolationEvent } from '../topics.ts'

/** `SLO violated: input_to_echo p95<60ms: p95 is 83.2 ms, should be < 60 ms (200 samples, rolling window)`. */
export function violationLine(event: SLOViolationEvent): string {
  const heldBack = event.suppressed === 0 ? '' : `; ${event.suppressed} more were held back`
  return `SLO violated: ${verdict(event)}, should be ${event.op} ${quantity(event.threshold, event.unit)} ${basis(event)}${heldBack}`
}

/** `SLO recovered: input_to_echo p95<60ms: p95 is 41.7 ms after 12.5 s in violation`. */
export function recoveryLine(event: SLORecoveryEvent): string {
  return `SLO recovered: ${verdict(event)} after ${figure(event.violatedForMs / 1_000)} s in violation`
}

function verdict({ slo, labels, percentile, actual, unit, exact }: SLOViolationEvent): string {
  return `${slo}${labelText(labels, slo)}: ${percentile} is ${exact ? '' : 'about '}${quantity(actual, unit)}`
}

function basis({ count, window }: SLOViolationEvent): string {
  const span =
    window === 'rolling' ? 'rolling window' : window === 'total' ? 'since the start' : `last ${window}`
  return `(${count} ${count === 1 ? 'sample' : 'samples'}, ${span})`
}

/** The labels that the SLO's name does not say already. An empty value is no label. */
function labelText(labels: Labels, slo: string): string {
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([labelName, value]) => `${labelName}=${value}`)
  const unsaid = pairs.filter(pair => !slo.includes(pair))
  return unsaid.length === 0 ? '' : ` {${unsaid.join(',')}}`
}

function quantity(value: number, unit: Unit): string {
  if (unit === 'bytes' && Math.abs(value) >= 1e6) return `${figure(value / 1e6)} MB`
  if (unit === 'hz') return `${figure(value)}/s`
  if (unit === 'ratio') return `${figure(value * 100)} %`
  if (unit === 'percent') return `${figure(value)} %`
  return unit === '1' ? figure(value) : `${figure(value)} ${unit}`
}

/** Four significant digits, and never fewer than the whole number has. */
function figure(value: number): string {
  return Math.abs(value) >= 1_000 ? String(Math.round(value)) : String(Number(value.toPrecision(4)))
}
