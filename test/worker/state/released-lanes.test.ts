import { expect, test } from 'vitest'
import { createState } from '../../../src/shared/memory/state-layout.ts'
import { createDurableLanes } from '../../support/durable-lanes.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createRecorder, createShare } from '../../support/recording.ts'

function createEndedThread() {
  const share = createShare({ laneCapacity: 1_024 })
  const clock = new ManualClock()
  const { recorder, announcements } = createRecorder(share)
  const memories = { state: createState(), lanes: announcements }
  const aggregator = createDurableLanes(share, memories, clock)
  const echo = recorder.latency('echo')
  const hits = recorder.counter('hits')
  for (let value = 0; value < 10; value++) echo.record(value)
  hits.add(7)
  recorder.close()
  const totals = () => ['echo', 'hits'].map(name => aggregator.registry.metric(name)?.allSeries[0]?.total)
  return { share, clock, memories, aggregator, totals, announcement: announcements[0]! }
}

test('a lane that is announced once more after its thread has ended is not counted once more', () => {
  const { aggregator, totals, announcement } = createEndedThread()
  aggregator.drain()
  expect([totals(), aggregator.lanes.readers.size]).toEqual([[10, 7], 0])
  aggregator.lanes.adopt(announcement, 0)
  aggregator.drain()
  expect([totals(), aggregator.lanes.readers.size]).toEqual([[10, 7], 0])
})

test('neither by a successor, which is told of a lane that was let go', () => {
  const { share, clock, memories, aggregator } = createEndedThread()
  aggregator.drain()
  const successor = createDurableLanes(share, memories, clock)
  successor.drain()
  const totals = successor.registry.metrics().map(({ allSeries }) => allSeries[0]!.total)
  expect([totals, successor.lanes.readers.size]).toEqual([[10, 7], 0])
})
