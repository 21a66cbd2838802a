/** A thread that writes anything among its exemplars: what makes no sense is passed over, the rest of its lane and all other
 *  lanes are served, and its own writer goes on without throwing. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ControlWord } from '../../../src/shared/memory/control-block.ts'
import { EXEMPLAR_SLOTS, EXEMPLAR_WORDS, ExemplarWord } from '../../../src/shared/memory/exemplar-layout.ts'
import { exemplarsFirstWord, LaneWord, openLane } from '../../../src/shared/memory/lane-layout.ts'
import { besideHostileThread } from './hostile-thread.ts'
import { HOSTILE_WORDS, hostileWord } from './hostile-values.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const AREA_WORDS = EXEMPLAR_SLOTS * EXEMPLAR_WORDS

function beside() {
  const thread = besideHostileThread()
  const { capacity, summaryPages } = openLane(thread.bad.announcements[0]!.lane)
  const first = exemplarsFirstWord(capacity, summaryPages)
  const area = thread.laneWords.subarray(first, first + AREA_WORDS)
  thread.adoptBad()
  const ask = () => {
    thread.lanes.drainFully(0)
    const all = thread.registry
      .metrics()
      .flatMap(({ allSeries }) => allSeries)
      .map(series => ({ series, exemplars: thread.lanes.exemplars.of(series) }))
    for (const { series, exemplars } of all) {
      expect(exemplars.length).toBeLessThanOrEqual(1)
      for (const { value, timeMs, traceId, spanId } of exemplars) {
        expect(series.metric.kind).not.toBe('counter')
        expect([Number.isFinite(value), Number.isFinite(timeMs)]).toEqual([true, true])
        expect(timeMs).toBeLessThanOrEqual(thread.clock.originEpochMs)
        expect(timeMs).toBeGreaterThanOrEqual(thread.clock.originEpochMs)
        expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
        if (spanId !== undefined) expect(spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/)
      }
    }
    return all.flatMap(({ exemplars }) => exemplars)
  }
  const name = (value = 5) => {
    thread.badEcho.recordWithTrace(value, TRACE)
    thread.badEcho.markEndWithTrace(thread.badEcho.markStart(), TRACE)
  }
  return { ...thread, area, ask, name }
}

describe.each(Object.entries(ExemplarWord))('every hostile value in %s', (_, word) => {
  test.each(['of all slots', 'of the slot in use'])('%s', where => {
    for (const value of HOSTILE_WORDS) {
      const { area, ask, name, record, laneWords, expectOthersServed, broken } = beside()
      record()
      name()
      ask()
      for (let slot = 0; slot < EXEMPLAR_SLOTS; slot++) {
        const inUse = area[slot * EXEMPLAR_WORDS + ExemplarWord.version] !== 0
        if (inUse || where === 'of all slots') area[slot * EXEMPLAR_WORDS + word] = value
        if (inUse && word !== ExemplarWord.version) area[slot * EXEMPLAR_WORDS + ExemplarWord.version]! += 2
      }
      laneWords[LaneWord.exemplars]!++
      for (let round = 0; round < 3; round++) {
        ask()
        name(round)
        record()
      }
      ask()
      expectOthersServed()
      expect(broken).toEqual([])
    }
  })
})

test('anything, anywhere among exemplars and their counts, in any order', () => {
  const act = fc.oneof(
    fc.record({ at: fc.nat(AREA_WORDS - 1), word: hostileWord }),
    fc.record({ fill: hostileWord }),
    fc.record({
      control: fc.constantFrom(LaneWord.exemplars, LaneWord.exemplarsRejected),
      word: hostileWord,
    }),
    fc.record({ clock: hostileWord }),
    fc.record({ value: fc.double() }),
    fc.constant('ask' as const),
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), acts => {
      const { area, ask, name, record, laneWords, share, expectOthersServed, broken } = beside()
      for (const one of acts) {
        if (one === 'ask') ask()
        else if ('at' in one) area[one.at] = one.word
        else if ('fill' in one) area.fill(one.fill)
        else if ('control' in one) laneWords[one.control] = one.word
        else if ('clock' in one) new Int32Array(share.control)[ControlWord.clockMs] = one.clock
        else name(one.value)
      }
      laneWords[LaneWord.exemplars]! ^= 1
      record()
      ask()
      expectOthersServed()
      expect(broken).toEqual([])
    }),
    { numRuns: 500 },
  )
})

test('a slot that is never quiet is passed over, and taken once it is written and counted', () => {
  const { area, ask, badEcho, laneWords } = beside()
  badEcho.recordWithTrace(5, TRACE)
  const slot = area.findIndex((version, word) => word % EXEMPLAR_WORDS === 0 && version !== 0)
  area[slot]! -= 1
  for (let round = 0; round < 3; round++) expect(ask()).toEqual([])
  area[slot]! += 1
  laneWords[LaneWord.exemplars]!++
  expect(ask()).toMatchObject([{ value: 5, traceId: TRACE }])
})

test('ids of another thread’s making stay with its own series: a lane speaks of nobody else’s', () => {
  const { area, ask, name, laneWords, registry, lanes } = beside()
  name()
  for (let entry = -1; entry < 12; entry++) {
    for (let slot = 0; slot < AREA_WORDS; slot += EXEMPLAR_WORDS) {
      if (area[slot] === 0) continue
      area[slot + ExemplarWord.entry] = entry
      area[slot]! += 2
    }
    laneWords[LaneWord.exemplars]!++
    ask()
  }
  for (const name of ['good_0', 'good_1']) {
    expect(lanes.exemplars.of(registry.metric(name)!.series([]))).toEqual([])
  }
})
