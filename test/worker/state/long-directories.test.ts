import { describe, expect, test } from 'vitest'
import { createState } from '../../../src/shared/memory/state-layout.ts'
import { createDurableLanes, type DurableLanes, imageOf } from '../../support/durable-lanes.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createRecorder, createShare } from '../../support/recording.ts'
import { atEveryCommit } from './crash-points.ts'

/** More than one drain takes of a directory. */
const COUNTERS = 9_000

/** A thread with very many counters, each of which has counted 1, and the aggregator that has taken them over. */
function createLongDirectory() {
  const share = createShare({ maxSeriesPerMetric: COUNTERS })
  const clock = new ManualClock()
  const { recorder, announcements } = createRecorder(share)
  const memories = { state: createState(), lanes: announcements }
  const hits = recorder.counter('hits', { labelNames: ['key'] })
  for (let key = 0; key < COUNTERS; key++) hits.labels({ key: `${key}` }).add(1)
  recorder.publish()
  const aggregator = createDurableLanes(share, memories, clock)
  aggregator.drain()
  aggregator.drain()
  aggregator.state.commit()
  return { share, clock, memories, announcements, aggregator }
}

/** What all counters come to, once the directory is read. */
function countOf(aggregator: DurableLanes): number {
  for (let drains = 0; drains < 4; drains++) aggregator.drain()
  const { allSeries } = aggregator.registry.metric('hits')!
  return allSeries.reduce((sum, { total }) => sum + total, 0)
}

describe('counters of a directory that takes several drains to read are counted once', () => {
  test('though an aggregator dies before it has read it to its end', () => {
    const { share, clock, memories, aggregator } = createLongDirectory()
    expect(countOf(aggregator)).toBe(COUNTERS)
    const second = createDurableLanes(share, memories, clock)
    second.state.commit()
    const third = createDurableLanes(share, memories, clock)
    expect(countOf(third)).toBe(COUNTERS)
  })

  test('though one dies while it reads that of a lane that was given up and has come back', () => {
    const { share, clock, memories, announcements, aggregator } = createLongDirectory()
    expect(countOf(aggregator)).toBe(COUNTERS)
    for (const silentMs of [10_001, 1_001]) {
      clock.advance(silentMs)
      aggregator.drain()
    }
    expect(aggregator.lanes.readers.size).toBe(0)
    const images: ReturnType<typeof imageOf>[] = []
    atEveryCommit(
      () => images.push(imageOf(memories)),
      () => {
        aggregator.lanes.adopt(announcements[0]!, clock.nowMs())
        for (let drains = 0; drains < 4; drains++) aggregator.drain()
      },
    )
    images.push(imageOf(memories))
    expect(countOf(aggregator)).toBe(COUNTERS)
    for (const image of images) {
      const successor = createDurableLanes(share, image, clock)
      expect(countOf(successor)).toBe(COUNTERS)
    }
  })
})
