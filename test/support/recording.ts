/** A recorder and the lanes of an aggregator, both on this thread: what is recorded is there after `drain()`. */
import { onTestFinished } from 'vitest'
import { Recorder } from '../../src/producer/recorder.ts'
import { createBoard } from '../../src/shared/memory/board.ts'
import { createControlBlock } from '../../src/shared/memory/control-block.ts'
import type { LaneAnnouncement, TelemetryShare } from '../../src/shared/share.ts'
import { SHARE_VERSION } from '../../src/shared/share.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { BoardPublisher } from '../../src/worker/board-publisher.ts'
import { LaneSet } from '../../src/worker/lane-set.ts'
import { ManualClock } from './manual-clock.ts'

export function createShare(options: Partial<TelemetryShare> = {}): TelemetryShare {
  return {
    offloop: SHARE_VERSION,
    id: 'offloop:test',
    service: 'test',
    control: createControlBlock(),
    board: createBoard(),
    origin: { monotonicNs: 0n, epochMs: 0 },
    laneCapacity: 1_024,
    overflow: 'summarize',
    windowCapacity: 100,
    maxSeriesPerMetric: 4,
    markCapacity: 64,
    ...options,
  }
}

/** What an aggregator keeps of its lanes, with a clock that stands still until told. */
export function createLanes(share: TelemetryShare) {
  const clock = new ManualClock()
  const registry = new MetricRegistry({
    clock,
    windowCapacity: share.windowCapacity,
    maxSeriesPerMetric: share.maxSeriesPerMetric,
  })
  const board = new BoardPublisher(share.board, clock)
  const conflicts: unknown[] = []
  const broken: { laneId: number; threadId: number; error: unknown }[] = []
  const released: number[] = []
  const losses: { count: number; threadId: number }[] = []
  const lanes = new LaneSet(registry, {
    onSeries: (series, directory, firstWord) => board.assign(series, directory, firstWord),
    onConflict: error => conflicts.push(error),
    onLost: (count, threadId) => losses.push({ count, threadId }),
    onBroken: (threadId, error, laneId) => broken.push({ laneId, threadId, error }),
    onReleased: laneId => released.push(laneId),
  })
  return { share, clock, registry, board, lanes, conflicts, broken, released, losses }
}

/** The recorder of one more thread. Its lane is not adopted by anyone until it is announced. */
export function createRecorder(
  share: TelemetryShare,
  options: Partial<Omit<ConstructorParameters<typeof Recorder>[0], 'share'>> = {},
) {
  const announcements: LaneAnnouncement[] = []
  const recorder = new Recorder({
    share,
    threadId: 1,
    publishEvery: 1,
    announce: announcement => announcements.push(announcement),
    ...options,
  })
  onTestFinished(() => recorder.close())
  return { recorder, announcements }
}

export function createRecording(options: Partial<TelemetryShare> = {}) {
  const share = createShare(options)
  const aggregator = createLanes(share)
  const { recorder, announcements } = createRecorder(share)
  aggregator.lanes.adopt(announcements[0]!, 0)
  const drain = () => {
    recorder.publish()
    return aggregator.lanes.drain(aggregator.clock.nowMs())
  }
  const seriesOf = (name: string, labelValues: readonly string[] = []) => {
    drain()
    const metric = aggregator.registry.metric(name)
    const series = metric?.series(labelValues)
    if (series === undefined) throw new Error(`no series of ${name}`)
    return series
  }
  const laneOf = () => aggregator.lanes.snapshot(aggregator.clock.nowMs())[0]!
  return { ...aggregator, recorder, announcements, drain, seriesOf, laneOf }
}
