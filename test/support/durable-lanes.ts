/** What an aggregator keeps that survives it, on this thread: wired as the aggregator does it, with a clock that stands
 *  still, and with images of all shared memory from which a successor can begin at any moment. */

import { DEFAULT_BUCKETS_SECONDS } from '../../src/shared/export-hints.ts'
import type { LaneAnnouncement, TelemetryShare } from '../../src/shared/share.ts'
import type { SLODefinition } from '../../src/shared/slo/definition.ts'
import { snapshotSeries } from '../../src/shared/statistics/reading.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import type { Publish } from '../../src/shared/topics.ts'
import { SLOMonitor } from '../../src/slo/monitor.ts'
import { BoardPublisher } from '../../src/worker/board-publisher.ts'
import { LaneSet } from '../../src/worker/lane-set.ts'
import { DurableState } from '../../src/worker/state/durable-state.ts'
import type { ManualClock } from './manual-clock.ts'

/** What the copy of a memory may grow by. */
const ROOM_BYTES = 2 ** 24

export interface SharedMemories {
  readonly state: SharedArrayBuffer
  readonly lanes: readonly LaneAnnouncement[]
}

/** An aggregator on these memories: a first one, or a successor. */
export function createDurableLanes(
  share: TelemetryShare,
  memories: SharedMemories,
  clock: ManualClock,
  slos: readonly SLODefinition[] = [],
) {
  const state = new DurableState(memories.state, clock)
  const registry = new MetricRegistry({
    clock,
    windowCapacity: share.windowCapacity,
    maxSeriesPerMetric: share.maxSeriesPerMetric,
    memory: state.memory,
    bucketsSeconds: DEFAULT_BUCKETS_SECONDS,
  })
  const left = state.recover(registry)
  const board = new BoardPublisher(share.board, clock, left.boardSlots)
  const broken: unknown[] = []
  const lanes = new LaneSet(
    registry,
    {
      onSeries: (series, directory, firstWord) => board.assign(series, directory, firstWord),
      onConflict: () => {},
      onLost: () => {},
      onBatch: lane => state.noteBatch(lane),
      saveNow: () => state.commit(),
      onBroken: (_threadId, error) => broken.push(error),
      onReleased: () => {},
    },
    left.lanes,
  )
  const events: string[] = []
  const publish: Publish = (topic, event) => events.push(`${topic} ${'slo' in event ? event.slo : ''}`)
  const monitor = new SLOMonitor(
    { clock, metric: name => registry.metric(name) },
    slos,
    publish,
    {},
    { state: left.monitorState },
  )
  let givenUpCount = 0
  const outbox = { revision: 0, unsent: [] }
  const onGivenUp = () => {
    givenUpCount += 1
  }
  state.start({ registry, lanes, board, monitor, outbox, onGivenUp })
  for (const announcement of memories.lanes) lanes.adopt(announcement, clock.nowMs())
  const drain = () => {
    state.commitBeforeDrain()
    lanes.drain(clock.nowMs())
    state.commitAfterDrain()
  }
  return { state, registry, board, lanes, monitor, broken, events, drain, givenUpCount: () => givenUpCount }
}

export type DurableLanes = ReturnType<typeof createDurableLanes>

/** Everything that can be read of it, with what is left to drain drained. */
export function readOut({ registry, lanes, broken, drain }: DurableLanes, clock: ManualClock) {
  drain()
  const at = { nowMs: clock.nowMs(), timestamp: 0 }
  const series = registry
    .metrics()
    .flatMap(({ allSeries }) => allSeries)
    .map(one => {
      const options = { ...at, labels: one.labels }
      return {
        // Samples of several lanes may come in another order: which of them the window has let go differs then.
        now: snapshotSeries([one], options),
        minute: snapshotSeries([one], { ...options, timeWindowMs: 60_000 }),
        hour: snapshotSeries([one], { ...options, timeWindowMs: 3_600_000 }),
        start: snapshotSeries([one], { ...options, timeWindowMs: Number.POSITIVE_INFINITY }),
        buckets: one.buckets === undefined ? [] : [...one.buckets.counts, one.buckets.isExact],
      }
    })
  const registrations = registry.metrics().map(metric => metric.registrations)
  return rounded({
    series,
    registrations,
    lanes: lanes.snapshot(clock.nowMs()).map(lane => ({ ...lane, silentMs: 0 })),
    lost: lanes.droppedCount,
    broken,
  })
}

/** Sums of the same terms, added up in other batches, may differ in the last bits. */
function rounded<Value>(value: Value): Value {
  if (typeof value === 'number') return Number(value.toPrecision(12)) as Value
  if (Array.isArray(value)) return value.map(rounded) as Value
  if (typeof value !== 'object' || value === null || value instanceof Error) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rounded(one)])) as Value
}

/** A copy of all shared memory, as it is at this moment. */
export function imageOf({ state, lanes }: SharedMemories): SharedMemories {
  return {
    state: copyOf(state),
    lanes: lanes.map(({ type, lane, directory }) => ({
      type,
      lane: copyOf(lane),
      directory: copyOf(directory),
    })),
  }
}

/** Sets all shared memory back to an image of it: as if its aggregator had been stopped then. */
export function setBack(memories: SharedMemories, image: SharedMemories): void {
  const copy = (to: SharedArrayBuffer, from: SharedArrayBuffer) =>
    new Uint8Array(to).fill(0).set(new Uint8Array(from))
  copy(memories.state, image.state)
  memories.lanes.forEach(({ lane, directory }, index) => {
    copy(lane, image.lanes[index]!.lane)
    copy(directory, image.lanes[index]!.directory)
  })
}

function copyOf(buffer: SharedArrayBuffer): SharedArrayBuffer {
  const copy = buffer.growable
    ? new SharedArrayBuffer(buffer.byteLength, { maxByteLength: buffer.byteLength + ROOM_BYTES })
    : new SharedArrayBuffer(buffer.byteLength)
  new Uint8Array(copy).set(new Uint8Array(buffer))
  return copy
}
