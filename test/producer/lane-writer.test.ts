import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LaneWriter } from '../../src/producer/lane-writer.ts'
import { AggregatorState, ControlWord } from '../../src/shared/memory/control-block.ts'
import { LaneWord, Lease } from '../../src/shared/memory/lane-layout.ts'
import { type Arrival, createLanePair, type LanePair } from '../support/lane-pair.ts'

const EAGER_SAMPLES = 64
const SERIES_COUNT = 3

const FIRST_INDICES = [
  ['from 0', 0],
  ['across 2^31', 2 ** 31 - 21],
  ['across 2^32', 2 ** 32 - 21],
] as const

type Step =
  | { readonly do: 'burst'; readonly count: number }
  | { readonly do: 'drain' | 'publish' }
  | { readonly do: 'tick'; readonly byMs: number }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('burst' as const), count: fc.nat(300) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('drain' as const, 'publish' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tick' as const), byMs: fc.nat(2 ** 31) }) },
)

/** What a lane should do, as a queue: a sample is taken in unless the queue is full, and leaves in order. */
class QueueModel {
  readonly #capacity: number
  readonly queue: Arrival[] = []
  readonly drained: Arrival[] = []
  readonly droppedBySeries: number[] = new Array(SERIES_COUNT).fill(0)
  recordedCount = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get droppedCount(): number {
    return this.droppedBySeries.reduce((sum, count) => sum + count, 0)
  }

