/** What one monitor leaves to the next on the same registry. Types only. */
import type { SLORecoveryEvent, SLOViolationEvent } from '../shared/topics.ts'
import type { JudgementState } from './judgement.ts'
import type { RateLimitState } from './rate-limiter.ts'

/** What a monitor knows from its checks, for one that carries on. */
export interface MonitorState {
  readonly judgements: readonly (readonly [string, JudgementState])[]
  readonly limits: RateLimitState
}

/** What one monitor after another needs to carry on. */
export interface Succession {
  /** Of the one before. */
  readonly state?: MonitorState | undefined
  /** Told of all events of a check before they are published, in their order. */
  readonly beforePublish?: (
    events: readonly (
      | { readonly topic: 'perf.slo_violation'; readonly payload: SLOViolationEvent }
      | { readonly topic: 'perf.slo_recovered'; readonly payload: SLORecoveryEvent }
    )[],
  ) => void
}
