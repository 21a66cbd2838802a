import { expect, test } from 'vitest'
import { LaneWord, openLane, summaryFirstWord } from '../../../src/shared/memory/lane-layout.ts'
import { createState } from '../../../src/shared/memory/state-layout.ts'
import { HEADER_WORDS, PAGE_WORDS, SummaryWord } from '../../../src/shared/memory/summary-layout.ts'
import { createDurableLanes, imageOf } from '../../support/durable-lanes.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createRecorder, createShare } from '../../support/recording.ts'

test('figures that come later than their counts are saved with the lane, and not added again', () => {
  const share = createShare({ laneCapacity: 16 })
  const clock = new ManualClock()
  const { recorder, announcements } = createRecorder(share)
  const memories = { state: createState(), lanes: announcements }
  const aggregator = createDurableLanes(share, memories, clock)
  const echo = recorder.latency('echo')
  for (let sample = 0; sample < 18; sample++) echo.record(10)
  recorder.publish()
  // The thread is met between counting its last sample and naming its figures.
  const { words, capacity, summaryPages } = openLane(announcements[0]!.lane)
  const version = summaryFirstWord(capacity) + summaryPages * PAGE_WORDS - HEADER_WORDS + SummaryWord.version
  words[version]! -= 1
  words[LaneWord.summarized]! -= 1
  aggregator.drain()
  aggregator.state.commit()
  words[version]! += 1
  words[LaneWord.summarized]! += 1
  aggregator.drain()
  aggregator.state.commit()
  const successor = createDurableLanes(share, imageOf(memories), clock)
  successor.drain()
  const sumOf = ({ registry }: typeof aggregator) => registry.metric('echo')?.series([]).totalSum
  expect(sumOf(aggregator)).toBe(180)
  expect(sumOf(successor)).toBe(180)
})
