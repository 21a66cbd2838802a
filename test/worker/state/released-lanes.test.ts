import { describe, expect, test } from 'vitest'
import { createState } from '../../../src/shared/memory/state-layout.ts'
import { createDurableLanes, imageOf } from '../../support/durable-lanes.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createRecorder, createShare } from '../../support/recording.ts'
import { atEveryStep } from './crash-points.ts'

/** A thread that has recorded and ended, and the aggregator that has its lane. */
function createEndedThread() {
  const share = createShare()
  const clock = new ManualClock()
  const { recorder, announcements } = createRecorder(share)
  const memories = { state: createState(), lanes: announcements }
  const echo = recorder.latency('echo')
  const aggregator = createDurableLanes(share, memories, clock)
  for (let value = 0; value < 100; value++) echo.record(value)
  recorder.close()
  const totalOf = ({ registry }: typeof aggregator) => registry.metric('echo')?.series([]).total
  return { share, clock, memories, announcements, aggregator, totalOf }
}

describe('what an ended thread has left is folded in once', () => {
  test('though its announcement comes once more, by way of a creating thread that was blocked', () => {
    const { clock, announcements, aggregator, totalOf } = createEndedThread()
    aggregator.drain()
    expect(aggregator.lanes.readers.size).toBe(0)
    aggregator.lanes.adopt(announcements[0]!, clock.nowMs())
    aggregator.drain()
    expect(totalOf(aggregator)).toBe(100)
  })

  test('though a successor is told of its lane, wherever the one before is stopped', () => {
    const { share, clock, memories, aggregator, totalOf } = createEndedThread()
    const images = [imageOf(memories)]
    atEveryStep(
      () => images.push(imageOf(memories)),
      () => aggregator.drain(),
    )
    images.push(imageOf(memories))
    for (const image of images) {
      const successor = createDurableLanes(share, image, clock)
      successor.drain()
      expect(totalOf(successor)).toBe(100)
      expect(successor.lanes.readers.size).toBe(0)
    }
  })
})
