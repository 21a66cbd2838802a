/** What the creating thread hands the aggregator thread when it starts it. Types only. */
import type { MessagePort } from 'node:worker_threads'
import type { TelemetryShare } from './share.ts'
import type { SLODefinition } from './slo/definition.ts'

export interface AggregatorBoot {
  readonly share: TelemetryShare
  readonly controlPort: MessagePort
  readonly sloCheckIntervalMs: number
  readonly rateLimitWindowMs: number
  readonly rateLimitScope: 'percentile' | 'slo' | 'metric'
  readonly slos: readonly SLODefinition[]
  /** Absolute path of the file that gets the final snapshot. */
  readonly snapshotFile?: string | undefined
  /** Where the aggregator's own lines go: `stderr`, to the creating thread, or nowhere. */
  readonly log: 'stderr' | 'message' | 'none'
}

/** A line for the `log` option, on its way to the creating thread. */
export interface LogMessage {
  readonly type: 'log'
  readonly line: string
}
