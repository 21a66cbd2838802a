/** What is posted where lanes are announced may be anything: no announcement has no effect, and one memory is one lane. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAnnouncement } from '../../../src/shared/announcement-check.ts'
import { createDirectory } from '../../../src/shared/memory/directory.ts'
import { createLane, LaneWord, Lease } from '../../../src/shared/memory/lane-layout.ts'
import { createLanes, createRecorder, createShare } from '../../support/recording.ts'

const lane = createLane({ capacity: 16, laneId: 0, threadId: 1 }).buffer
const directory = createDirectory()

test('an announcement is one', () => {
  expect(isAnnouncement(structuredClone({ type: 'lane', lane, directory }))).toBe(true)
})

test.each<[string, unknown]>([
  ['null', null],
  ['undefined', undefined],
  ['a number', 1e9],
  ['a text', 'lane'],
  ['a function', () => {}],
  ['an empty object', {}],
  ['an array', [{ type: 'lane', lane, directory }]],
  ['another type', { type: 'Lane', lane, directory }],
  ['a length in the place of a lane', { type: 'lane', lane: 1e9, directory }],
  ['an array in the place of a lane', { type: 'lane', lane: [1, 2], directory }],
  ['memory that is not shared', { type: 'lane', lane: new ArrayBuffer(lane.byteLength), directory }],
  ['a view of a lane', { type: 'lane', lane: new Int32Array(lane), directory }],
  ['an empty lane', { type: 'lane', lane: new SharedArrayBuffer(0), directory }],
  ['a lane without slots', { type: 'lane', lane: new SharedArrayBuffer(384), directory }],
  ['no directory', { type: 'lane', lane }],
  ['an empty directory', { type: 'lane', lane, directory: new SharedArrayBuffer(0, { maxByteLength: 64 }) }],
  ['a directory that cannot grow', { type: 'lane', lane, directory: new SharedArrayBuffer(65_536) }],
  [
    'a directory that grows without end',
    { type: 'lane', lane, directory: new SharedArrayBuffer(65_536, { maxByteLength: 2 ** 30 }) },
  ],
  ['a directory for a lane', { type: 'lane', lane: directory, directory }],
  ['a lane for a directory', { type: 'lane', lane, directory: lane }],
  [
    'a lane that grows',
    { type: 'lane', lane: new SharedArrayBuffer(640, { maxByteLength: 2 ** 20 }), directory },
  ],
])('%s is no announcement', (_, message) => {
  expect(isAnnouncement(message)).toBe(false)
})

test('nothing at random is an announcement', () => {
  fc.assert(
    fc.property(fc.anything(), message => {
      expect(isAnnouncement(message)).toBe(false)
    }),
  )
})

/** Threads of one telemetry, each with a metric of its own, and what each has recorded. */
function threads(count: number) {
  const share = createShare()
  const aggregator = createLanes(share)
  const all = Array.from({ length: count }, (_, thread) => {
    const { recorder, announcements } = createRecorder(share, { threadId: thread + 1 })
    const announcement = announcements[0]!
    const words = new Int32Array(announcement.lane)
    // As it arrives: a new object for the same memory, each time.
    const announce = () => aggregator.lanes.adopt(structuredClone(announcement), 0)
    return { recorder, echo: recorder.latency(`echo_${thread}`), announcement, words, announce }
  })
  const drain = () => aggregator.lanes.drain(0)
  const totals = () => all.map((_, thread) => aggregator.registry.metric(`echo_${thread}`)?.series([]).total)
  return { ...aggregator, all, drain, totals }
}

