/** What one thread gives another to take part in a telemetry: structured-cloneable, as often as wanted. */
import type { ClockOrigin } from './clock.ts'
import { TelemetryError } from './errors.ts'
import { CONTROL_BLOCK_BYTES } from './memory/control-block.ts'
import { LANE_CAPACITY_MAX, LANE_CAPACITY_MIN, LANE_LAYOUT_VERSION } from './memory/lane-layout.ts'
import { isSharedBuffer } from './memory/shared-buffer.ts'

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

/** What each field of a share has to be. The numbers of a share were options once, and keep their bounds. */
const SHARE_FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: isText,
  service: isText,
  control: value => isSharedBuffer(value) && value.byteLength === CONTROL_BLOCK_BYTES,
  board: value => isSharedBuffer(value) && value.growable,
  origin: value =>
    typeof value === 'object' &&
    value !== null &&
    typeof (value as ClockOrigin).monotonicNs === 'bigint' &&
    Number.isFinite((value as ClockOrigin).epochMs),
  laneCapacity: value => isPowerOfTwo(value, LANE_CAPACITY_MIN, LANE_CAPACITY_MAX),
  overflow: value => value === 'summarize' || value === 'drop',
  windowCapacity: value => isWhole(value, 1, Number.MAX_SAFE_INTEGER),
  maxSeriesPerMetric: value => isWhole(value, 1, 1_000_000),
  markCapacity: value => isPowerOfTwo(value, 2, 65_536),
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
}

function isPowerOfTwo(value: unknown, min: number, max: number): boolean {
  return isWhole(value, min, max) && (value & (value - 1)) === 0
}

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
  if (!isSharedBuffer(given.control) || !isSharedBuffer(given.board)) {
    throw new TelemetryError('OFFLOOP_SHARE', {
      got: given.control,
      fix: 'keep shared memory: pass the share by structured clone, not as JSON',
    })
  }
  for (const [key, isRight] of Object.entries(SHARE_FIELDS)) {
    const value = given[key as keyof TelemetryShare]
    if (isRight(value)) continue
    throw new TelemetryError('OFFLOOP_SHARE', {
      at: `share.${key}`,
      got: value,
      fix: 'pass what telemetry.share() returned as it is',
    })
  }
}
