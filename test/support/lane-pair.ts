/** One lane with both ends on this thread, so that writer and reader can be played against each other step by step. */
import { LaneWriter } from '../../src/producer/lane-writer.ts'
import { ControlWord, createControlBlock } from '../../src/shared/memory/control-block.ts'
import { createDirectory, DirectoryWriter } from '../../src/shared/memory/directory.ts'
import { createLane, LaneWord } from '../../src/shared/memory/lane-layout.ts'
import { describeMetric, type MetricKind } from '../../src/shared/metric.ts'
import type { LaneAnnouncement } from '../../src/shared/share.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import type { Series } from '../../src/shared/statistics/series.ts'
import { LaneReader } from '../../src/worker/lane-reader.ts'
import { ManualClock } from './manual-clock.ts'

/** A sample as it arrived. */
export interface Arrival {
  /** Which of the pair's series, by the value of its label `n`. */
  readonly series: number
  readonly value: number
  readonly timeMs: number
}

export interface LanePairOptions {
  readonly capacity?: number
  readonly publishEvery?: number
  readonly firstIndex?: number
  readonly seriesCount?: number
  readonly kind?: MetricKind
  readonly laneId?: number
  /** Pages of the lane's summary; without any a full lane drops. */
  readonly summaryPages?: number
  readonly windowCapacity?: number
}

export function createLanePair(options: LanePairOptions = {}) {
  const {
    capacity = 16,
    publishEvery = 1,
    firstIndex = 0,
    seriesCount = 1,
    kind = 'gauge',
    laneId = 0,
    summaryPages = 0,
    windowCapacity = 100_000,
  } = options
  const control = new Int32Array(createControlBlock())
  const clock = new ManualClock()
  const lane = createLane({ capacity, laneId, threadId: 7, firstIndex, summaryPages })
  const directory = new DirectoryWriter(createDirectory())
  const metric = directory.append({
    type: 'metric',
    descriptor: describeMetric(kind, 'level', { labelNames: ['n'] }),
  })
  const entryIds = Array.from({ length: seriesCount }, (_, index) => {
    const entry = {
      type: 'series',
      metricEntryId: metric.entryId,
      labelValues: [String(index)],
      isOverflow: false,
    } as const
    return directory.append(entry).entryId
  })
  const registry = new MetricRegistry({ clock, windowCapacity, maxSeriesPerMetric: 100_000 })
  const announcement: LaneAnnouncement = { type: 'lane', lane: lane.buffer, directory: directory.buffer }
  const arrivals: Arrival[] = []
  const series: Series[] = []
  const conflicts: unknown[] = []
  const losses: number[] = []
  const newReader = () =>
    new LaneReader(announcement, registry, clock.nowMs(), {
      onConflict: error => conflicts.push(error),
      onLost: count => losses.push(count),
      onSeries: one => {
        if (!series.includes(one)) series.push(one)
        listen(one, arrivals)
      },
    })
  const writer = new LaneWriter(lane, control, directory, publishEvery)
  return {
    control,
    clock,
    lane,
    directory,
    metric,
    entryIds,
    registry,
    announcement,
    arrivals,
    series,
    conflicts,
    losses,
    writer,
    reader: newReader(),
    newReader,
    setCoarseClock: (timeMs: number) => Atomics.store(control, ControlWord.clockMs, timeMs | 0),
    /** Samples the reader could take by now. */
    visibleCount: () => (lane.words[LaneWord.writeIndex]! - lane.words[LaneWord.readIndex]!) | 0,
  }
}

export type LanePair = ReturnType<typeof createLanePair>

/** Writes down what is folded into the series, on its way there. */
function listen(series: Series, arrivals: Arrival[]): void {
  if (Object.hasOwn(series, 'record')) return
  const number = Number(series.labels['n'])
  for (const method of ['record', 'increment'] as const) {
    const fold = series[method].bind(series)
    series[method] = (value, timeMs) => {
      arrivals.push({ series: number, value, timeMs: timeMs >>> 0 })
      fold(value, timeMs)
    }
  }
}
