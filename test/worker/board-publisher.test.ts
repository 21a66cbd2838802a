import { describe, expect, test, vi } from 'vitest'
import { BOARD_FIELDS, BoardReader, createBoard } from '../../src/shared/memory/board.ts'
import {
  createDirectory,
  DirectoryReader,
  DirectoryWriter,
  EntryWord,
} from '../../src/shared/memory/directory.ts'
import { describeMetric } from '../../src/shared/metric.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import type { Series } from '../../src/shared/statistics/series.ts'
import { BoardPublisher } from '../../src/worker/board-publisher.ts'
import { ManualClock } from '../support/manual-clock.ts'

const PUBLISH_INTERVAL_MS = 250
const TICK_BUDGET_MS = 0.5

/** A clock on which every look costs time, as the work between two looks does. */
class BusyClock extends ManualClock {
  costMs = 0

  override nowMs(): number {
    this.advance(this.costMs)
    return super.nowMs()
  }
}

function createPublisher(seriesCount: number) {
  const clock = new BusyClock()
  const board = createBoard()
  const publisher = new BoardPublisher(board, clock)
  const registry = new MetricRegistry({ clock, maxSeriesPerMetric: 10_000 })
  const metric = registry.register(describeMetric('gauge', 'level', { labelNames: ['n'] }))
  const writer = new DirectoryWriter(createDirectory())
  const reader = new BoardReader(board)
  const assign = (series: Series) => {
    const { firstWord } = writer.append({
      type: 'series',
      metricEntryId: 0,
      labelValues: [],
      isOverflow: false,
    })
    const directory = new DirectoryReader(writer.buffer)
    publisher.assign(series, directory, firstWord)
    return { boardSlot: directory.words[firstWord + EntryWord.boardSlot]! }
  }
  const all = Array.from({ length: seriesCount }, (_, index) => metric.series([String(index)]))
  const slots = all.map(series => assign(series).boardSlot - 1)
  const lastOf = (index: number) => reader.read(slots[index]!)?.[BOARD_FIELDS.indexOf('last')]
  const rateOf = (index: number) => reader.read(slots[index]!)?.[BOARD_FIELDS.indexOf('rate')]
  const recordAll = (value: number) => {
    for (const series of all) series.record(value, clock.nowMs() >>> 0)
  }
  const publishedCount = (value: number) => all.filter((_, index) => lastOf(index) === value).length
  return { clock, publisher, all, slots, assign, lastOf, rateOf, recordAll, publishedCount }
}

test('every series has a slot of its own, and the same one for every thread that registers it', () => {
  const { slots, all, assign } = createPublisher(300)
  expect(new Set(slots).size).toBe(300)
  expect(assign(all[5]!).boardSlot - 1).toBe(slots[5])
})

test('a series without samples is not published, one with a change is, and only then again', () => {
  const { publisher, clock, all, slots, lastOf } = createPublisher(2)
  publisher.publishDue()
  expect([lastOf(0), lastOf(1)]).toEqual([undefined, undefined])
  all[0]!.record(7, 0)
  publisher.publishDue()
  expect([lastOf(0), lastOf(1)]).toEqual([7, undefined])
  const timestamps = () => slots.map((_, index) => lastOf(index))
  clock.advance(10 * PUBLISH_INTERVAL_MS)
  publisher.publishDue()
  expect(timestamps()).toEqual([7, undefined])
  all[0]!.record(Number.NaN, 0)
  all[1]!.lost += 1
  publisher.publishDue()
  expect(lastOf(1)).toBeNaN()
})

test('a series is published at most every 250 ms, and then with what came meanwhile', () => {
  const { publisher, clock, recordAll, lastOf } = createPublisher(1)
  const publishedAt: number[] = []
  for (let passedMs = 0; passedMs < 2_000; passedMs += 10) {
    recordAll(passedMs)
    publisher.publishDue()
    if (lastOf(0) === passedMs) publishedAt.push(passedMs)
    clock.advance(10)
  }
  expect(publishedAt).toEqual([0, 250, 500, 750, 1_000, 1_250, 1_500, 1_750])
})

