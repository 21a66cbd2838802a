import { describe, expect, test } from 'vitest'
import { ControlWord } from '../../../src/shared/memory/control-block.ts'
import { createState } from '../../../src/shared/memory/state-layout.ts'
import type { TelemetryShare } from '../../../src/shared/share.ts'
import {
  createDurableLanes,
  type DurableLanes,
  imageOf,
  readOut,
  type SharedMemories,
  setBack,
} from '../../support/durable-lanes.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { createRandom, type Random } from '../../support/random.ts'
import { createRecorder, createShare } from '../../support/recording.ts'
import { atEveryStep } from './crash-points.ts'

const TICKS = 12
/** Images compared of each kind of step at each tick, on average. */
const IMAGES_PER_STEP = 0.35

/** Threads that record all there is to record, and an aggregator whose ticks are taken one by one. */
function createScene(random: Random, overflow: TelemetryShare['overflow']) {
  const share = createShare({ laneCapacity: 32, windowCapacity: 50, maxSeriesPerMetric: 4, overflow })
  const clock = new ManualClock()
  const control = new Int32Array(share.control)
  const threads = [1, 2, 3].map(threadId => createRecorder(share, { threadId }))
  const metrics = threads.map(({ recorder }, index) => ({
    recorder,
    echo: recorder.latency('echo'),
    request: recorder.latency('request', { labelNames: ['route'] }),
    // One name, two shapes: the first stands, the samples of the other are lost.
    level: index === 2 ? recorder.latency('level') : recorder.gauge('level'),
    hits: recorder.counter('hits'),
    bytes: recorder.counter('bytes', { labelNames: ['to'] }),
  }))
  const memories: SharedMemories = {
    state: createState(),
    lanes: threads.flatMap(({ announcements }) => announcements),
  }
  const record = () => {
    const stepMs = random.pick([0, 1, 10, 100, 5_000, 70_000])
    clock.advance(stepMs)
    Atomics.store(control, ControlWord.clockMs, clock.nowMs() | 0)
    for (const { recorder, echo, request, level, hits, bytes } of metrics) {
      for (let count = random.below(80); count > 0; count--) {
        const value = random.pick([
          random.next() * 100,
          -random.next(),
          0,
          Number.NaN,
          1e-30,
          random.next() * 1e9,
        ])
        const kind = random.below(7)
        if (kind < 2) echo.record(value)
        else if (kind === 2) request.labels({ route: `/${random.below(6)}` }).record(value)
        else if (kind === 3) level.record(value)
        else if (kind === 4) hits.add(random.below(5))
        else if (kind === 5) hits.add(value)
        else bytes.labels({ to: `${random.below(2)}` }).add(2 ** 31)
      }
      if (random.below(20) === 0) recorder.latency('echo')
      recorder.publish()
    }
  }
  return { share, clock, memories, record }
}

const ANY_TIME = { rate: 0, last: 0, timeWindow: undefined }

/** Which of two threads' samples of one moment is the latest is arbitrary, too. */
function withoutTime({ now, start }: ReturnType<typeof readOut>['series'][number]) {
  return { now: { ...now, ...ANY_TIME }, start: { ...start, ...ANY_TIME } }
}

function withoutTimes(read: ReturnType<typeof readOut>) {
  return { ...read, series: read.series.map(withoutTime) }
}

