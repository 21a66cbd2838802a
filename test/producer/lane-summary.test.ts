import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HEADER_INCREMENT, LaneWord, summaryFirstWord } from '../../src/shared/memory/lane-layout.ts'
import { HEADER_WORDS, PAGE_WORDS, SummaryWord } from '../../src/shared/memory/summary-layout.ts'
import { RELATIVE_ERROR_MAX } from '../../src/shared/statistics/bucket-index.ts'
import { nearestRank } from '../../src/shared/statistics/nearest-rank.ts'
import { readStatistic, snapshotSeries } from '../../src/shared/statistics/reading.ts'
import type { Series } from '../../src/shared/statistics/series.ts'
import { SINCE_START } from '../../src/shared/statistics/time-slices.ts'
import { createLanePair, type LanePair, type LanePairOptions } from '../support/lane-pair.ts'

const CAPACITY = 16

function fullPair(options: LanePairOptions = {}) {
  const pair = createLanePair({ capacity: CAPACITY, summaryPages: 256, ...options })
  pair.reader.drain(0)
  return pair
}

/** Fills the lane with values that no test looks for, so that the next sample finds it full. */
function fill({ writer, entryIds }: LanePair, series = 0): void {
  for (let count = 0; count < CAPACITY; count++) writer.push(entryIds[series]!, 1)
}

function sinceStart(series: Series) {
  return snapshotSeries([series], { nowMs: 0, timestamp: 0, labels: {}, timeWindowMs: SINCE_START })
}

/** recorded = drained + summarized + dropped + pending, of the lane and of its series together. */
function expectConserved({ reader, lane, series }: LanePair, recordedCount: number): void {
  const { recorded, drained, summarized, dropped, pending } = reader.snapshot(0)
  const untaken = (lane.words[LaneWord.dropped]! - lane.words[LaneWord.droppedSeen]!) >>> 0
  expect(drained + summarized + dropped + pending).toBe(recorded)
  expect(recorded + untaken).toBe(recordedCount)
  const ofSeries = series.reduce((sum, { total, invalid, lost }) => sum + total + invalid + lost, 0)
  expect(ofSeries + pending + untaken).toBe(recordedCount)
}

type Step = { readonly do: 'burst'; readonly values: readonly number[] } | { readonly do: 'drain' }

const anyValue = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 0.001, max: 1e6, noNaN: true }) },
  { weight: 2, arbitrary: fc.double({ noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** -70, 2 ** 70) },
)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('burst' as const), values: fc.array(anyValue, { maxLength: 60 }) }),
  fc.record({ do: fc.constant('drain' as const) }),
)

describe.each([
  ['summarizes', 512],
  ['summarizes as far as there is room', 12],
  ['drops', 0],
])('a lane that %s', (_, summaryPages) => {
  test('accounts for every sample at any pause, for itself and for each series', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 30 }), steps => {
        const pair = fullPair({ seriesCount: 3, summaryPages })
        let recordedCount = 0
        let invalidCount = 0
        for (const step of steps) {
          if (step.do === 'drain') pair.reader.drain(0)
          else {
            for (const value of step.values) {
              pair.writer.push(pair.entryIds[recordedCount++ % 3]!, value)
              if (!Number.isFinite(value)) invalidCount++
            }
          }
          expectConserved(pair, recordedCount)
        }
        pair.reader.drain(0)
        expectConserved(pair, recordedCount)
        const { pending, dropped, summarized } = pair.reader.snapshot(0)
        expect(pending).toBe(0)
        if (summaryPages === 512) expect(dropped).toBe(0)
        if (summaryPages === 0) expect(summarized).toBe(0)
        const invalid = pair.series.reduce((sum, series) => sum + series.invalid, 0)
        if (dropped === 0) expect(invalid).toBe(invalidCount)
      }),
      { numRuns: 200 },
    )
  })
})

