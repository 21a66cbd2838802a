/** Makes the memory and the names that all threads of a telemetry share. Creating thread. */
import { clockOriginNow } from '../shared/clock.ts'
import { createBoard } from '../shared/memory/board.ts'
import { createControlBlock } from '../shared/memory/control-block.ts'
import { SHARE_VERSION, type TelemetryShare } from '../shared/share.ts'
import type { ResolvedOptions } from './options.ts'

export function createShare(options: ResolvedOptions): TelemetryShare {
  return Object.freeze({
    offloop: SHARE_VERSION,
    id: `offloop:${process.pid}:${process.hrtime.bigint()}`,
    service: options.service,
    control: createControlBlock(),
    board: createBoard(),
    origin: clockOriginNow(),
    laneCapacity: options.laneCapacity,
    overflow: options.overflow,
    windowCapacity: options.windowCapacity,
    maxSeriesPerMetric: options.maxSeriesPerMetric,
    markCapacity: options.markCapacity,
  })
}
