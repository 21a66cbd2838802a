/** When the aggregator is taken for hung, and when it is started again. Creating thread. */
import type { RestartLimits } from './restart-rule.ts'

export interface SupervisionLimits extends RestartLimits {
  /** A running aggregator whose clock has stood still for so long hangs: it ticks every 100 ms at least. */
  readonly hungMs: number
  /** One that has not started after so long never will. */
  readonly bootMs: number
}

const LIMITS: SupervisionLimits = {
  hungMs: 5_000,
  bootMs: 30_000,
  deathsMax: 5,
  deathsSpanMs: 60_000,
  restartDelayMs: 100,
  restartDelayMsMax: 5_000,
}

/** Key under which the options of createTelemetry may carry other limits. For offloop's own tests: no part of the API. */
const SUPERVISION = Symbol.for('offloop.supervision')

export function supervisionLimitsOf(options: object): SupervisionLimits {
  return { ...LIMITS, ...(options as { [SUPERVISION]?: Partial<SupervisionLimits> })[SUPERVISION] }
}