describe('summarized samples', () => {
  test('have the percentiles of a sort, within the stated error, whatever was recorded', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), { minLength: 1 }), values => {
        const usable = values.map(value => (Math.abs(value) <= 2 ** -64 ? 0 : value + 0))
        const pair = fullPair()
        fill(pair)
        for (const value of usable) pair.writer.push(pair.entryIds[0]!, value)
        pair.reader.drain(0)
        const sorted = Float64Array.from([...usable, ...new Array(CAPACITY).fill(1)]).sort()
        const { min, max, ...found } = sinceStart(pair.series[0]!)
        expect([min, max]).toEqual([sorted[0], sorted.at(-1)])
        for (const [name, q] of [
          ['p50', 0.5],
          ['p95', 0.95],
          ['p99', 0.99],
        ] as const) {
          const exact = sorted[nearestRank(q, sorted.length) - 1]!
          // A bucket's bounds may be off by the last bit.
          const errorMax = Math.abs(exact) * RELATIVE_ERROR_MAX * (1 + 1e-9)
          expect(Math.abs(found[name]! - exact)).toBeLessThanOrEqual(errorMax)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('add up exactly, also where plain addition would drown the small ones', () => {
    const pair = fullPair()
    fill(pair)
    const push = (value: number) => pair.writer.push(pair.entryIds[0]!, value)
    push(2 ** 53)
    for (let count = 0; count < 1_000; count++) push(1)
    push(-(2 ** 53))
    pair.reader.drain(0)
    expect(pair.series[0]!.totalSum).toBe(1_000 + CAPACITY)
  })

  test('are part of totals, time windows and rates, and not of the rolling window, which says that it is not whole', () => {
    const pair = fullPair({ windowCapacity: 20 })
    fill(pair)
    for (let value = 1; value <= 100; value++) pair.writer.push(pair.entryIds[0]!, value)
    pair.reader.drain(0)
    const series = pair.series[0]!
    const options = { nowMs: 0, timestamp: 0, labels: {} }
    const rolling = () => snapshotSeries([series], options)
    expect(rolling()).toMatchObject({
      count: 16,
      total: 116,
      summarized: 100,
      exact: false,
      last: 100,
      rate: 116,
    })
    expect(rolling()).toMatchObject({ totalSum: 5_050 + 16, lost: 0, window: { size: 16, evicted: 0 } })
    const lastMinute = snapshotSeries([series], { ...options, timeWindowMs: 60_000 })
    expect(lastMinute).toMatchObject({ count: 116, sum: 5_066, min: 1, max: 100, exact: false })
    const isExact = (statistic: 'p95' | 'max' | 'avg', timeWindowMs?: number) =>
      readStatistic([series], statistic, { nowMs: 0, timeWindowMs }).exact
    expect([isExact('p95'), isExact('avg'), isExact('max')]).toEqual([false, false, false])
    expect([isExact('p95', 60_000), isExact('max', 60_000), isExact('avg', 60_000)]).toEqual([
      false,
      false,
      true,
    ])
    for (let count = 1; count <= 20; count++) {
      expect(rolling().exact, `after ${count - 1} samples`).toBe(false)
      pair.writer.push(pair.entryIds[0]!, 7)
      pair.reader.drain(0)
    }
    expect(rolling()).toMatchObject({ exact: true, summarized: 100, min: 7 })
  })

  test('belong to the slice of time in which they are read', () => {
    const pair = fullPair()
    fill(pair)
    pair.writer.push(pair.entryIds[0]!, 3)
    pair.clock.advance(120_000)
    pair.setCoarseClock(120_000)
    pair.reader.drain(120_000)
    const options = { nowMs: 120_000, timestamp: 0, labels: {}, timeWindowMs: 5_000 }
    expect(snapshotSeries([pair.series[0]!], options)).toMatchObject({ count: 1, min: 3, max: 3 })
  })

  test('give a later slice the bound of a bucket for its extremes, and exact ones where they are new', () => {
    const pair = fullPair()
    const drainAt = (nowMs: number, values: readonly number[]) => {
      fill(pair)
      for (const value of values) pair.writer.push(pair.entryIds[0]!, value)
      pair.clock.advance(nowMs - pair.clock.nowMs())
      pair.setCoarseClock(nowMs)
      pair.reader.drain(nowMs)
      const options = { nowMs, timestamp: 0, labels: {}, timeWindowMs: 5_000 }
      const { min, max } = snapshotSeries([pair.series[0]!], options)
      return { min: min!, max: max! }
    }
    drainAt(1, [0.5, 1_000])
    const within = drainAt(60_000, [0.7, 700])
    expect(within.min).toBeLessThanOrEqual(0.7)
    expect(within.min).toBeGreaterThan(0.7 * 0.978)
    expect(within.max).toBeGreaterThanOrEqual(700)
    expect(within.max).toBeLessThan(700 * 1.022)
    expect(drainAt(120_000, [0.2, 5_000])).toEqual({ min: 0.2, max: 5_000 })
    // As far out as ever: the bucket's bound would lie beyond what was ever recorded.
    expect(drainAt(180_000, [0.2, 5_000])).toEqual({ min: 0.2, max: 5_000 })
  })

  test('that are no numbers count as invalid, and negative zero as zero', () => {
    const pair = fullPair()
    fill(pair)
    const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '12', undefined, {}, 3n]
    for (const value of bad) pair.writer.push(pair.entryIds[0]!, value as number)
    pair.writer.push(pair.entryIds[0]!, -0)
    pair.reader.drain(0)
    expect(pair.series[0]).toMatchObject({ invalid: bad.length, total: CAPACITY + 1, summarized: 1 })
    expect(Object.is(pair.series[0]!.last, 0)).toBe(true)
    expect(sinceStart(pair.series[0]!).min).toBe(0)
  })

  test('of a counter add to its value; what it cannot take is invalid', () => {
    const pair = fullPair({ kind: 'counter' })
    const add = (by: number) => pair.writer.push(pair.entryIds[0]! + HEADER_INCREMENT, by)
    for (let count = 0; count < CAPACITY; count++) add(0.5)
    for (const by of [0.25, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300 * 1e10]) add(by)
    pair.reader.drain(0)
    expect(pair.series[0]).toMatchObject({ total: 8 + 1.75, summarized: 2, invalid: 4, lost: 0 })
    expectConservedCounter(pair, CAPACITY + 6)
  })

  test('whose sum leaves the range of a number make it infinite, as addition would, and it stays that', () => {
    const pair = fullPair()
    for (let round = 0; round < 3; round++) {
      fill(pair)
      pair.writer.push(pair.entryIds[0]!, Number.MAX_VALUE)
      pair.reader.drain(0)
    }
    expect(pair.series[0]).toMatchObject({ totalSum: Number.POSITIVE_INFINITY, total: 3 * CAPACITY + 3 })
  })
})

