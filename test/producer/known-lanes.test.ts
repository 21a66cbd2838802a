import { expect, test, vi } from 'vitest'
import { KnownLanes } from '../../src/producer/known-lanes.ts'
import { createDirectory } from '../../src/shared/memory/directory.ts'
import { createLane, LaneWord, Lease } from '../../src/shared/memory/lane-layout.ts'
import type { LaneAnnouncement } from '../../src/shared/share.ts'

function announced(laneId: number): { announcement: LaneAnnouncement; words: Int32Array } {
  const { buffer, words } = createLane({ capacity: 16, laneId, threadId: 0 })
  return { announcement: { type: 'lane', lane: buffer, directory: createDirectory() }, words }
}

const create = () => new KnownLanes('known-lanes.test', vi.fn())

test('a lane is kept until the aggregator has let go of one that has ended', () => {
  const lanes = create()
  const { announcement, words } = announced(3)
  lanes.add(announcement)
  lanes.add(announcement)
  expect(lanes.announcements).toEqual([announcement])
  Atomics.store(words, LaneWord.ended, 1)
  expect(lanes.announcements, 'what it has left is still to be taken').toHaveLength(1)
  lanes.release(3)
  expect(lanes.announcements).toEqual([])
})

test('a lane whose lease has run out is forgotten, and known again when it is announced again', () => {
  const lanes = create()
  const { announcement, words } = announced(3)
  lanes.add(announcement)
  Atomics.store(words, LaneWord.lease, Lease.retired)
  lanes.release(3)
  expect(lanes.announcements).toEqual([])
  Atomics.store(words, LaneWord.lease, Lease.announced)
  lanes.add(announcement)
  expect(lanes.announcements).toHaveLength(1)
})

test('a lane that was announced again before its release became known is kept, until it has ended', () => {
  const lanes = create()
  const { announcement, words } = announced(3)
  lanes.add(announcement)
  Atomics.store(words, LaneWord.lease, Lease.adopted)
  lanes.release(3)
  expect(lanes.announcements).toHaveLength(1)
  Atomics.store(words, LaneWord.ended, 1)
  lanes.release(3)
  expect(lanes.announcements).toEqual([])
})

test('lanes of threads that come and go do not add up', () => {
  const lanes = create()
  for (let laneId = 0; laneId < 1_000; laneId++) {
    const { announcement, words } = announced(laneId)
    lanes.add(announcement)
    Atomics.store(words, LaneWord.ended, 1)
    lanes.release(laneId)
  }
  expect(lanes.announcements).toEqual([])
})

test('a lane that calls itself the same does not take the place of one that is known', () => {
  const lanes = create()
  const [known, other] = [announced(3), announced(3)]
  lanes.add(known.announcement)
  lanes.add(other.announcement)
  // The same memory, and not only one that looks the same.
  new Float64Array(known.announcement.lane).fill(7, -1)
  expect(new Float64Array(lanes.announcements[0]!.lane).at(-1)).toBe(7)
})

test('what is no lane is passed on to be complained about, and not kept', () => {
  const onLane = vi.fn()
  const lanes = new KnownLanes('known-lanes.test', onLane)
  const hostile = { type: 'lane', lane: new SharedArrayBuffer(8), directory: createDirectory() } as const
  lanes.add(hostile)
  expect(onLane).toHaveBeenCalledExactlyOnceWith(hostile)
  expect(lanes.announcements).toEqual([])
  lanes.release(17)
})

test('closed, it keeps nothing', () => {
  const lanes = create()
  lanes.add(announced(1).announcement)
  lanes.close()
  lanes.add(announced(2).announcement)
  lanes.listen()
  expect(lanes.announcements).toEqual([])
})
