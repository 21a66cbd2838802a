/** An aggregator's lanes, two threads that behave, and one whose memory may be overwritten. All on this thread. */
import { expect } from 'vitest'
import type { Latency } from '../../../src/producer/latency.ts'
import { createLanes, createRecorder, createShare } from '../../support/recording.ts'

export function besideHostileThread() {
  const share = createShare({ laneCapacity: 64 })
  const aggregator = createLanes(share)
  const { lanes, registry } = aggregator
  const goods = [1, 2].map(threadId => createRecorder(share, { threadId }))
  const bad = createRecorder(share, { threadId: 3 })
  const echoes = goods.map(({ recorder }, thread) => recorder.latency(`good_${thread}`) as Latency)
  const hits = goods.map(({ recorder }) => recorder.counter('good_hits'))
  const badEcho = bad.recorder.latency('bad')
  const badHits = bad.recorder.counter('bad_hits')
  const { lane, directory } = bad.announcements[0]!
  let recordedCount = 0
  for (const { announcements } of goods) lanes.adopt(announcements[0]!, 0)

  /** All three record; what the bad one says it has recorded, nobody can know. */
  const record = () => {
    for (const echo of echoes) echo.record(recordedCount)
    for (const hit of hits) hit.add()
    recordedCount++
    badEcho.record(1)
    badHits.add()
  }
  const adoptBad = () => lanes.adopt(bad.announcements.at(-1)!, 0)
  const drain = () => {
    lanes.drain(0)
    aggregator.board.publishAll()
  }
  const expectOthersServed = () => {
    const totals = ['good_0', 'good_1'].map(name => registry.metric(name)?.series([]).total)
    expect(totals).toEqual([recordedCount, recordedCount])
    expect(registry.metric('good_hits')?.series([]).total).toBe(2 * recordedCount)
    // The first two were adopted first; what the third says of itself tells nothing.
    expect(lanes.snapshot(0).slice(0, 2)).toMatchObject([
      { drained: recordedCount, dropped: 0, pending: 0 },
      { drained: recordedCount, dropped: 0, pending: 0 },
    ])
    // Sums over all lanes stay numbers, whatever one of them claims.
    expect(lanes.droppedCount).toBeGreaterThanOrEqual(0)
    expect(Number.isSafeInteger(lanes.droppedCount)).toBe(true)
    expect(Number.isSafeInteger(lanes.pendingCount)).toBe(true)
  }
  return {
    ...aggregator,
    bad,
    badEcho,
    badHits,
    laneWords: new Int32Array(lane),
    laneDoubles: new Float64Array(lane),
    directory,
    directoryWords: new Uint32Array(directory),
    record,
    adoptBad,
    drain,
    expectOthersServed,
  }
}