describe('lane ids that cannot be trusted', () => {
  test('two threads that were given one id are both served, and neither is counted twice', () => {
    const { all, lanes, drain, totals, broken } = threads(3)
    // Somebody has set back the word that ids are taken from.
    for (const { words } of all) words[LaneWord.laneId] = 0
    for (let round = 1; round <= 3; round++) {
      for (const { announce } of all) announce()
      for (const { echo } of all) echo.record(round)
      drain()
      expect(totals()).toEqual([round, round, round])
    }
    expect(lanes.snapshot(0).map(({ laneId, threadId }) => [laneId, threadId])).toEqual([
      [0, 1],
      [-1, 2],
      [-2, 3],
    ])
    expect(broken).toEqual([])
  })

  test('a lane that changes its id is still the same lane, also when it takes that of another', () => {
    const { all, lanes, drain, totals } = threads(2)
    for (const { announce } of all) announce()
    for (const laneId of [7, 1, -1, 2 ** 31 - 1]) {
      all[0]!.words[LaneWord.laneId] = laneId
      all[0]!.announce()
      for (const { echo } of all) echo.record(1)
      drain()
    }
    expect(totals()).toEqual([4, 4])
    expect([...lanes.readers]).toHaveLength(2)
  })

  test('a thread that was given the id of a lane in quarantine is served', () => {
    const { all, lanes, drain, totals } = threads(2)
    all[0]!.announce()
    all[0]!.words[LaneWord.writeIndex] = 2 ** 30
    drain()
    all[1]!.words[LaneWord.laneId] = 0
    all[1]!.announce()
    all[1]!.echo.record(1)
    drain()
    expect(totals()).toEqual([0, 1])
    expect(lanes.quarantinedCount).toBe(1)
  })
})

describe('memory of others', () => {
  test('another thread’s lane with one’s own directory is that thread’s lane, if it was there first', () => {
    const { all, lanes, drain, totals } = threads(2)
    for (const { announce } of all) announce()
    const [first, second] = all as [(typeof all)[0], (typeof all)[0]]
    lanes.adopt({ ...first.announcement, directory: second.announcement.directory }, 0)
    for (const { echo } of all) echo.record(1)
    drain()
    expect(totals()).toEqual([1, 1])
  })

  test('one directory for two lanes counts its counters once', () => {
    const { all, lanes, drain, registry } = threads(1)
    const { announcement, recorder, announce } = all[0]!
    announce()
    const other = createLane({ capacity: 16, laneId: 99, threadId: 9 })
    lanes.adopt({ type: 'lane', lane: other.buffer, directory: announcement.directory }, 0)
    recorder.counter('hits').add(5)
    for (let round = 0; round < 3; round++) drain()
    expect(registry.metric('hits')?.series([]).total).toBe(5)
  })

  test('memory without a lane in it is refused once, and left as it is', () => {
    const { lanes, broken } = createLanes(createShare())
    const foreign = new SharedArrayBuffer(lane.byteLength)
    const words = new Int32Array(foreign).fill(7)
    for (let time = 0; time < 3; time++) lanes.adopt({ type: 'lane', lane: foreign, directory }, 0)
    expect(broken).toHaveLength(1)
    expect([words[LaneWord.lease], [...lanes.readers].length]).toEqual([7, 0])
  })
})

test('lanes without end: so many are adopted, the others are set aside, and those before go on', () => {
  const { lanes, broken, registry } = createLanes(createShare())
  const { recorder, announcements } = createRecorder(createShare(), { threadId: 7 })
  lanes.adopt(announcements[0]!, 0)
  for (let laneId = 1; laneId < 4_106; laneId++) {
    const made = createLane({ capacity: 16, laneId, threadId: 8 })
    lanes.adopt({ type: 'lane', lane: made.buffer, directory }, 0)
    if (laneId >= 4_096) expect(made.words[LaneWord.lease]).toBe(Lease.quarantined)
  }
  recorder.latency('echo').record(1)
  lanes.drain(0)
  expect([[...lanes.readers].length, broken.length, lanes.quarantinedCount]).toEqual([4_096, 10, 10])
  expect(registry.metric('echo')?.series([]).total).toBe(1)
})

test('a lane in quarantine that is overwritten further, and announced under one id after another, is said once', () => {
  const { all, drain, broken, lanes } = threads(2)
  for (const { announce } of all) announce()
  const [hostile] = all
  hostile!.words[LaneWord.writeIndex] = 2 ** 30
  drain()
  for (let laneId = 100; laneId < 110; laneId++) {
    hostile!.words.fill(laneId, 0, 96)
    hostile!.announce()
    drain()
  }
  expect([broken.length, lanes.quarantinedCount, [...lanes.readers].length]).toEqual([1, 1, 1])
})
