/** What the creating thread hands the aggregator thread when it starts it. Types only. */
import type { MessagePort } from 'node:worker_threads'
import type { AddSloMessage } from './creator-message.ts'
import type { ExtensionInfo, ExtensionSpec } from './extension/extension.ts'
import type { LaneAnnouncement, TelemetryShare } from './share.ts'
import type { SLODefinition } from './slo/definition.ts'

export interface AggregatorBoot {
  readonly share: TelemetryShare
  /** Of offloop. */
  readonly version: string
  /** What the aggregator leaves for its successor. Not part of the share: no other thread sees it. */
  readonly state: SharedArrayBuffer
  readonly controlPort: MessagePort
  readonly sloCheckIntervalMs: number
  readonly rateLimitWindowMs: number
  readonly rateLimitScope: 'percentile' | 'slo' | 'metric'
  readonly slos: readonly SLODefinition[]
  /** Bounds of histograms that have none of their own. */
  readonly bucketsSeconds: readonly number[]
  readonly extensions: readonly ExtensionSpec[]
  /** What those said of themselves on an aggregator that died. */
  readonly extensionInfos: ReadonlyMap<string, ExtensionInfo>
  /** Address of the extension that renders what is scraped. */
  readonly scrapeModule: string
  /** Added at run time, and not removed since. */
  readonly addedSlos: readonly AddSloMessage[]
  /** All that were announced, and not released since. */
  readonly lanes: readonly LaneAnnouncement[]
  readonly readers: readonly BusEnd[]
  /** What became of the aggregator before; undefined for the first. */
  readonly restart: AggregatorRestart | undefined
  /** Absolute path of the file that gets the final snapshot. */
  readonly snapshotFile?: string | undefined
  /** Where the aggregator's own lines go: `stderr`, to the creating thread, or nowhere. */
  readonly log: 'stderr' | 'message' | 'none'
}

/** The aggregator's end of one reader's port: frames go to `port`, and `credits` is where the reader counts what it has
 *  taken. */
export interface BusEnd {
  readonly port: MessagePort
  readonly credits: SharedArrayBuffer
}

export interface AggregatorRestart {
  /** Why the one before has ended, in one line. */
  readonly cause: string
  /** When it last gave a sign of life, by the telemetry's clock. */
  readonly downSinceMs: number
  /** Restarts there have been, this one included. */
  readonly restarts: number
}

/** A line for the `log` option, on its way to the creating thread. */
export interface LogMessage {
  readonly type: 'log'
  readonly line: string
}

/** A lane was drained to its end, or given up. */
export interface LaneReleasedMessage {
  readonly type: 'lane-released'
  readonly laneId: number
}

/** An extension runs, and this is what it says of itself. */
export interface ExtensionInfoMessage {
  readonly type: 'extension-info'
  readonly name: string
  readonly info: ExtensionInfo
}

/** What the aggregator tells the creating thread unasked. */
export type AggregatorMessage = LogMessage | LaneReleasedMessage | ExtensionInfoMessage
