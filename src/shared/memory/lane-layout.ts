/** The lane: a ring of samples from one producing thread to the aggregator. Its bytes, and how one is made. */
import { assert, TelemetryError } from '../errors.ts'
import { checkMemory } from './corrupt-memory.ts'
import { EXEMPLARS_BYTES } from './exemplar-layout.ts'
import { isSummaryPageCount, summaryBytes } from './summary-layout.ts'

// byte  size  type  writer      word
//    0     4  i32   creator     magic
//    4     4  i32   creator     layout version
//    8     4  i32   creator     capacity, in slots: a power of two
//   12     4  i32   creator     lane id, unique within the telemetry
//   16     4  i32   creator     thread id
//   20     4  i32   creator     pages of the summary behind the slots; 0: a full lane drops
//  128     4  i32   producer    write index, runs free through 2^32: slots before it may be read
//  132     4  i32   producer    dropped samples, wraps
//  136     4  i32   producer    heartbeat: the coarse clock when this thread's loop last turned
//  140     4  i32   producer    1 once the thread has ended or let go of the lane
//  144     4  i32   producer    marks abandoned, wraps
//  148     4  i32   producer    marks rejected, wraps
//  152     4  i32   producer    samples recorded after close, wraps
//  156     4  i32   producer    summarized samples, wraps
//  160     4  i32   producer    headers of the summary in use
//  164     4  i32   producer    pages of the summary in use, headers apart
//  168     4  i32   producer    exemplars written, wraps
//  172     4  i32   producer    exemplars rejected: their ids were none, wraps
//  256     4  i32   aggregator  read index, runs free: slots before it may be written
//  260     4  i32   in turn     lease: who drains this lane
//  264     4  i32   aggregator  dropped samples seen
//  268     4  i32   aggregator  summarized samples seen
//  272     8  f64   aggregator  dropped samples, since the start
//  280     8  f64   aggregator  drained samples, since the start
//  288     8  f64   aggregator  summarized samples added in, since the start
//  296     4  i32   aggregator  identity: tells whether two announcements speak of one memory; 0 before it is adopted
//  384    16  slot  producer    f64 header = time * 2^21 + entry id, f64 value; `capacity` of them
//    …              both        the summary: see summary-layout.ts
//    …              producer    exemplars: see exemplar-layout.ts
//
// A slot's header is a whole number below 2^53: time is the coarse clock (u32), bit 20 says that the value is a counter's
// increment, the low 20 bits are the entry id. One view and two stores make a push a fifth cheaper than an i32 pair and
// an f64 through two views (docs/adr/0002).
//
// Producer and aggregator words lie 128 bytes apart, so that neither evicts the other's cache line (adjacent lines
// are fetched in pairs on x86; lines are 128 bytes wide on some arm64).
const MAGIC = 0x4c4f_4f50
export const LANE_LAYOUT_VERSION = 3

/** Indices of the words, in units of 4 bytes. */
export const LaneWord = {
  magic: 0,
  layoutVersion: 1,
  capacity: 2,
  laneId: 3,
  threadId: 4,
  summaryPages: 5,
  writeIndex: 32,
  dropped: 33,
  heartbeatMs: 34,
  ended: 35,
  marksAbandoned: 36,
  marksRejected: 37,
  afterClose: 38,
  summarized: 39,
  summaryHeadersUsed: 40,
  summaryPagesUsed: 41,
  exemplars: 42,
  exemplarsRejected: 43,
  readIndex: 64,
  lease: 65,
  droppedSeen: 66,
  summarizedSeen: 67,
  identity: 74,
} as const

/** Indices of the totals, in units of 8 bytes. */
export const LaneTotal = { dropped: 34, drained: 35, summarized: 36 } as const

/** States of the lease. A retired lane is one whose thread fell silent: it announces itself again if it comes back. One
 *  in quarantine held what makes no sense: nobody drains it ever again, and its writer drops what comes. */
export const Lease = { announced: 0, adopted: 1, retired: 2, quarantined: 3 } as const

const SLOTS_OFFSET_BYTES = 384
export const SLOT_BYTES = 16
/** What one millisecond of the coarse clock adds to a slot's header. */
export const HEADER_TIME_UNIT: number = 2 ** 21
/** What marks a slot's value as an increment of a counter. */
export const HEADER_INCREMENT: number = 2 ** 20
/** Entry ids are below this. */
export const ENTRY_IDS_MAX: number = 2 ** 20

/** The first slot, in units of 8 bytes. */
export const SLOTS_OFFSET_DOUBLES: number = SLOTS_OFFSET_BYTES / 8

export const LANE_CAPACITY_DEFAULT = 65_536
export const LANE_CAPACITY_MIN = 16
/** 256 MiB a lane. */
export const LANE_CAPACITY_MAX: number = 2 ** 24

