import { expect, test } from 'vitest'
import { createState, StateWord } from '../../../src/shared/memory/state-layout.ts'
import { createDurableLanes } from '../../support/durable-lanes.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createRecorder, createShare } from '../../support/recording.ts'

/** An aggregator with one lane, and how many checkpoints it has made. */
function createSaving() {
  const share = createShare()
  const clock = new ManualClock()
  const { recorder, announcements } = createRecorder(share)
  const memories = { state: createState(), lanes: announcements }
  const header = new Float64Array(memories.state, 0, 8)
  const aggregator = createDurableLanes(share, memories, clock)
  return { ...aggregator, clock, recorder, memories, commitCount: () => header[StateWord.committedEpoch]! }
}

test('the thousand events of one check are saved by one commit', async () => {
  const { state, commitCount } = createSaving()
  for (let event = 0; event < 1_000; event++) state.commitSoon()
  expect(commitCount()).toBe(0)
  await undefined
  expect(commitCount()).toBe(1)
  state.commitSoon()
  await undefined
  expect(commitCount()).toBe(2)
})
