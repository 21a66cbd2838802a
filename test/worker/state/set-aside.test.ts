import { expect, test } from 'vitest'
import { LaneWord } from '../../../src/shared/memory/lane-layout.ts'
import { createState } from '../../../src/shared/memory/state-layout.ts'
import { createDurableLanes, imageOf } from '../../support/durable-lanes.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createRecorder, createShare } from '../../support/recording.ts'
import { atEveryStep } from './crash-points.ts'

test('a lane that is set aside keeps what it had handed over, wherever the aggregator is stopped over it', () => {
  const share = createShare()
  const clock = new ManualClock()
  const { recorder, announcements } = createRecorder(share)
  const memories = { state: createState(), lanes: announcements }
  const aggregator = createDurableLanes(share, memories, clock)
  const echo = recorder.latency('echo')
  for (let sample = 0; sample < 100; sample++) echo.record(1)
  recorder.publish()
  aggregator.drain()
  // Folded in, and still held in the lane: nothing of it is saved yet.
  const steps = new Map<string, ReturnType<typeof imageOf>>()
  // A summary of more headers than there are pages.
  const lane = new Int32Array(announcements[0]!.lane)
  lane[LaneWord.summarized]! += 1
  lane[LaneWord.summaryHeadersUsed] = 9_999
  atEveryStep(
    step => {
      steps.set(step, imageOf(memories))
    },
    () => aggregator.drain(),
  )
  expect(aggregator.broken).toHaveLength(1)
  expect([...steps.keys()]).toContain('before records.commit')
  const lost: string[] = []
  for (const [step, image] of steps) {
    const successor = createDurableLanes(share, image, clock)
    successor.drain()
    const { registry, lanes, broken } = successor
    if (registry.metric('echo')?.series([]).total !== 100 || lanes.readers.size > 0) lost.push(step)
    // Set aside again, until that was saved.
    const isSaved = step === 'after records.commit' || step.endsWith('memory.noteCommit')
    expect([step, broken.length]).toEqual([step, isSaved ? 0 : 1])
  }
  expect(lost).toEqual([])
})