function expectConservedCounter({ reader }: LanePair, recordedCount: number): void {
  expect(reader.snapshot(0)).toMatchObject({ recorded: recordedCount, dropped: 0, pending: 0 })
}

describe('counts that wrap', () => {
  test('at 2^32 are read by difference, each and in all', () => {
    const pair = fullPair()
    fill(pair)
    pair.writer.push(pair.entryIds[0]!, 5)
    pair.reader.drain(0)
    const { lane } = pair
    // As if 2^32 - 3 more of the same value had come, and had been read.
    const first = summaryFirstWord(CAPACITY)
    const words = lane.words.subarray(first)
    const seenFrom = lane.summaryPages * PAGE_WORDS
    const header = lane.summaryPages * PAGE_WORDS - HEADER_WORDS
    const counts = words.subarray(0, seenFrom).findIndex((count, word) => word >= PAGE_WORDS && count === 1)
    for (const word of [counts, header + SummaryWord.version]) {
      words[word] = -2
      words[seenFrom + word] = -2
    }
    words[seenFrom + header + SummaryWord.figuresSeen] = -2
    words.copyWithin(header + SummaryWord.copies, header + SummaryWord.copies + 16, header + HEADER_WORDS)
    lane.words[LaneWord.summarized] = -2
    lane.words[LaneWord.summarizedSeen] = -2
    const before = pair.series[0]!.total
    fill(pair)
    for (let count = 0; count < 10; count++) pair.writer.push(pair.entryIds[0]!, 5)
    expect(pair.reader.snapshot(0)).toMatchObject({ pending: CAPACITY + 10 })
    pair.reader.drain(0)
    expect(pair.series[0]!.total - before).toBe(CAPACITY + 10)
    expect(words[counts]).toBe(8)
    expect(pair.reader.snapshot(0)).toMatchObject({ pending: 0, summarized: 11 })
    expect(pair.series[0]!.totalSum).toBe(2 * CAPACITY + 5 * 11)
  })
})

