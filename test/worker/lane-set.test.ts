import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ControlWord } from '../../src/shared/memory/control-block.ts'
import { LaneWord } from '../../src/shared/memory/lane-layout.ts'
import { createLanes, createRecorder, createRecording, createShare } from '../support/recording.ts'

const LEASE_MS = 10_000
const NOTICE_MS = 1_000
const HEARTBEAT_MS_MAX = 200

describe('adopting', () => {
  test('a lane that is announced twice is taken on once, and read once', () => {
    const { lanes, announcements, recorder, registry } = createRecording()
    const echo = recorder.latency('echo')
    lanes.drain(0)
    for (let count = 1; count <= 3; count++) {
      recorder.latency('echo')
      echo.record(count)
      lanes.adopt(announcements[0]!, 0)
      lanes.drain(0)
      expect(registry.metric('echo')?.registrations).toBe(1 + count)
    }
    expect([...lanes.readers]).toHaveLength(1)
    expect(registry.metric('echo')?.series([]).total).toBe(3)
  })

  test('what was recorded before anyone listened is all there', () => {
    const share = createShare()
    const { recorder, announcements } = createRecorder(share)
    const [echo, hits] = [recorder.latency('echo'), recorder.counter('hits')]
    for (let count = 0; count < 100; count++) {
      echo.record(count)
      hits.add(2)
    }
    const { lanes, registry } = createLanes(share)
    lanes.adopt(announcements[0]!, 0)
    lanes.drain(0)
    expect(['echo', 'hits'].map(name => registry.metric(name)?.series([]).total)).toEqual([100, 200])
  })

  test('memory that makes no sense is refused, said, and harms no other lane', () => {
    const share = createShare()
    const { lanes, broken, registry } = createLanes(share)
    const [good, bad] = [createRecorder(share), createRecorder(share)]
    new Int32Array(bad.announcements[0]!.lane)[LaneWord.magic] = 0
    for (const { announcements } of [bad, good]) lanes.adopt(announcements[0]!, 0)
    good.recorder.latency('echo').record(1)
    lanes.drain(0)
    expect(broken).toHaveLength(1)
    expect([[...lanes.readers].length, registry.metric('echo')?.series([]).total]).toEqual([1, 1])
  })
})

describe('a thread that has ended', () => {
  test('leaves what it published: its lane is drained in full, then released once', () => {
    const { lanes, recorder, registry, released } = createRecording()
    const [echo, hits] = [recorder.latency('echo'), recorder.counter('hits')]
    for (let count = 0; count < 50; count++) echo.record(count)
    hits.add(7)
    recorder.close()
    expect(lanes.drain(0)).toBe(50)
    expect(['echo', 'hits'].map(name => registry.metric(name)?.series([]).total)).toEqual([50, 7])
    expect([lanes.drain(0), released, [...lanes.readers]]).toEqual([0, [0], []])
  })

  test('stays in the sum of losses, though its lane is gone', () => {
    const { lanes, recorder, losses } = createRecording({ laneCapacity: 16, overflow: 'drop' })
    for (let count = 0; count < 20; count++) recorder.latency('echo').record(count)
    recorder.close()
    lanes.drain(0)
    lanes.drain(0)
    expect([lanes.droppedCount, losses]).toEqual([4, [{ count: 4, threadId: 1 }]])
  })

  test('is counted once, though its lane is announced again afterwards: announcements come by two ways', () => {
    const { lanes, recorder, registry, released, announcements, losses } = createRecording({
      laneCapacity: 16,
      overflow: 'drop',
    })
    const hits = recorder.counter('hits')
    recorder.counter('hits')
    for (let count = 0; count < 20; count++) recorder.latency('echo').record(count)
    hits.add(3)
    recorder.close()
    const reading = () => ({
      totals: ['echo', 'hits'].map(name => registry.metric(name)?.series([]).total),
      registrations: registry.metric('hits')?.registrations,
      lost: [lanes.droppedCount, registry.metric('echo')?.series([]).lost],
    })
    lanes.drain(0)
    const before = reading()
    lanes.adopt(announcements[0]!, 0)
    lanes.drain(0)
    expect(reading()).toEqual(before)
    expect(before).toMatchObject({ totals: [16, 3], lost: [4, 4] })
    expect(losses).toHaveLength(1)
    expect([...released, [...lanes.readers].length]).toEqual([0, 0, 0])
  })
})

