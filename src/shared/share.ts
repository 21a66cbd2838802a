/** What one thread gives another to take part in a telemetry: structured-cloneable, as often as wanted. */
import type { ClockOrigin } from './clock.ts'
import { TelemetryError } from './errors.ts'
import { LANE_LAYOUT_VERSION } from './memory/lane-layout.ts'

/** Raised whenever threads of two versions would misread each other. */
export const SHARE_VERSION: number = 1 + LANE_LAYOUT_VERSION * 1_000

/** Give it to a worker thread (`workerData`, `postMessage`) or a Piscina pool, and `attachTelemetry(share)` there. */
export interface TelemetryShare {
  readonly offloop: number
  /** Unique in this process; also the name of the channel on which lanes are announced. */
  readonly id: string
  readonly service: string
  readonly control: SharedArrayBuffer
  readonly board: SharedArrayBuffer
  readonly origin: ClockOrigin
  readonly laneCapacity: number
  /** What becomes of samples that find their lane full. */
  readonly overflow: 'summarize' | 'drop'
  readonly windowCapacity: number
  readonly maxSeriesPerMetric: number
  readonly markCapacity: number
}

/** A thread tells the aggregator of its lane. */
export interface LaneAnnouncement {
  readonly type: 'lane'
  readonly lane: SharedArrayBuffer
  readonly directory: SharedArrayBuffer
}

/** A thread asks the aggregator to answer on a channel of this name. */
interface ChannelRequest {
  readonly type: 'control'
  readonly channel: string
}

/** The channel on which the thread of this lane talks to the aggregator: it has two ends, and so is a port by name. A
 *  port proper could not be part of a share that is cloned for many threads. */
export function controlChannelName(share: TelemetryShare, laneId: number): string {
  return `${share.id}:${laneId}`
}

/** The aggregator listens on the channel that was asked for: the first thing it says there. */
export interface ChannelOpened {
  readonly type: 'opened'
}

/** What travels on the channel named by the share's id. */
export type ChannelMessage = LaneAnnouncement | ChannelRequest

/** @throws TelemetryError OFFLOOP_SHARE, OFFLOOP_SHARE_VERSION */
export function checkShare(share: unknown): asserts share is TelemetryShare {
  const given = (typeof share === 'object' && share !== null ? share : {}) as Partial<TelemetryShare>
  if (typeof given.offloop !== 'number') {
    throw new TelemetryError('OFFLOOP_SHARE', {
      got: share,
      fix: 'pass what telemetry.share() returned, by workerData or postMessage',
    })
  }
  if (given.offloop !== SHARE_VERSION) {
    throw new TelemetryError('OFFLOOP_SHARE_VERSION', {
      got: given.offloop,
      fix: `use one version of offloop in all threads of the process (this one speaks ${SHARE_VERSION})`,
    })
  }
  if (!(given.control instanceof SharedArrayBuffer) || !(given.board instanceof SharedArrayBuffer)) {
    throw new TelemetryError('OFFLOOP_SHARE', {
      got: given.control,
      fix: 'keep shared memory: pass the share by structured clone, not as JSON',
    })
  }
}
