import { describe, expect, test } from 'vitest'
import type { Reading } from './reading.ts'
import { type Findings, judge, reasonsOf } from './verdict.ts'

const MIB = 2 ** 20
const FLAT: Reading = {
  atMs: 0,
  rssBytes: 150 * MIB,
  heapBytes: 12 * MIB,
  externalBytes: 5 * MIB,
  fdCount: 30,
  resourceCount: 4,
  laneCount: 3,
  staleLaneCount: 0,
  seriesCount: 120,
  tickMs: 2,
  queueDepth: 500,
  loopDelayMs: 11,
}
const NOTHING: Findings = {
  faults: [],
  unexpectedLines: [],
  lanesLeft: 0,
  resourcesLeft: [],
  fdsLeft: 0,
  wasInterrupted: false,
}

/** A reading every three seconds. */
function readings(count: number, change: (index: number) => Partial<Reading> = () => ({})): Reading[] {
  return Array.from({ length: count }, (_, index) => ({ ...FLAT, atMs: index * 3_000, ...change(index) }))
}

const reasons = (read: Reading[], found: Partial<Findings> = {}) =>
  reasonsOf(judge(read), { ...NOTHING, ...found })

test('a run in which nothing grows, nothing is missing and nothing is left passes', () => {
  expect(reasons(readings(60))).toEqual([])
})

describe('a run fails, and says why,', () => {
  test.each([
    ['resident memory', (index: number) => ({ rssBytes: FLAT.rssBytes + index * MIB })],
    ['heap of the main thread', (index: number) => ({ heapBytes: FLAT.heapBytes + index * MIB * 0.1 })],
    ['outside the heap', (index: number) => ({ externalBytes: FLAT.externalBytes + index * MIB * 0.1 })],
    ['open files', (index: number) => ({ fdCount: 30 + Math.floor(index / 10) })],
    ['active resources', (index: number) => ({ resourceCount: 4 + Math.floor(index / 10) })],
    ['series', (index: number) => ({ seriesCount: 100 + index })],
  ])('when it grows: %s', (name, change) => {
    expect(reasons(readings(60, change))).toEqual([`growing: ${name}`])
  })

  test('when the lane of an ended thread is kept too long, be it seen once', () => {
    const seenOnce = readings(60, index => ({ staleLaneCount: index === 5 ? 2 : 0 }))
    expect(reasons(seenOnce)).toEqual(['up to 2 lanes of ended threads were kept too long'])
  })

  test.each([
    [
      { faults: ['soak_hits: 5 recorded, 4 arrived and 0 lost'] },
      'soak_hits: 5 recorded, 4 arrived and 0 lost',
    ],
    [{ unexpectedLines: ['Warning: a leak'] }, 'unexpected: Warning: a leak'],
    [{ lanesLeft: 2 }, '2 lanes of ended threads were not released'],
    [{ resourcesLeft: ['Timeout', 'MessagePort'] }, 'still active after close: Timeout, MessagePort'],
    [{ fdsLeft: 1 }, '1 files still open after close'],
  ])('for what was found: %j', (found, reason) => {
    expect(reasons(readings(60), found)).toEqual([reason])
  })

  test.each([0, 5])('when %i readings are too few to tell', count => {
    expect(reasons(readings(count))).toEqual(['too short to tell whether anything grows'])
    expect(reasons(readings(count), { wasInterrupted: true }), 'unless somebody ended it').toEqual([])
  })
})

test('what is only shown is not judged', () => {
  const slower = readings(60, index => ({ tickMs: index, queueDepth: index * 100, loopDelayMs: index }))
  expect(reasons(slower)).toEqual([])
})

test('where the system does not count open files, the rest is judged', () => {
  const judged = judge(readings(60, () => ({ fdCount: undefined })))
  expect(judged.map(({ name }) => name)).not.toContain('open files')
  expect(reasonsOf(judged, NOTHING)).toEqual([])
})