describe('the lease', () => {
  /** A recorder that beats with fake timers, and an aggregator that ticks and tells the coarse clock. */
  function leased(overflow: 'summarize' | 'drop' = 'drop') {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const recording = createRecording({ laneCapacity: 16, overflow })
    const control = new Int32Array(recording.share.control)
    const passMs = (durationMs: number, { isThreadAlive = true, eachTick = () => {} } = {}) => {
      for (let passedMs = 0; passedMs < durationMs; passedMs += 100) {
        recording.clock.advance(100)
        Atomics.store(control, ControlWord.clockMs, recording.clock.nowMs() | 0)
        if (isThreadAlive) vi.advanceTimersByTime(100)
        eachTick()
        recording.lanes.drain(recording.clock.nowMs())
        for (const announcement of recording.announcements.splice(0)) {
          recording.lanes.adopt(announcement, recording.clock.nowMs())
        }
      }
    }
    recording.announcements.length = 0
    return { ...recording, passMs }
  }

  test('is kept by a thread that only beats', () => {
    const { passMs, released, lanes } = leased()
    passMs(5 * LEASE_MS)
    expect([released, [...lanes.readers].length]).toEqual([[], 1])
  })

  test('runs out for a thread that is silent, after ten seconds and a second’s notice, and not before', () => {
    const { passMs, released, lanes } = leased()
    passMs(LEASE_MS + NOTICE_MS, { isThreadAlive: false })
    expect(released).toEqual([])
    passMs(300, { isThreadAlive: false })
    expect([released, [...lanes.readers]]).toEqual([[0], []])
  })

  test('that ran out leaves the age of the heartbeat: who is blocked for long is not taken for absent', () => {
    const { passMs, lanes, clock, released } = leased()
    const ageMs = () => lanes.creatorHeartbeatAgeMs(clock.nowMs())
    passMs(1_000)
    passMs(3 * LEASE_MS, { isThreadAlive: false })
    expect(released).toEqual([0])
    expect(ageMs()).toBeGreaterThanOrEqual(3 * LEASE_MS)
    expect(ageMs()).toBeLessThanOrEqual(3 * LEASE_MS + HEARTBEAT_MS_MAX)
    passMs(HEARTBEAT_MS_MAX + 200)
    expect(ageMs()).toBeLessThanOrEqual(HEARTBEAT_MS_MAX)
  })

  test('is kept by a blocked loop that still records: its samples must not pile up', () => {
    const { passMs, released, recorder, registry, lanes } = leased()
    const echo = recorder.latency('echo')
    passMs(4 * LEASE_MS, { isThreadAlive: false, eachTick: () => echo.record(1) })
    expect(released).toEqual([])
    expect([registry.metric('echo')?.series([]).total, lanes.droppedCount]).toEqual([400, 0])
  })

  test('is taken up again by a thread that was only suspended, and nothing is lost or counted twice', () => {
    const { passMs, released, recorder, registry, lanes, losses } = leased()
    const [echo, hits] = [recorder.latency('echo'), recorder.counter('hits')]
    recorder.latency('echo')
    for (let count = 0; count < 20; count++) echo.record(count)
    hits.add(1)
    passMs(1_000)
    for (let round = 1; round <= 3; round++) {
      const registrations = registry.metric('echo')?.registrations
      passMs(LEASE_MS + NOTICE_MS + 300, { isThreadAlive: false })
      expect(released).toHaveLength(round)
      for (let count = 0; count < 5; count++) echo.record(count)
      hits.add(1)
      passMs(HEARTBEAT_MS_MAX + 200)
      expect([...lanes.readers]).toHaveLength(1)
      expect(registry.metric('echo')).toMatchObject({ registrations })
      expect(registry.metric('echo')?.series([])).toMatchObject({ total: 16 + 5 * round, lost: 4 })
      expect(registry.metric('hits')?.series([]).total).toBe(1 + round)
      expect(lanes.droppedCount).toBe(4)
    }
    expect(losses).toEqual([{ count: 4, threadId: 1 }])
    expect(lanes.snapshot(0)).toMatchObject([{ recorded: 35, drained: 31, dropped: 4, pending: 0 }])
  })

  test('is taken up again by a thread that only counts: its loop may never turn again', () => {
    const { passMs, released, recorder, registry } = leased()
    const hits = recorder.counter('hits')
    hits.add(1)
    passMs(LEASE_MS + NOTICE_MS + 300, { isThreadAlive: false })
    expect(released).toHaveLength(1)
    hits.add(1_000)
    passMs(200, { isThreadAlive: false })
    expect(registry.metric('hits')?.series([]).total).toBe(1_001)
  })

  test('given notice of is kept when the thread announces it again and records nothing yet', () => {
    const { passMs, released, recorder, registry } = leased()
    const echo = recorder.latency('echo')
    passMs(LEASE_MS + NOTICE_MS / 2, { isThreadAlive: false })
    recorder.publish()
    passMs(NOTICE_MS * 2, { isThreadAlive: false })
    echo.record(1)
    passMs(200, { isThreadAlive: false })
    expect([released, registry.metric('echo')?.series([]).total]).toEqual([[], 1])
  })

  test('given notice of is kept when the thread counts in the last moment', () => {
    const { passMs, released, recorder, registry } = leased()
    const hits = recorder.counter('hits')
    passMs(LEASE_MS + NOTICE_MS / 2, { isThreadAlive: false })
    hits.add(5)
    passMs(NOTICE_MS * 2, { isThreadAlive: false })
    expect([released, registry.metric('hits')?.series([]).total]).toEqual([[], 5])
  })

  test('given up over a full lane costs no more than what the lane cannot hold', () => {
    const { passMs, recorder, registry, lanes } = leased()
    const echo = recorder.latency('echo')
    passMs(LEASE_MS + NOTICE_MS + 300, { isThreadAlive: false })
    for (let count = 0; count < 20; count++) echo.record(count)
    passMs(HEARTBEAT_MS_MAX + 200)
    expect(registry.metric('echo')?.series([])).toMatchObject({ total: 16, lost: 4 })
    expect(lanes.droppedCount).toBe(4)
  })
})