assert(2 ** 32 * HEADER_TIME_UNIT <= Number.MAX_SAFE_INTEGER + 1, 'headers are exact')
assert(ENTRY_IDS_MAX === HEADER_INCREMENT, 'an entry id never reaches into the increment bit')
assert(SLOTS_OFFSET_BYTES % SLOT_BYTES === 0, 'slots lie on whole slots')
assert((LaneWord.readIndex - LaneWord.writeIndex) * 4 >= 128, 'the indices lie 128 bytes apart')
assert(LaneTotal.summarized * 8 < SLOTS_OFFSET_BYTES - 64, 'the totals end before the slots')

/** A lane's memory, seen through the views its users need. */
export interface LaneMemory {
  readonly buffer: SharedArrayBuffer
  /** Control words. */
  readonly words: Int32Array
  /** Totals and slots. */
  readonly doubles: Float64Array
  readonly capacity: number
  readonly laneId: number
  readonly threadId: number
  /** Pages of the summary; 0: a full lane drops. */
  readonly summaryPages: number
}

export function laneBytes(capacity: number, summaryPages: number): number {
  return SLOTS_OFFSET_BYTES + capacity * SLOT_BYTES + summaryBytes(summaryPages) + EXEMPLARS_BYTES
}

/** Index of the summary's first word. */
export function summaryFirstWord(capacity: number): number {
  return (SLOTS_OFFSET_BYTES + capacity * SLOT_BYTES) / 4
}

/** Index of the first exemplar's first word. */
export function exemplarsFirstWord(capacity: number, summaryPages: number): number {
  return (laneBytes(capacity, summaryPages) - EXEMPLARS_BYTES) / 4
}

/** @throws TelemetryError OFFLOOP_LANE_SIZE */
export function checkLaneCapacity(capacity: unknown, at: string): asserts capacity is number {
  const isWhole = typeof capacity === 'number' && Number.isInteger(capacity)
  const isInRange = isWhole && capacity >= LANE_CAPACITY_MIN && capacity <= LANE_CAPACITY_MAX
  if (isInRange && (capacity & (capacity - 1)) === 0) return
  throw new TelemetryError('OFFLOOP_LANE_SIZE', {
    at,
    got: capacity,
    fix: `use a power of two from ${LANE_CAPACITY_MIN} to ${LANE_CAPACITY_MAX}`,
  })
}

/** A fresh lane. `firstIndex` lets a test begin just before the indices wrap.
 *  @param options.summaryPages without them a full lane drops */
export function createLane(options: {
  capacity: number
  laneId: number
  threadId: number
  firstIndex?: number
  summaryPages?: number
}): LaneMemory {
  const { capacity, summaryPages = 0 } = options
  checkLaneCapacity(capacity, 'laneCapacity')
  assert(isSummaryPageCount(summaryPages), 'a summary has so many pages')
  const buffer = new SharedArrayBuffer(laneBytes(capacity, summaryPages))
  const words = new Int32Array(buffer)
  words[LaneWord.magic] = MAGIC
  words[LaneWord.layoutVersion] = LANE_LAYOUT_VERSION
  words[LaneWord.capacity] = capacity
  words[LaneWord.laneId] = options.laneId
  words[LaneWord.threadId] = options.threadId
  words[LaneWord.summaryPages] = summaryPages
  words[LaneWord.writeIndex] = options.firstIndex ?? 0
  words[LaneWord.readIndex] = options.firstIndex ?? 0
  return openLane(buffer)
}

/** Whether memory begins like a lane, of whatever version. */
export function hasLaneMagic(words: Int32Array): boolean {
  return words[LaneWord.magic] === MAGIC
}

/** The views of a lane that another thread made.
 *  @throws TelemetryError OFFLOOP_SHARE_VERSION when its layout is not ours, OFFLOOP_LANE_SIZE; CorruptMemory */
export function openLane(buffer: SharedArrayBuffer): LaneMemory {
  const words = new Int32Array(buffer)
  if (!hasLaneMagic(words) || words[LaneWord.layoutVersion] !== LANE_LAYOUT_VERSION) {
    throw new TelemetryError('OFFLOOP_SHARE_VERSION', {
      got: words[LaneWord.layoutVersion],
      fix: 'use one version of offloop in all threads of the process',
    })
  }
  const capacity = words[LaneWord.capacity]!
  checkLaneCapacity(capacity, 'lane')
  const summaryPages = words[LaneWord.summaryPages]!
  const isLong = isSummaryPageCount(summaryPages) && buffer.byteLength === laneBytes(capacity, summaryPages)
  checkMemory(isLong, 'a lane is as long as its capacity says, and its summary')
  return {
    buffer,
    words,
    doubles: new Float64Array(buffer),
    capacity,
    laneId: words[LaneWord.laneId]!,
    threadId: words[LaneWord.threadId]!,
    summaryPages,
  }
}