describe('a summary with too few pages', () => {
  test('for ten thousand series takes what it can, and drops and counts the rest', () => {
    const seriesCount = 10_000
    const pair = fullPair({ seriesCount, summaryPages: 4_096 })
    fill(pair)
    for (let round = 0; round < 3; round++) {
      for (let series = 0; series < seriesCount; series++)
        pair.writer.push(pair.entryIds[series]!, series + 1)
      pair.reader.drain(0)
      fill(pair)
    }
    pair.reader.drain(0)
    expectConserved(pair, 3 * seriesCount + 4 * CAPACITY)
    const { dropped, summarized } = pair.reader.snapshot(0)
    expect([dropped > 0, summarized > 0]).toEqual([true, true])
    // First come, first served; whoever has no place loses all, whoever has one loses nothing.
    const losses = pair.series.map(({ lost }) => lost)
    expect(losses[0]).toBe(0)
    expect(losses.at(-1)).toBe(3)
    expect(new Set(losses)).toEqual(new Set([0, 3]))
  })

  test('drops a value whose octave finds no page, and goes on taking those that have one', () => {
    // A header, a table, and one page of counts.
    const pair = fullPair({ summaryPages: 4 })
    fill(pair)
    for (const value of [3, 3.5, 100, 3, 0, 1e9]) pair.writer.push(pair.entryIds[0]!, value)
    pair.reader.drain(0)
    expect(pair.series[0]).toMatchObject({ summarized: 4, lost: 2 })
    expectConserved(pair, CAPACITY + 6)
  })
})

describe('a reader that follows another', () => {
  test('goes on where it stopped: nothing is missed, and nothing read twice', () => {
    const pair = fullPair({ seriesCount: 2 })
    fill(pair)
    for (let count = 0; count < 100; count++) pair.writer.push(pair.entryIds[count % 2]!, count)
    pair.reader.drain(0)
    fill(pair)
    for (let count = 0; count < 50; count++) pair.writer.push(pair.entryIds[count % 2]!, count)
    const successor = pair.newReader()
    expect(successor.drain(0)).toBe(CAPACITY + 50)
    expect(successor.snapshot(0)).toMatchObject({ summarized: 150, drained: 2 * CAPACITY, pending: 0 })
    expect(pair.series.reduce((sum, { summarized }) => sum + summarized, 0)).toBe(150)
    expect(pair.newReader().drain(0)).toBe(0)
  })

  test('finds the figures of the samples that its predecessor had only counted', () => {
    const pair = fullPair()
    fill(pair)
    for (const value of [5, 7, 9]) pair.writer.push(pair.entryIds[0]!, value)
    const { words } = pair.lane
    const header = summaryFirstWord(CAPACITY) + pair.lane.summaryPages * PAGE_WORDS - HEADER_WORDS
    // As a thread leaves it that is terminated before the version of its last sample.
    words[header + SummaryWord.version]! -= 1
    pair.reader.drain(0)
    expect(pair.series[0]).toMatchObject({ total: CAPACITY + 3, totalSum: CAPACITY + 12, last: 7 })
    words[header + SummaryWord.version]! += 1
    pair.newReader().drain(0)
    expect(pair.series[0]).toMatchObject({ total: CAPACITY + 3, totalSum: CAPACITY + 21, last: 9 })
  })
})

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)

describe('whatever is summarized between two looks of the reader', () => {
  /** Drains, and lets the producer record at the reader's `turn`-th look at shared memory.
   *  @returns whether it came to that */
  function drainInterrupted(pair: LanePair, turn: number, record: () => void): boolean {
    let looks = 0
    const { load } = Atomics
    const look = (words: Int32Array, index: number): number => {
      if (looks++ === turn) record()
      return load(words, index)
    }
    Atomics.load = look as typeof Atomics.load
    try {
      pair.reader.drain(0)
    } finally {
      Atomics.load = load
    }
    return looks > turn
  }

  test.each([1, 2, 3, 5])(
    '%i samples at any of them: each is read once, sum and last value are of one moment',
    count => {
      let turn = 0
      for (let isReached = true; isReached; turn++) {
        const pair = fullPair()
        const summarized: number[] = []
        const overflow = (samples: number) => {
          fill(pair)
          const roomCount = CAPACITY - pair.visibleCount()
          expect(roomCount).toBe(0)
          for (let sample = 0; sample < samples; sample++) {
            const value = 10.1 + summarized.length
            summarized.push(value)
            pair.writer.push(pair.entryIds[0]!, value)
          }
        }
        overflow(3)
        let recordedCount = CAPACITY + 3
        isReached = drainInterrupted(pair, turn, () => {
          // Those that are to fill the lane find it full, as far as it is not yet drained.
          summarized.push(...new Array(pair.visibleCount()).fill(1))
          overflow(count)
          recordedCount += CAPACITY + count
        })
        const series = pair.series[0]!
        expect(series.summarized).toBeLessThanOrEqual(summarized.length)
        // What came by the ring was ones.
        const sumOfSummarized = () => series.totalSum - (series.total - series.summarized)
        const sums = summarized.map((_, index) => sumOf(summarized.slice(0, index + 1)))
        const taken = sums.findIndex(sum => Math.abs(sum - sumOfSummarized()) < 1e-9)
        expect(series.last, 'as late as the sum').toBe(summarized[taken])
        pair.reader.drain(0)
        const { recorded, pending, dropped } = pair.reader.snapshot(0)
        expect([recorded, pending, dropped]).toEqual([recordedCount, 0, 0])
        expect(series.summarized).toBe(summarized.length)
        expect(sumOfSummarized()).toBeCloseTo(sums.at(-1)!, 9)
      }
      expect(turn).toBeGreaterThan(100)
    },
  )
})