  push(sample: Arrival): void {
    this.recordedCount++
    if (this.queue.length === this.#capacity) this.droppedBySeries[sample.series]!++
    else this.queue.push(sample)
  }

  drain(count: number): void {
    this.drained.push(...this.queue.splice(0, count))
  }
}

function play(pair: LanePair, steps: readonly Step[]): QueueModel {
  const model = new QueueModel(pair.lane.capacity)
  const { writer, reader, entryIds, lane } = pair
  let timeMs = 0
  for (const step of steps) {
    if (step.do === 'burst') {
      for (let count = 0; count < step.count; count++) {
        const value = model.recordedCount
        const series = value % SERIES_COUNT
        writer.push(entryIds[series]!, value)
        model.push({ series, value, timeMs })
      }
    } else if (step.do === 'tick') {
      writer.publish()
      timeMs = (timeMs + step.byMs) >>> 0
      pair.setCoarseClock(timeMs)
    } else if (step.do === 'publish') {
      writer.publish()
      expect(pair.visibleCount(), 'nothing is left unpublished').toBe(model.queue.length)
    } else {
      const visible = pair.visibleCount()
      expect(visible).toBeLessThanOrEqual(model.queue.length)
      expect(reader.drain(timeMs)).toBe(visible)
      model.drain(visible)
    }
    const unpublished = model.queue.length - pair.visibleCount()
    const { drained, dropped, pending, recorded } = reader.snapshot(timeMs)
    const laneDropped = lane.words[LaneWord.dropped]! >>> 0
    expect(drained + laneDropped + pending + unpublished).toBe(model.recordedCount)
    expect(recorded).toBe(drained + dropped + pending)
    expect(laneDropped).toBe(model.droppedCount)
  }
  writer.publish()
  model.drain(reader.drain(timeMs))
  return model
}

describe.each(FIRST_INDICES)('a lane with indices %s', (_, firstIndex) => {
  test('brings every sample once, in order and untorn, and counts the rest, however bursts and drains fall', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(16, 32, 64, 128, 256),
        fc.constantFrom(1, 8, 16, 64),
        fc.array(anyStep, { maxLength: 40 }),
        (capacity, publishEvery, steps) => {
          const pair = createLanePair({ capacity, publishEvery, firstIndex, seriesCount: SERIES_COUNT })
          const model = play(pair, steps)
          expect(model.queue).toEqual([])
          expect(pair.arrivals).toEqual(model.drained)
          expect(pair.reader.snapshot(0)).toMatchObject({
            recorded: model.recordedCount,
            drained: model.drained.length,
            dropped: model.droppedCount,
            pending: 0,
          })
          expect(pair.series.map(({ lost }) => lost)).toEqual(model.droppedBySeries)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('whose reader never reads never blocks or throws, and drops what finds no place', () => {
    const pair = createLanePair({ capacity: 64, publishEvery: 16, firstIndex })
    for (let value = 0; value < 10_000; value++) pair.writer.push(pair.entryIds[0]!, value)
    expect(pair.lane.words[LaneWord.dropped]).toBe(10_000 - 64)
    pair.reader.drain(0)
    expect(pair.arrivals.map(({ value }) => value)).toEqual(Array.from({ length: 64 }, (_, value) => value))
    expect(pair.series[0]?.lost).toBe(10_000 - 64)
    expect(pair.reader.snapshot(0)).toMatchObject({
      recorded: 10_000,
      drained: 64,
      dropped: 9_936,
      pending: 0,
    })
  })
})

test('a full lane takes samples again as soon as it is read, one place for each', () => {
  const { writer, reader, arrivals, entryIds } = createLanePair({ capacity: 16 })
  for (let round = 0; round < 100; round++) {
    for (let count = 0; count < 20; count++) writer.push(entryIds[0]!, round * 20 + count)
    expect(reader.drain(0)).toBe(16)
  }
  expect(arrivals.map(({ value }) => value % 20)).toEqual(
    Array.from({ length: 1_600 }, (_, index) => index % 16),
  )
  expect(reader.droppedCount).toBe(400)
})

test('dropped samples are counted exactly beyond 2^32, where the shared word wraps', () => {
  const { writer, reader, lane, entryIds, series } = createLanePair({ capacity: 16 })
  lane.words[LaneWord.dropped] = -3
  lane.words[LaneWord.droppedSeen] = -3
  for (let count = 0; count < 16 + 10; count++) writer.push(entryIds[0]!, count)
  reader.drain(0)
  expect([reader.droppedCount, series[0]?.lost]).toEqual([10, 10])
})

test('a drop that is counted while the reader looks is counted for its series too, sooner or later', () => {
  const { writer, reader, directory, entryIds, series } = createLanePair({ capacity: 16 })
  const countDropped = directory.countDropped.bind(directory)
  directory.countDropped = entryId => {
    reader.drain(0)
    countDropped(entryId)
  }
  for (let count = 0; count < 17; count++) writer.push(entryIds[0]!, count)
  reader.drain(0)
  expect([reader.droppedCount, series[0]?.lost]).toEqual([1, 1])
})

describe('publishing', () => {
  describe.each(FIRST_INDICES)('with indices %s', (_, firstIndex) => {
    test('the first 64 samples after a clock tick are seen at once', () => {
      const pair = createLanePair({ capacity: 1_024, publishEvery: 64, firstIndex })
      for (let round = 1; round <= 3; round++) {
        pair.setCoarseClock(round * 10)
        for (let count = 1; count <= EAGER_SAMPLES; count++) {
          pair.writer.push(pair.entryIds[0]!, 1)
          expect(pair.visibleCount()).toBe((round - 1) * EAGER_SAMPLES + count)
        }
      }
    })

    test.each([1, 8, 16, 64])(
      'later ones are seen in batches: a 32nd of the burst so far, and at most %i',
      publishEvery => {
        const pair = createLanePair({ capacity: 16_384, publishEvery, firstIndex })
        for (let round = 1; round <= 2; round++) {
          pair.setCoarseClock(round * 10)
          const before = pair.visibleCount()
          let [seen, batchMax] = [0, 1]
          for (let count = 1; count <= 4_000; count++) {
            pair.writer.push(pair.entryIds[0]!, 1)
            const nowSeen = pair.visibleCount() - before
            if (nowSeen !== seen) {
              expect(nowSeen, 'what is published is all there is').toBe(count)
              const share = Math.max(1, seen >> 5)
              expect(nowSeen - seen).toBeLessThanOrEqual(Math.min(share, publishEvery))
              batchMax = Math.max(batchMax, nowSeen - seen)
              seen = nowSeen
            }
            expect(count - seen).toBeLessThan(Math.min(Math.max(1, count >> 5), publishEvery))
          }
          expect(batchMax).toBe(publishEvery)
          pair.writer.publish()
        }
      },
    )
  })

  test('publish() leaves nothing unseen, and the next batch begins after it', () => {
    const { writer, entryIds, visibleCount } = createLanePair({ capacity: 4_096, publishEvery: 8 })
    const push = () => writer.push(entryIds[0]!, 1)
    // A 32nd of a burst of 256: batches are eight samples long from here on.
    while (visibleCount() < 256) push()
    const seen = visibleCount()
    for (let count = 0; count < 5; count++) push()
    expect(visibleCount()).toBe(seen)
    writer.publish()
    writer.publish()
    expect(visibleCount()).toBe(seen + 5)
    for (let count = 0; count < 7; count++) push()
    expect(visibleCount()).toBe(seen + 5)
    push()
    expect(visibleCount()).toBe(seen + 13)
  })

  test('a lane that fills up within a batch leaves none of it unseen', () => {
    const { writer, entryIds, visibleCount } = createLanePair({ capacity: 128, publishEvery: 64 })
    for (let count = 0; count < 300; count++) writer.push(entryIds[0]!, 1)
    expect(visibleCount()).toBe(128)
  })

  test('a lane between half and three quarters full wakes a running aggregator, and one that is down never', () => {
    for (const state of [AggregatorState.booting, AggregatorState.running, AggregatorState.stopped]) {
      const { writer, entryIds, control } = createLanePair({ capacity: 64 })
      Atomics.store(control, ControlWord.aggregatorState, state)
      for (let count = 0; count < 32; count++) writer.push(entryIds[0]!, 1)
      expect(control[ControlWord.wake]).toBe(0)
      for (let count = 0; count < 16; count++) writer.push(entryIds[0]!, 1)
      expect(control[ControlWord.wake]).toBe(state === AggregatorState.running ? 1 : 0)
    }
  })
})

describe('the coarse clock', () => {
  test.each([
    [0, 0],
    [1, 1],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2 ** 31, 2 ** 31],
    [2 ** 32 - 1, 2 ** 32 - 1],
    [2 ** 32, 0],
    [2 ** 32 + 5, 5],
  ])('is the time of the sample, also when the telemetry begins at %i', (clockMs, timeMs) => {
    const pair = createLanePair()
    pair.setCoarseClock(clockMs)
    pair.writer.push(pair.entryIds[0]!, 1)
    pair.reader.drain(0)
    expect(pair.arrivals).toEqual([{ series: 0, value: 1, timeMs }])
  })

  test('goes into every sample of the next batch, and its wrap mixes up no series', () => {
    const pair = createLanePair({ capacity: 16, seriesCount: 3 })
    const times = [2 ** 32 - 2, 2 ** 32 - 1, 0, 1, 2 ** 31 - 1, 2 ** 31]
    times.forEach((timeMs, index) => {
      pair.setCoarseClock(timeMs)
      pair.writer.push(pair.entryIds[index % 3]!, index)
    })
    pair.reader.drain(0)
    expect(pair.arrivals).toEqual(times.map((timeMs, value) => ({ series: value % 3, value, timeMs })))
  })
})

describe('the lease', () => {
  /** A writer in the middle of a batch of its burst, and how often it has heard that its lane was given up. */
  function inMidBatch() {
    const { lane, control, directory, entryIds, setCoarseClock } = createLanePair({ capacity: 4_096 })
    let heardCount = 0
    const writer = new LaneWriter(lane, control, directory, 64, () => {
      heardCount++
      Atomics.store(lane.words, LaneWord.lease, Lease.announced)
    })
    const push = () => writer.push(entryIds[0]!, 1)
    const pushBatch = () => {
      const before = lane.words[LaneWord.writeIndex]
      do push()
      while (lane.words[LaneWord.writeIndex] === before)
    }
    while (lane.words[LaneWord.writeIndex]! < 512) push()
    push()
    Atomics.store(lane.words, LaneWord.lease, Lease.retired)
    return { pushBatch, setCoarseClock, heard: () => heardCount }
  }

  test('is not looked at in a burst, while no time passes in which a lane could be given up', () => {
    const { pushBatch, heard } = inMidBatch()
    pushBatch()
    expect(heard()).toBe(0)
  })

  test('is looked at when a batch ends at another time than it began: a thread that stalled in it is heard again', () => {
    const { pushBatch, setCoarseClock, heard } = inMidBatch()
    setCoarseClock(11_000)
    pushBatch()
    expect(heard()).toBe(1)
    pushBatch()
    expect(heard()).toBe(1)
  })
})

describe('a closed lane', () => {
  test('has published what came before, and counts what comes after as nothing else', () => {
    const { writer, reader, lane, entryIds } = createLanePair({ capacity: 256, publishEvery: 64 })
    for (let count = 0; count < 100; count++) writer.push(entryIds[0]!, 1)
    writer.close()
    for (let count = 0; count < 50; count++) writer.push(entryIds[0]!, 1)
    writer.publish()
    writer.close()
    reader.drain(0)
    expect(lane.words[LaneWord.dropped]).toBe(0)
    expect(reader.snapshot(0)).toMatchObject({
      recorded: 100,
      drained: 100,
      dropped: 0,
      pending: 0,
    })
    expect(lane.words[LaneWord.afterClose]).toBe(50)
  })

  test('drops nothing more when it was full', () => {
    const { writer, reader, lane, entryIds } = createLanePair({ capacity: 16 })
    for (let count = 0; count < 20; count++) writer.push(entryIds[0]!, 1)
    writer.close()
    for (let count = 0; count < 5; count++) writer.push(entryIds[0]!, 1)
    reader.drain(0)
    expect(reader.snapshot(0)).toMatchObject({ recorded: 20, drained: 16, dropped: 4 })
    expect(lane.words[LaneWord.afterClose]).toBe(5)
  })
})

const throwing = {
  valueOf() {
    throw new Error('valueOf')
  },
  [Symbol.toPrimitive]() {
    throw new Error('toPrimitive')
  },
}
test.each<[string, unknown]>([
  ['a string', '12'],
  ['undefined', undefined],
  ['null', null],
  ['true', true],
  ['a Symbol', Symbol('s')],
  ['a BigInt', 12n],
  ['an object whose valueOf throws', throwing],
  ['a boxed number', Object(12)],
  ['an array', [12]],
  ['a function', () => 12],
  ['NaN', Number.NaN],
])('%s never throws and arrives as NaN, in its turn', (_, value) => {
  const { writer, reader, arrivals, entryIds, series } = createLanePair()
  writer.push(entryIds[0]!, 1)
  writer.push(entryIds[0]!, value as number)
  writer.push(entryIds[0]!, 2)
  reader.drain(0)
  expect(arrivals.map(arrival => arrival.value)).toEqual([1, Number.NaN, 2])
  expect([series[0]?.total, series[0]?.invalid]).toEqual([2, 1])
})

test('numbers arrive bit for bit, extremes and negative zero included', () => {
  const values = [
    -0,
    5e-324,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.EPSILON,
    2 ** 53,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0.1,
  ]
  const { writer, reader, arrivals, entryIds } = createLanePair()
  for (const value of values) writer.push(entryIds[0]!, value)
  reader.drain(0)
  expect(arrivals.map(({ value }) => value)).toEqual(values)
})
