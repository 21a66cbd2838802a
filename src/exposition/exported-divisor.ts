/** What a metric's values are divided by on their way out. Pure. */
import { unitsPerBase } from '../shared/export-hints.ts'
import { isTimeUnit, type Unit } from '../shared/metric.ts'

/** Without a hint values come in the base unit. With one they come as it says; times are converted into times.
 *  @param hint unit that instrumentation gave the metric */
export function exportedDivisor(unit: Unit, hint: string | undefined): number {
  if (hint === undefined) return unitsPerBase(unit)
  return isTimeUnit(unit) && isTimeUnit(hint) ? unitsPerBase(unit) / unitsPerBase(hint) : 1
}
