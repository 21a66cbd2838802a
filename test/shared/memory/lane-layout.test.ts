import { describe, expect, test } from 'vitest'
import {
  EXEMPLAR_SLOTS,
  EXEMPLAR_WORDS,
  EXEMPLARS_BYTES,
} from '../../../src/shared/memory/exemplar-layout.ts'
import {
  checkLaneCapacity,
  createLane,
  exemplarsFirstWord,
  HEADER_INCREMENT,
  HEADER_TIME_UNIT,
  LANE_CAPACITY_MAX,
  LANE_CAPACITY_MIN,
  LaneTotal,
  LaneWord,
  laneBytes,
  openLane,
  SLOT_BYTES,
  SLOTS_OFFSET_DOUBLES,
  summaryFirstWord,
} from '../../../src/shared/memory/lane-layout.ts'
import { summaryBytes } from '../../../src/shared/memory/summary-layout.ts'

const coded = (code: string) => expect.objectContaining({ code })

test('no two words of a lane share their bytes, and none lies among the slots', () => {
  const bytes = [
    ...Object.values(LaneWord).map(word => [word * 4, 4] as const),
    ...Object.values(LaneTotal).map(double => [double * 8, 8] as const),
  ].flatMap(([first, size]) => Array.from({ length: size }, (_, offset) => first + offset))
  expect(new Set(bytes).size).toBe(bytes.length)
  expect(Math.max(...bytes)).toBeLessThan(SLOTS_OFFSET_DOUBLES * 8)
})

test('words of the producer and of the aggregator lie 128 bytes apart: neither evicts the other’s cache line', () => {
  const producer = [
    LaneWord.writeIndex,
    LaneWord.dropped,
    LaneWord.heartbeatMs,
    LaneWord.ended,
    LaneWord.afterClose,
  ]
  const aggregator = [LaneWord.readIndex, LaneWord.lease, LaneWord.droppedSeen]
  for (const mine of producer) {
    for (const theirs of aggregator) {
      expect(Math.floor((mine * 4) / 128)).not.toBe(Math.floor((theirs * 4) / 128))
    }
  }
})

test('a slot’s header holds time and id exactly, extremes included', () => {
  for (const timeMs of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
    for (const entryId of [0, 1, HEADER_INCREMENT - 1, HEADER_INCREMENT, 2 * HEADER_INCREMENT - 1]) {
      const header = timeMs * HEADER_TIME_UNIT + entryId
      expect([Math.floor(header / HEADER_TIME_UNIT), header % HEADER_TIME_UNIT]).toEqual([timeMs, entryId])
    }
  }
})

test('exemplars lie behind the summary, each on a cache line of its own, and end with the lane', () => {
  for (const [capacity, summaryPages] of [
    [16, 0],
    [64, 12],
    [65_536, 4_096],
  ] as const) {
    const firstByte = exemplarsFirstWord(capacity, summaryPages) * 4
    expect(firstByte).toBe(summaryFirstWord(capacity) * 4 + summaryBytes(summaryPages))
    expect(firstByte % 64).toBe(0)
    expect(firstByte + EXEMPLAR_SLOTS * EXEMPLAR_WORDS * 4).toBe(laneBytes(capacity, summaryPages))
  }
})

describe('a lane capacity', () => {
  test('is a power of two between the limits', () => {
    for (let capacity = LANE_CAPACITY_MIN; capacity <= LANE_CAPACITY_MAX; capacity *= 2) {
      expect(() => checkLaneCapacity(capacity, 'laneCapacity')).not.toThrow()
    }
  })

  test.each([
    0,
    -16,
    8,
    17,
    24,
    16.5,
    2 ** 25,
    2 ** 32 + 16,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '16',
    null,
    undefined,
    16n,
    {},
  ])('is not %s', capacity => {
    expect(() => checkLaneCapacity(capacity, 'laneCapacity')).toThrow(coded('OFFLOOP_LANE_SIZE'))
    expect(() => checkLaneCapacity(capacity, 'laneCapacity')).toThrow(
      'use a power of two from 16 to 16777216',
    )
  })
})

describe('opening a lane', () => {
  test('shows what its maker said, over the same memory', () => {
    const lane = createLane({ capacity: 32, laneId: 3, threadId: 9, firstIndex: 2 ** 32 - 1 })
    const opened = openLane(lane.buffer)
    expect(opened).toMatchObject({ capacity: 32, laneId: 3, threadId: 9 })
    expect(opened.buffer).toBe(lane.buffer)
    expect([opened.words[LaneWord.writeIndex], opened.words[LaneWord.readIndex]]).toEqual([-1, -1])
    expect(lane.buffer.byteLength).toBe(laneBytes(32, 0))
    expect(laneBytes(32, 0)).toBe(SLOTS_OFFSET_DOUBLES * 8 + 32 * SLOT_BYTES + EXEMPLARS_BYTES)
  })

  test.each<[string, (words: Int32Array) => void, string]>([
    ['another layout', words => words[LaneWord.layoutVersion]!++, 'OFFLOOP_SHARE_VERSION'],
    ['no lane at all', words => words.fill(0), 'OFFLOOP_SHARE_VERSION'],
    [
      'a capacity of 0',
      words => {
        words[LaneWord.capacity] = 0
      },
      'OFFLOOP_LANE_SIZE',
    ],
    [
      'a capacity that is no power of two',
      words => {
        words[LaneWord.capacity] = 33
      },
      'OFFLOOP_LANE_SIZE',
    ],
  ])('of %s is refused', (_, damage, code) => {
    const lane = createLane({ capacity: 32, laneId: 0, threadId: 0 })
    damage(lane.words)
    expect(() => openLane(lane.buffer)).toThrow(coded(code))
  })

  test('that is shorter or longer than it says is refused', () => {
    for (const capacity of [16, 64]) {
      const lane = createLane({ capacity: 32, laneId: 0, threadId: 0 })
      lane.words[LaneWord.capacity] = capacity
      expect(() => openLane(lane.buffer)).toThrow(/as long as its capacity says/)
    }
    expect(() => openLane(new SharedArrayBuffer(0))).toThrow(coded('OFFLOOP_SHARE_VERSION'))
  })
})