test('the rate of a series that falls silent goes down to 0, and then it is left alone', () => {
  const { publisher, clock, all, recordAll, rateOf } = createPublisher(1)
  recordAll(1)
  publisher.publishDue()
  expect(rateOf(0)).toBeGreaterThan(0)
  for (let passedMs = 0; passedMs < 25_000; passedMs += 100) {
    clock.advance(100)
    publisher.publishDue()
  }
  expect(rateOf(0)).toBe(0)
  const read = vi.spyOn(all[0]!, 'slices', 'get')
  for (let passedMs = 0; passedMs < 20_000; passedMs += 100) {
    clock.advance(100)
    publisher.publishDue()
  }
  expect(read).not.toHaveBeenCalled()
})

describe('the budget of a tick', () => {
  test('is not spent on looking at the clock for series that are not due', () => {
    const { publisher, clock, recordAll } = createPublisher(1_000)
    recordAll(1)
    publisher.publishAll()
    recordAll(2)
    clock.costMs = 0.01
    const startMs = clock.nowMs()
    publisher.publishDue()
    expect(clock.nowMs() - startMs).toBeLessThan(20 * clock.costMs)
  })

  test('of many series, each tick visits its share: all of them within the interval, and none much more often', () => {
    const { publisher, clock, all, recordAll } = createPublisher(10_000)
    recordAll(1)
    publisher.publishAll()
    let visitedCount = 0
    for (const series of all) {
      Object.defineProperty(series, 'revision', {
        get: () => {
          visitedCount++
          return 1
        },
      })
    }
    publisher.publishDue()
    visitedCount = 0
    clock.advance(10)
    publisher.publishDue()
    expect(visitedCount).toBe(400)
    for (let passedMs = 10; passedMs < PUBLISH_INTERVAL_MS; passedMs += 10) {
      clock.advance(10)
      publisher.publishDue()
    }
    expect(visitedCount).toBe(10_000)
  })

  test('holds for series that are only passed over, too', () => {
    const { publisher, clock, all, recordAll } = createPublisher(1_000)
    recordAll(1)
    publisher.publishAll()
    recordAll(2)
    let visitedCount = 0
    for (const series of all) {
      Object.defineProperty(series, 'revision', {
        get: () => {
          visitedCount++
          clock.advance(0.01)
          return 2
        },
      })
    }
    publisher.publishDue()
    expect(visitedCount).toBeLessThan(200)
  })

  test('bounds the time spent, whatever the number of series', () => {
    const { publisher, clock, recordAll, publishedCount } = createPublisher(1_000)
    recordAll(1)
    clock.costMs = 0.05
    const startMs = clock.nowMs()
    publisher.publishDue()
    expect(clock.nowMs() - startMs).toBeLessThan(TICK_BUDGET_MS + 10 * clock.costMs)
    expect(publishedCount(1)).toBeGreaterThan(0)
    expect(publishedCount(1)).toBeLessThan(20)
  })

  test('is shared in turn: every series gets there, though all change all the time', () => {
    const { publisher, clock, recordAll, lastOf } = createPublisher(200)
    const published = new Set<number>()
    for (let tick = 0; tick < 100; tick++) {
      recordAll(tick)
      clock.costMs = 0.05
      publisher.publishDue()
      clock.costMs = 0
      for (let index = 0; index < 200; index++) if (lastOf(index) === tick) published.add(index)
      clock.advance(4 * PUBLISH_INTERVAL_MS)
    }
    expect(published.size).toBe(200)
  })

  test('lets one series through even when that alone costs more', () => {
    const { publisher, clock, recordAll, publishedCount } = createPublisher(3)
    recordAll(1)
    clock.costMs = 5
    for (let tick = 1; tick <= 3; tick++) {
      publisher.publishDue()
      expect(publishedCount(1)).toBe(tick)
    }
  })
})

test('publishing all heeds neither budget nor interval, but leaves out what has not changed', () => {
  const { publisher, clock, recordAll, publishedCount, all, lastOf } = createPublisher(500)
  clock.costMs = 1
  recordAll(1)
  publisher.publishAll()
  expect(publishedCount(1)).toBe(500)
  all[3]!.record(2, clock.nowMs() >>> 0)
  publisher.publishAll()
  expect([publishedCount(1), lastOf(3)]).toEqual([499, 2])
})
