import { expect, test } from 'vitest'
import { createState } from '../../../src/shared/memory/state-layout.ts'
import { createDurableLanes, readOut } from '../../support/durable-lanes.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createRecorder, createShare } from '../../support/recording.ts'

test('series without samples keep their records when a successor meets new series', () => {
  const share = createShare()
  const clock = new ManualClock()
  const { recorder, announcements } = createRecorder(share)
  const memories = { state: createState(), lanes: announcements }
  const idle = recorder.latency('idle')
  const hits = recorder.counter('hits')
  hits.add(5)
  recorder.publish()
  createDurableLanes(share, memories, clock).drain()

  const second = createDurableLanes(share, memories, clock)
  const late = recorder.latency('late')
  const bytes = recorder.counter('bytes')
  late.record(1)
  bytes.add(700)
  recorder.publish()
  second.drain()
  // The slices of a minute are closed.
  clock.advance(70_000)
  idle.record(2)
  hits.add(1)
  late.record(3)
  bytes.add(1)
  recorder.publish()
  second.drain()
  second.state.commit()

  const third = createDurableLanes(share, memories, clock)
  expect(readOut(third, clock)).toEqual(readOut(second, clock))
})
