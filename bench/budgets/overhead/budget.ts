/** What a budget of overhead is. Types only. */
import type { Check } from '../../core/question.ts'
import type { CallTimes } from '../single-calls.ts'

export interface OverheadMeasurement {
  readonly times: CallTimes
  /** What has to hold for the times to mean anything. */
  readonly checks: readonly Check[]
}

/** The 99th percentile of the calls has to be below the limit. */
export interface OverheadBudget {
  readonly name: string
  readonly asks: string
  readonly limitMs: number
  measure(): Promise<OverheadMeasurement>
}
