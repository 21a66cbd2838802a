/** The production modules under test, as one entry: what is bundled, changed where a case says so, and explored. */
export { LaneWriter } from '../../src/producer/lane-writer.ts'
export { AggregatorState, ControlWord, createControlBlock } from '../../src/shared/memory/control-block.ts'
export {
  createDirectory,
  DirectoryWriter,
  EntryWord,
  RETIRED_WORD,
} from '../../src/shared/memory/directory.ts'
export {
  createLane,
  LaneTotal,
  LaneWord,
  Lease,
  SLOT_BYTES,
  SLOTS_OFFSET_DOUBLES,
  summaryFirstWord,
} from '../../src/shared/memory/lane-layout.ts'
export { describeMetric } from '../../src/shared/metric.ts'
export { LaneReader } from '../../src/worker/lane-reader.ts'
