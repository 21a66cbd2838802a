import { describe, expect, test } from 'vitest'
import { ControlWord } from '../../../src/shared/memory/control-block.ts'
import { createState } from '../../../src/shared/memory/state-layout.ts'
import type { LaneAnnouncement } from '../../../src/shared/share.ts'
import { createDurableLanes, imageOf, type SharedMemories } from '../../support/durable-lanes.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createRandom } from '../../support/random.ts'
import { createRecorder, createShare } from '../../support/recording.ts'
import { atEveryStep } from './crash-points.ts'

const ROUNDS = 150

/** Writes an image back: what was done since it was taken has never happened. */
function rollBack(memories: SharedMemories, image: SharedMemories): void {
  const restore = (to: SharedArrayBuffer, from: SharedArrayBuffer) => {
    const bytes = new Uint8Array(to)
    bytes.fill(0)
    bytes.set(new Uint8Array(from).subarray(0, bytes.length))
  }
  restore(memories.state, image.state)
  for (const [index, { lane, directory }] of image.lanes.entries()) {
    restore(memories.lanes[index]!.lane, lane)
    restore(memories.lanes[index]!.directory, directory)
  }
}

describe('samples and counters are counted once', () => {
  test.each([1, 2, 3, 4])(
    'whatever threads do, and however often aggregators die over it (seed %i)',
    { timeout: 60_000 },
    seed => {
      const random = createRandom(seed)
      const share = createShare({ laneCapacity: 64, maxSeriesPerMetric: 20, windowCapacity: 50 })
      const control = new Int32Array(share.control)
      const clock = new ManualClock()
      const announcements: LaneAnnouncement[] = []
      const memories = { state: createState(), lanes: announcements }
      let aggregator = createDurableLanes(share, memories, clock)
      const recorded = { echo: 0, hits: 0 }
      const recorders: ReturnType<typeof createRecorder>['recorder'][] = []
      let [deaths, comebacks] = [0, 0]
      const spawn = () => {
        const announce = (announcement: LaneAnnouncement) => {
          if (announcements.some(({ lane }) => lane === announcement.lane)) comebacks += 1
          else announcements.push(announcement)
          aggregator.lanes.adopt(announcement, clock.nowMs())
        }
        recorders.push(createRecorder(share, { threadId: recorders.length, announce }).recorder)
      }
      const pass = (durationMs: number) => {
        clock.advance(durationMs)
        Atomics.store(control, ControlWord.clockMs, clock.nowMs() | 0)
      }
      const record = () => {
        for (const recorder of recorders) {
          if (random.below(3) === 0) continue
          const route = recorder.latency('echo', { labelNames: ['route'] })
          for (let count = random.below(100); count > 0; count--) {
            route.labels({ route: `${random.below(12)}` }).record(1)
            recorded.echo += 1
          }
          const by = random.below(4)
          recorder
            .counter('hits', { labelNames: ['by'] })
            .labels({ by: `${random.below(9)}` })
            .add(by)
          recorded.hits += by
          recorder.publish()
        }
      }
      const drainOrDie = () => {
        if (random.below(3) > 0) aggregator.drain()
        else {
          let image: SharedMemories | undefined
          let stepsLeft = random.below(600)
          atEveryStep(
            () => {
              if (stepsLeft-- === 0) image = imageOf(memories)
            },
            () => aggregator.drain(),
          )
          if (image !== undefined) rollBack(memories, image)
          deaths += 1
          aggregator = createDurableLanes(share, memories, clock)
        }
        expect(aggregator.broken).toEqual([])
      }
      for (let round = 0; round < ROUNDS; round++) {
        if (recorders.length < 2 || random.below(12) === 0) spawn()
        const ended =
          random.below(15) === 0 ? recorders.splice(random.below(recorders.length), 1)[0] : undefined
        if (random.below(3) > 0) record()
        ended?.close()
        pass(random.pick([0, 10, 100, 5_000, 11_000, 1_100]))
        drainOrDie()
        if (random.below(10) === 0) aggregator.lanes.adopt(random.pick(announcements), clock.nowMs())
      }
      aggregator.drain()
      aggregator.drain()
      const totalOf = (name: string) =>
        (aggregator.registry.metric(name)?.allSeries ?? []).reduce((sum, { total }) => sum + total, 0)
      expect({ echo: totalOf('echo') + aggregator.lanes.droppedCount, hits: totalOf('hits') }).toEqual(
        recorded,
      )
      expect(deaths).toBeGreaterThan(20)
      expect(comebacks).toBeGreaterThan(0)
    },
  )
})