describe('a successor knows what its predecessor would have known', () => {
  test.each([
    // What was saved at the end of the tick before is what a successor has: it knows everything.
    { seed: 1, savesEachTick: true, overflow: 'summarize' },
    { seed: 2, savesEachTick: true, overflow: 'drop' },
    // What was folded several ticks ago is folded again: all the same, but for the time some of it is counted at.
    { seed: 3, savesEachTick: false, overflow: 'summarize' },
    { seed: 4, savesEachTick: false, overflow: 'drop' },
  ] as const)(
    'wherever that one is stopped (seed $seed)',
    { timeout: 60_000 },
    ({ seed, savesEachTick, overflow }) => {
      const random = createRandom(seed)
      const { share, clock, memories, record } = createScene(random, overflow)
      const aggregator = createDurableLanes(share, memories, clock)
      const stepsSeen = new Set<string>()
      let images = 0
      let lastCounts = new Map<string, number>()
      aggregator.drain()
      for (let tick = 0; tick < TICKS; tick++) {
        record()
        const taken: { step: string; image: SharedMemories }[] = []
        const counts = new Map<string, number>()
        atEveryStep(
          step => {
            counts.set(step, (counts.get(step) ?? 0) + 1)
            if (random.next() * (lastCounts.get(step) ?? 1) > IMAGES_PER_STEP) return
            taken.push({ step, image: imageOf(memories) })
          },
          () => aggregator.drain(),
        )
        lastCounts = counts
        const compared = (from: DurableLanes) => {
          const read = readOut(from, clock)
          return savesEachTick ? read : { ...read, series: read.series.map(withoutTime) }
        }
        const expected = compared(aggregator)
        if (savesEachTick) aggregator.state.commit()
        expect(expected.broken).toEqual([])
        for (const { step, image } of taken) {
          const successor = createDurableLanes(share, image, clock)
          expect(compared(successor), `tick ${tick}, stopped ${step}`).toEqual(expected)
          stepsSeen.add(step)
          images += 1
        }
      }
      expect(aggregator.lanes.summarizedCount > 0).toBe(overflow === 'summarize')
      expect(images).toBeGreaterThan(TICKS * 3)
      expect([...stepsSeen]).toContain('before records.commit')
      expect([...stepsSeen]).toContain('after records.commit')
      expect([...stepsSeen]).toContain('before lane.handBack')
    },
  )

  test.each([11, 12, 13])(
    'when it succeeded one that had, and so on (seed %i)',
    { timeout: 60_000 },
    seed => {
      const random = createRandom(seed)
      const { share, clock, memories, record } = createScene(random, 'summarize')
      let aggregator = createDurableLanes(share, memories, clock)
      aggregator.drain()
      let deaths = 0
      for (let tick = 0; tick < 60; tick++) {
        record()
        let stepsLeft = random.below(3_000)
        let image: SharedMemories | undefined
        const takeOne = () => {
          stepsLeft -= 1
          if (stepsLeft === 0) image = imageOf(memories)
        }
        atEveryStep(takeOne, () => aggregator.drain())
        const expected = readOut(aggregator, clock)
        expect(expected.broken).toEqual([])
        if (image === undefined) {
          aggregator.state.commit()
          continue
        }
        setBack(memories, image)
        aggregator = createDurableLanes(share, memories, clock)
        expect(withoutTimes(readOut(aggregator, clock)), `tick ${tick}`).toEqual(withoutTimes(expected))
        deaths += 1
      }
      expect(deaths).toBeGreaterThan(10)
    },
  )
})

describe('a lane that was let go, and is announced again by somebody who heard of it late', () => {
  function ended() {
    const share = createShare({ laneCapacity: 32 })
    const clock = new ManualClock()
    const { recorder, announcements } = createRecorder(share, { threadId: 1 })
    const memories: SharedMemories = { state: createState(), lanes: announcements }
    const aggregator = createDurableLanes(share, memories, clock)
    const echo = recorder.latency('echo')
    for (let count = 0; count < 10; count++) echo.record(1)
    recorder.close()
    return { share, clock, memories, aggregator, recorder }
  }
  const totalOf = ({ registry }: DurableLanes) => registry.metric('echo')?.allSeries[0]?.total

  test('is not taken twice', () => {
    const { clock, memories, aggregator, recorder } = ended()
    for (let round = 0; round < 3; round++) {
      aggregator.drain()
      expect([totalOf(aggregator), aggregator.lanes.readers.size]).toEqual([10, 0])
      expect(recorder.untaken).toEqual({ samples: 0, dropped: 0, increments: 0 })
      for (const announcement of memories.lanes) aggregator.lanes.adopt(announcement, clock.nowMs())
    }
  })

  test('is not taken twice by a successor either, wherever the one before was stopped', () => {
    const { share, clock, memories, aggregator } = ended()
    const images: SharedMemories[] = []
    atEveryStep(
      () => images.push(imageOf(memories)),
      () => {
        aggregator.drain()
        aggregator.drain()
      },
    )
    const totals = images.map(image => {
      const successor = createDurableLanes(share, image, clock)
      successor.drain()
      return totalOf(successor)
    })
    expect(totals.length).toBeGreaterThan(20)
    expect(new Set(totals)).toEqual(new Set([10]))
  })
})
