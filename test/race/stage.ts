/** What both threads find when they begin: control block, lane, directory with one metric, and the lane's writer. */
import type { LaneCode } from './bundled-code.ts'
import type { Access, Location } from './model-memory.ts'
import { type Scenario, sampleOf } from './scenario.ts'

/** Buffers in the order in which the stage makes them. */
const BUFFERS = ['control', 'lane', 'directory'] as const

const SERIES_COUNT = 2

export function setStage(code: LaneCode, scenario: Scenario) {
  const { capacity, firstIndex, publishEvery, prefilled = 0, drained = 0 } = scenario
  const { summaryPages = 0, summarized = 0, seriesCount = SERIES_COUNT } = scenario
  const { Int32Array: Words, Atomics: atomics } = code.modelled
  const words = new Words(code.createControlBlock())
  const lane = code.createLane({ capacity, laneId: 0, threadId: 7, firstIndex, summaryPages })
  const directory = new code.DirectoryWriter(code.createDirectory())
  const descriptor = code.describeMetric('gauge', 'level', { labelNames: ['n'] })
  const metric = directory.append({ type: 'metric', descriptor })
  const entries = [metric]
  const register = () => {
    const series = {
      type: 'series',
      metricEntryId: metric.entryId,
      labelValues: [String(entries.length - 1)],
      isOverflow: false,
    } as const
    entries.push(directory.append(series))
  }
  for (let series = 0; series < seriesCount; series++) register()
  let announcedCount = 0
  const writer = new code.LaneWriter(lane, words, directory, publishEvery, () => {
    // As the recorder does it, in its order; the message is what the count stands for.
    atomics.store(directory.words, code.RETIRED_WORD, 0)
    atomics.store(lane.words, code.LaneWord.lease, code.Lease.announced)
    announcedCount++
  })
  atomics.store(words, code.ControlWord.aggregatorState, code.AggregatorState.running)
  return {
    code,
    atomics,
    control: words,
    lane,
    directory,
    /** The metric's entry, and then one for each series. */
    entries,
    register,
    writer,
    /** Pushes the samples that are there before the first explored step.
     *  @param drain takes what has been published: called before a lane is half full of what is not to stay */
    prefill: (drain: () => void) => {
      for (let ordinal = 0; ordinal < drained + prefilled + summarized; ordinal++) {
        const { series, value } = sampleOf(ordinal, seriesCount)
        writer.push(entries[series + 1]!.entryId, value)
        const isLast = ordinal === drained - 1
        if (isLast) writer.publish()
        if (isLast || (ordinal < drained && ordinal % (capacity >> 2) === 0)) drain()
      }
    },
    announcement: { type: 'lane', lane: lane.buffer, directory: directory.buffer } as const,
    announcedCount: () => announcedCount,
  }
}

export type Stage = ReturnType<typeof setStage>

/** A location as the layout names it, such as `lane.writeIndex` or `lane slot 3 value`. */
export function nameLocation({ LaneWord, LaneTotal, ControlWord, ...code }: LaneCode) {
  const slotsByte = code.SLOTS_OFFSET_DOUBLES * 8
  const nameOf = (words: Readonly<Record<string, number>>, index: number) =>
    Object.keys(words).find(name => words[name] === index)
  return ({ buffer, byte, bytes }: Location): string => {
    const place = BUFFERS[buffer] ?? 'buffer'
    if (place === 'control') return `control.${nameOf(ControlWord, byte / 4) ?? byte}`
    if (place === 'lane' && byte >= slotsByte) {
      const part = byte % code.SLOT_BYTES === 0 ? 'header' : 'value'
      return `slot ${Math.floor((byte - slotsByte) / code.SLOT_BYTES)} ${part}`
    }
    if (place === 'lane') {
      return `lane.${(bytes === 4 ? nameOf(LaneWord, byte / 4) : `total ${nameOf(LaneTotal, byte / 8)}`) ?? byte}`
    }
    // Entries begin anywhere: the byte is the name, but for the word before all entries.
    return byte === 0 ? 'directory.published' : `directory byte ${byte}`
  }
}

/** Asks of an access where it goes, in terms of the stage. */
export function placeOf(stage: Stage) {
  const { LaneWord, LaneTotal, ControlWord, EntryWord, SLOTS_OFFSET_DOUBLES } = stage.code
  const summaryByte = stage.code.summaryFirstWord(stage.lane.capacity) * 4
  const isAt = (buffer: number, byte: number) => (access: Access) =>
    access.location.buffer === buffer && access.location.byte === byte
  const laneWord = (word: number) => isAt(1, word * 4)
  return {
    isWriteIndex: laneWord(LaneWord.writeIndex),
    isReadIndex: laneWord(LaneWord.readIndex),
    isLease: laneWord(LaneWord.lease),
    isDropped: laneWord(LaneWord.dropped),
    isSummarized: laneWord(LaneWord.summarized),
    isAfterClose: laneWord(LaneWord.afterClose),
    isDrainedTotal: isAt(1, LaneTotal.drained * 8),
    isClock: isAt(0, ControlWord.clockMs * 4),
    isAggregatorState: isAt(0, ControlWord.aggregatorState * 4),
    isSlot: ({ location }: Access) =>
      location.buffer === 1 && location.byte >= SLOTS_OFFSET_DOUBLES * 8 && location.byte < summaryByte,
    /** Which series' count of dropped samples it is; −1 if it is none. */
    droppedSeries: ({ location }: Access) =>
      location.buffer !== 2
        ? -1
        : stage.entries.findIndex(({ firstWord }) => location.byte === (firstWord + EntryWord.dropped) * 4) -
          1,
  }
}
