import { expect, test } from 'vitest'
import { createState, StateWord } from '../../../src/shared/memory/state-layout.ts'
import { MetricRegistry } from '../../../src/shared/statistics/registry.ts'
import { openState } from '../../../src/worker/state/open-state.ts'
import { createDurableLanes, imageOf } from '../../support/durable-lanes.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createRandom } from '../../support/random.ts'
import { createRecorder, createShare } from '../../support/recording.ts'

test('a successor that cannot read what was left begins anew, and can be succeeded', () => {
  const share = createShare()
  const clock = new ManualClock()
  const random = createRandom(1)
  const { recorder, announcements } = createRecorder(share)
  const memories = { state: createState(), lanes: announcements }
  recorder.latency('echo').record(1)
  recorder.publish()
  createDurableLanes(share, memories, clock).drain()
  const wordCount = memories.state.byteLength / 8
  let unreadableCount = 0
  for (let round = 0; round < 40; round++) {
    const image = imageOf(memories)
    const words = new Float64Array(image.state)
    for (let word = 1_024; word < wordCount; word++) {
      if (words[word] !== 0) words[word] = random.pick([words[word]!, -1, 1e300, 3, Number.NaN])
    }
    const opened = openState(
      image.state,
      clock,
      memory => new MetricRegistry({ clock, memory }),
      () => {
        unreadableCount += 1
      },
    )
    if (words[StateWord.committedEpoch] === 0) expect(opened.registry.metrics()).toEqual([])
    const successor = createDurableLanes(share, image, clock)
    expect(successor.broken).toEqual([])
  }
  expect(unreadableCount).toBeGreaterThan(10)
})
