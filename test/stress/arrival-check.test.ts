import { describe, expect, test } from 'vitest'
import { ArrivalCheck } from './arrival-check.ts'
import { FaultList } from './fault.ts'
import { SERIES_COUNT, seriesAt, valueAt } from './sample.ts'

const SALT = 12_345
const COUNT = 50
const TIMES_MS = [2 ** 32 - 1, 3, 8]

interface Sample {
  readonly series: number
  readonly value: number
  readonly timeMs: number
}

function sampleAt(ordinal: number): Sample {
  const timeMs = TIMES_MS[Math.floor((ordinal / COUNT) * TIMES_MS.length)]!
  return { series: seriesAt(ordinal, SALT), value: valueAt(ordinal, SALT), timeMs }
}

const samples = () => Array.from({ length: COUNT }, (_, ordinal) => sampleAt(ordinal))

/** What is found when these samples arrive, of COUNT recorded, and those ordinals were counted as dropped. */
function faultsOf(arrivals: readonly Sample[], dropped: readonly number[] = []) {
  const faults = new FaultList()
  const check = new ArrivalCheck({
    producer: 0,
    salt: SALT,
    capacity: 16,
    sampleCount: COUNT,
    startTimeMs: TIMES_MS[0]!,
    isClockTime: timeMs => TIMES_MS.includes(timeMs),
    faults,
  })
  for (const { series, value, timeMs } of arrivals) check.arrive(series, value, timeMs)
  const droppedBySeries = new Array<number>(SERIES_COUNT).fill(0)
  for (const ordinal of dropped) droppedBySeries[seriesAt(ordinal, SALT)]! += 1
  check.settle({ recorded: COUNT, drained: arrivals.length, dropped: dropped.length, droppedBySeries })
  return Object.fromEntries(Object.entries(faults.counts).filter(([, count]) => count > 0))
}

/** The upper half of one value and the lower of another. */
function tornValue(upper: number, lower: number): number {
  const floats = Float64Array.of(valueAt(upper, SALT), valueAt(lower, SALT))
  const words = new Uint32Array(floats.buffer)
  words[0] = words[2]!
  return floats[0]!
}

describe('no fault is found', () => {
  test('in samples that arrive once each, in order, while the clock wraps', () => {
    expect(faultsOf(samples())).toEqual({})
  })

  test.each([
    ['in the middle', [10, 11, 12, 30]],
    ['at the start', [0, 1]],
    ['at the end', [COUNT - 1]],
    ['all over', samples().map((_, ordinal) => ordinal)],
  ])('where samples are missing %s that were counted as dropped', (_, dropped) => {
    const arrivals = samples().filter((_, ordinal) => !dropped.includes(ordinal))
    expect(faultsOf(arrivals, dropped)).toEqual({})
  })
})

describe('found, and called by its name, is', () => {
  test('a value made of halves of two samples: torn', () => {
    const torn = { ...sampleAt(20), value: tornValue(20, 4) }
    expect(faultsOf(samples().with(20, torn))).toEqual({ torn: 1 })
  })

  test('a value under the header of another sample: torn', () => {
    const other = samples().findIndex(({ series }) => series !== sampleAt(20).series)
    expect(faultsOf(samples().with(20, { ...sampleAt(20), series: sampleAt(other).series }))).toEqual({
      torn: 1,
    })
  })

  test.each([
    ['one bit', valueAt(20, SALT) + 1],
    ['all of it', 0],
    ['its being a number', Number.NaN],
    ['its sign', -valueAt(20, SALT)],
    ['whose it is', valueAt(20, SALT + 1)],
    ['its range', valueAt(COUNT + 5, SALT)],
  ])('a sample that differs in %s: altered', (_, value) => {
    expect(faultsOf(samples().with(20, { ...sampleAt(20), value }))).toEqual({ altered: 1 })
  })

  test('two samples in each other’s place: reordered', () => {
    const swapped = samples().with(20, sampleAt(21)).with(21, sampleAt(20))
    expect(faultsOf(swapped)).toEqual({ reordered: 1 })
  })

  test('a sample that comes once more: duplicated', () => {
    expect(faultsOf(samples().toSpliced(20, 0, sampleAt(19)))).toEqual({ duplicated: 1 })
  })

  test('an old sample in the place of a new one, as a lane read too early gives: duplicated', () => {
    expect(faultsOf(samples().with(20, { ...sampleAt(4), timeMs: sampleAt(20).timeMs }))).toMatchObject({
      duplicated: 1,
    })
  })

  test('a sample that is missing and was not counted: unaccounted', () => {
    const arrivals = samples().toSpliced(20, 1)
    expect(faultsOf(arrivals)).toEqual({ unaccounted: 2 })
  })

  test('a sample counted as dropped that arrived: unaccounted', () => {
    expect(faultsOf(samples(), [20])).toEqual({ unaccounted: 2 })
  })

  test('a dropped sample counted for another series: unaccounted, for both', () => {
    const other = samples().findIndex(({ series }) => series !== sampleAt(20).series)
    expect(faultsOf(samples().toSpliced(20, 1), [other])).toEqual({ unaccounted: 2 })
  })

  test('a time before that of the sample before: mistimed', () => {
    const late = samples().findIndex(({ timeMs }) => timeMs === TIMES_MS[2])
    expect(faultsOf(samples().with(late, { ...sampleAt(late), timeMs: TIMES_MS[0]! }))).toEqual({
      mistimed: 1,
    })
  })

  test('a time that the clock never had: mistimed', () => {
    expect(faultsOf(samples().with(COUNT - 1, { ...sampleAt(COUNT - 1), timeMs: 9 }))).toEqual({
      mistimed: 1,
    })
  })
})

describe('of a terminated producer', () => {
  const faultKindsOf = (recorded: number, drained: number, dropped: number) => {
    const faults = new FaultList()
    const isClockTime = () => true
    const startTimeMs = TIMES_MS[0]!
    const checked = {
      producer: 0,
      salt: SALT,
      capacity: 16,
      sampleCount: COUNT,
      startTimeMs,
      isClockTime,
      faults,
    }
    const check = new ArrivalCheck(checked)
    for (const { series, value, timeMs } of samples().slice(0, drained)) check.arrive(series, value, timeMs)
    check.settleTerminated({ recorded, drained, dropped, droppedBySeries: [] }, 4)
    return faults.kept.map(({ kind }) => kind)
  }

  test.each([
    ['a batch it had not published', 34, 30, 0],
    ['a sample it had not counted yet', 29, 30, 0],
    ['samples dropped since the last arrival', 40, 30, 10],
  ])('nothing is wrong with %s', (_, recorded, drained, dropped) => {
    expect(faultKindsOf(recorded, drained, dropped)).toEqual([])
  })

  test.each([
    ['more missing than a batch', 35, 30, 0],
    ['more arrived than was recorded', 28, 30, 0],
  ])('unaccounted is %s', (_, recorded, drained, dropped) => {
    expect(faultKindsOf(recorded, drained, dropped)).toEqual(['unaccounted'])
  })
})
