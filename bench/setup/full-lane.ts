/** A lane with both ends on this thread, which is filled and drained in turn. */
import { LaneWriter } from '../../src/producer/lane-writer.ts'
import { type Clock, createClock } from '../../src/shared/clock.ts'
import { createBoard } from '../../src/shared/memory/board.ts'
import { ControlWord, createControlBlock } from '../../src/shared/memory/control-block.ts'
import { createDirectory, DirectoryWriter } from '../../src/shared/memory/directory.ts'
import { createLane } from '../../src/shared/memory/lane-layout.ts'
import { createState } from '../../src/shared/memory/state-layout.ts'
import { describeMetric } from '../../src/shared/metric.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { SLOMonitor } from '../../src/slo/monitor.ts'
import { BoardPublisher } from '../../src/worker/board-publisher.ts'
import { LaneSet } from '../../src/worker/lane-set.ts'
import { DurableState } from '../../src/worker/state/durable-state.ts'
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
  const { registry, lanes, drainLanes } = createLanes(clock, { windowCapacity, seriesCount })
  const announcement = { type: 'lane', lane: lane.buffer, directory: directory.buffer } as const
  lanes.adopt(announcement, clock.nowMs())
  const reader = lanes.readers.get(0)!

  const values = lognormalValues(capacity)
  const nextUniform = uniformNumbers(seriesCount)
  const seriesOrder = Uint32Array.from(values, () => entryIds[Math.floor(nextUniform() * seriesCount)]!)

  const fill = () => {
    Atomics.store(control, ControlWord.clockMs, clock.nowMs() | 0)
    for (let index = 0; index < capacity; index += 1) writer.push(seriesOrder[index]!, values[index]!)
    writer.publish()
  }
  const drain = () => drainLanes()
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

/** Lanes as the aggregator has them: with a checkpoint of what was drained, and slots that go back after it. */
function createLanes(
  clock: Clock,
  limits: { readonly windowCapacity: number; readonly seriesCount: number },
) {
  const state = new DurableState(createState(), clock)
  const registry = new MetricRegistry({
    clock,
    windowCapacity: limits.windowCapacity,
    maxSeriesPerMetric: limits.seriesCount,
    memory: state.memory,
  })
  const left = state.recover(registry)
  const fail = (error: unknown) => {
    throw error
  }
  const ignore = () => {}
  const lanes = new LaneSet(
    registry,
    {
      onConflict: fail,
      onSeries: ignore,
      onLost: ignore,
      onReleased: ignore,
      onBroken: (_threadId, error) => fail(error),
      onBatch: lane => state.noteBatch(lane),
      saveNow: () => state.commit(),
    },
    left.lanes,
  )
  const monitor = new SLOMonitor({ clock, metric: name => registry.metric(name) }, [], ignore)
  const board = new BoardPublisher(createBoard(), clock)
  state.start({ registry, lanes, board, monitor, outbox: { revision: 0, unsent: [] } })
  const drainLanes = () => {
    state.commitBeforeDrain()
    const sampleCount = lanes.drain(clock.nowMs())
    state.commitAfterDrain()
    return sampleCount
  }
  return { registry, lanes, drainLanes }
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
