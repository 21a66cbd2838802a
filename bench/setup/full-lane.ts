/** A lane with both ends on this thread, which is filled and drained in turn. */
import { LaneWriter } from '../../src/producer/lane-writer.ts'
import { createClock } from '../../src/shared/clock.ts'
import { ControlWord, createControlBlock } from '../../src/shared/memory/control-block.ts'
import { createDirectory, DirectoryWriter } from '../../src/shared/memory/directory.ts'
import { createLane } from '../../src/shared/memory/lane-layout.ts'
import { describeMetric } from '../../src/shared/metric.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { LaneReader } from '../../src/worker/lane-reader.ts'
import { lognormalValues, uniformNumbers } from './inputs.ts'

const PUBLISH_EVERY = 16

export interface FullLane {
  /** Writes as many samples as the lane holds. */
  readonly fill: () => void
  readonly drain: () => number
  /** @returns how many samples that took */
  readonly drainUntilWindowsAreFull: () => number
  /** Samples drained since the start. */
  readonly drainedCount: () => number
}

export function createFullLane(options: {
  readonly capacity: number
  readonly windowCapacity: number
  readonly seriesCount: number
}): FullLane {
  const { capacity, windowCapacity, seriesCount } = options
  const control = new Int32Array(createControlBlock())
  const clock = createClock()
  const directory = new DirectoryWriter(createDirectory())
  const entryIds = registerSeries(directory, seriesCount)
  const lane = createLane({ capacity, laneId: 0, threadId: 0 })
  const writer = new LaneWriter(lane, control, directory, PUBLISH_EVERY)
  const registry = new MetricRegistry({ clock, windowCapacity, maxSeriesPerMetric: seriesCount })
  const announcement = { type: 'lane', lane: lane.buffer, directory: directory.buffer } as const
  const ignore = () => {}
  const reader = new LaneReader(announcement, registry, clock.nowMs(), {
    onConflict: error => {
      throw error
    },
    onSeries: ignore,
    onLost: ignore,
  })

  const values = lognormalValues(capacity)
  const nextUniform = uniformNumbers(seriesCount)
  const seriesOrder = Uint32Array.from(values, () => entryIds[Math.floor(nextUniform() * seriesCount)]!)

  const fill = () => {
    Atomics.store(control, ControlWord.clockMs, clock.nowMs() | 0)
    for (let index = 0; index < capacity; index += 1) writer.push(seriesOrder[index]!, values[index]!)
    writer.publish()
  }
  const drain = () => reader.drain(clock.nowMs())
  const areWindowsFull = () =>
    registry
      .metrics()
      .every(metric => metric.allSeries.every(({ window }) => window?.size === windowCapacity))
  const drainUntilWindowsAreFull = () => {
    do {
      fill()
      drain()
    } while (!areWindowsFull())
    return reader.drainedCount
  }
  return { fill, drain, drainUntilWindowsAreFull, drainedCount: () => reader.drainedCount }
}

/** @returns the series' entry ids */
function registerSeries(directory: DirectoryWriter, seriesCount: number): number[] {
  const descriptor = describeMetric('latency', 'request', { labelNames: ['n'] })
  const metric = directory.append({ type: 'metric', descriptor })
  return Array.from({ length: seriesCount }, (_, index) => {
    const labelValues = [`${index}`]
    return directory.append({ type: 'series', metricEntryId: metric.entryId, labelValues, isOverflow: false })
      .entryId
  })
}