describe('a summary that makes no sense', () => {
  const header = summaryFirstWord(CAPACITY) + 256 * PAGE_WORDS - HEADER_WORDS
  test.each<[string, (words: Int32Array) => void]>([
    [
      'more headers than pages',
      words => words.fill(129, LaneWord.summaryHeadersUsed, LaneWord.summaryHeadersUsed + 1),
    ],
    [
      'fewer headers than none',
      words => words.fill(-1, LaneWord.summaryHeadersUsed, LaneWord.summaryHeadersUsed + 1),
    ],
    ['a header of no series', words => words.fill(0, header, header + 1)],
    ['a header of a series beyond all', words => words.fill(4_000, header, header + 1)],
    ['a header of a series beyond any', words => words.fill(2 ** 30, header, header + 1)],
    [
      'a page beyond the pool',
      words => words.fill(20_000, header + SummaryWord.tables, header + SummaryWord.copies),
    ],
    [
      'a page before the pool',
      words => words.fill(-5, header + SummaryWord.tables, header + SummaryWord.copies),
    ],
    [
      'a page that no one has taken',
      words => words.fill(9, header + SummaryWord.tables, header + SummaryWord.copies),
    ],
    [
      'tables that name one page again and again',
      words => {
        words[LaneWord.summaryPagesUsed] = 256
        words.fill(1, header + SummaryWord.tables, header + SummaryWord.copies)
        words.fill(1, summaryFirstWord(CAPACITY), summaryFirstWord(CAPACITY) + PAGE_WORDS)
        words[LaneWord.summaryHeadersUsed] = 2
        words.copyWithin(header - HEADER_WORDS, header, header + HEADER_WORDS)
      },
    ],
    [
      'figures that are no numbers',
      words => words.fill(-1, header + SummaryWord.copies, header + HEADER_WORDS),
    ],
  ])('%s: is given up with an error, after a bounded look', (_, damage) => {
    const pair = fullPair()
    fill(pair)
    pair.writer.push(pair.entryIds[0]!, 5)
    damage(pair.lane.words)
    expect(() => pair.reader.drain(0)).toThrow(/^not so: /)
  })

  test('any words whatever: the look ends, and the statistics stay numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.integer()), { maxLength: 40 }), changes => {
        const pair = fullPair()
        fill(pair)
        for (const value of [1, 50, 5_000, -3]) pair.writer.push(pair.entryIds[0]!, value)
        const first = summaryFirstWord(CAPACITY)
        const poolWords = 256 * PAGE_WORDS
        for (const [place, word] of changes) {
          // Where something is in use: the first pages, and the header.
          const used = place % (12 * PAGE_WORDS)
          pair.lane.words[first + (used < 10 * PAGE_WORDS ? used : poolWords - 1 - (used % HEADER_WORDS))] =
            word
        }
        pair.lane.words[LaneWord.summarized]! += 1
        try {
          pair.reader.drain(0)
        } catch (error) {
          expect(String(error)).toMatch(/^CorruptMemory: not so: /)
        }
        const { total, totalSum, last } = pair.series[0]!
        expect([Number.isFinite(total), Number.isNaN(totalSum), Number.isFinite(last)]).toEqual([
          true,
          false,
          true,
        ])
      }),
      { numRuns: 300 },
    )
  })
})