describe('a lane that breaks', () => {
  test.each<[string, (lane: Int32Array, directory: Uint32Array) => void]>([
    [
      'a write index far ahead',
      lane => {
        lane[LaneWord.writeIndex] = 2 ** 30
      },
    ],
    [
      'a directory longer than its memory',
      (_, directory) => {
        directory[0] = 2 ** 31
      },
    ],
    [
      'a directory with an entry of no length',
      (_, directory) => {
        directory.fill(0, 16, 32)
      },
    ],
  ])('by %s is given up, said once, and harms no other', (_, damage) => {
    const share = createShare()
    const { lanes, broken, released, registry } = createLanes(share)
    const recorders = Array.from({ length: 3 }, (_, thread) => createRecorder(share, { threadId: thread }))
    for (const { announcements } of recorders) lanes.adopt(announcements[0]!, 0)
    const handles = recorders.map(({ recorder }, thread) => recorder.latency(`m${thread}`))
    const { lane, directory } = recorders[1]!.announcements[0]!
    for (let round = 0; round < 3; round++) {
      for (const handle of handles) handle.record(round)
      if (round === 0) damage(new Int32Array(lane), new Uint32Array(directory, 0, 64))
      lanes.drain(0)
    }
    expect(broken).toMatchObject([{ threadId: 1 }])
    expect(released).toEqual([1])
    expect(lanes.snapshot(0).map(({ threadId, drained }) => [threadId, drained])).toEqual([
      [0, 3],
      [2, 3],
    ])
    expect(['m0', 'm2'].map(name => registry.metric(name)?.series([]).total)).toEqual([3, 3])
  })
})

test('the balance holds over many threads that come and go', () => {
  const share = createShare({ laneCapacity: 16 })
  const { lanes, registry, losses } = createLanes(share)
  let recordedCount = 0
  for (let thread = 0; thread < 20; thread++) {
    const { recorder, announcements } = createRecorder(share, { threadId: thread, publishEvery: 8 })
    lanes.adopt(announcements[0]!, 0)
    const echo = recorder.latency('echo')
    for (let round = 0; round < 3; round++) {
      const count = (thread * 7 + round * 11) % 30
      for (let index = 0; index < count; index++) echo.record(index)
      recordedCount += count
      lanes.drain(0)
    }
    if (thread % 2 === 0) recorder.close()
    else recorder.publish()
  }
  lanes.drain(0)
  const { total, lost } = registry.metric('echo')!.series([])
  expect(total + lost).toBe(recordedCount)
  expect(lost).toBe(lanes.droppedCount)
  expect(losses.reduce((sum, { count }) => sum + count, 0)).toBe(lost)
  expect([...lanes.readers]).toHaveLength(10)
})
