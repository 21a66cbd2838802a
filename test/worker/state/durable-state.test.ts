import { expect, test } from 'vitest'
import { createState } from '../../../src/shared/memory/state-layout.ts'
import { SelfMetrics } from '../../../src/worker/self-metrics.ts'
import { createDurableLanes } from '../../support/durable-lanes.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createRecorder, createShare } from '../../support/recording.ts'

/** An aggregator with one lane. */
function createSaving() {
  const share = createShare()
  const clock = new ManualClock()
  const { recorder, announcements } = createRecorder(share)
  const memories = { state: createState(), lanes: announcements }
  const aggregator = createDurableLanes(share, memories, clock)
  return { ...aggregator, clock, recorder, memories }
}

test('an aggregator that is idle for hours needs no more memory for it', () => {
  const { drain, registry, clock, recorder, memories } = createSaving()
  const self = new SelfMetrics(registry)
  recorder.latency('echo').record(1)
  drain()
  const nothing = { tickMs: 0, drainMs: 0, laneFill: 0, sampleCount: 0, queueDepth: 0 }
  const counts = { lostCount: 0, summarizedCount: 0, busDroppedCount: 0 }
  const byteCounts: number[] = []
  for (let hour = 0; hour < 8; hour++) {
    for (let tick = 0; tick < 36_000; tick++) {
      clock.advance(100)
      drain()
      self.record({ ...nothing, ...counts, lagMs: tick % 7 }, clock.nowMs() >>> 0)
    }
    byteCounts.push(memories.state.byteLength)
  }
  expect(byteCounts.at(-1)).toBe(byteCounts[1])
})
