/** A thread that writes anything anywhere into the memory it shares: its lane is set aside or goes on with nonsense of its
 *  own, and every other lane is served exactly. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BoardReader } from '../../../src/shared/memory/board.ts'
import { EntryWord } from '../../../src/shared/memory/directory.ts'
import { LaneTotal, LaneWord, Lease, SLOTS_OFFSET_DOUBLES } from '../../../src/shared/memory/lane-layout.ts'
import { besideHostileThread } from './hostile-thread.ts'
import { HOSTILE_DOUBLES, HOSTILE_WORDS, hostileDouble, hostileWord } from './hostile-values.ts'

/** Where the first entry of a directory begins, in words: the metric `bad`; the series follow it. */
const FIRST_ENTRY_WORD = 16
const DIRECTORY_WORDS = [0, 1, ...Object.values(EntryWord).map(word => FIRST_ENTRY_WORD + word), 24, 25]

describe.each(['before it is adopted', 'between two drains', 'after its thread has ended'])('%s', moment => {
  const ruin = (overwrite: (thread: ReturnType<typeof besideHostileThread>) => void) => {
    const thread = besideHostileThread()
    if (moment !== 'before it is adopted') {
      thread.adoptBad()
      thread.record()
      thread.drain()
    }
    thread.record()
    if (moment === 'after its thread has ended') thread.laneWords[LaneWord.ended] = 1
    overwrite(thread)
    if (moment === 'before it is adopted') thread.adoptBad()
    for (let round = 0; round < 3; round++) {
      thread.drain()
      thread.record()
    }
    thread.drain()
    thread.expectOthersServed()
    expect(thread.broken.length).toBeLessThanOrEqual(1)
    expect(thread.lanes.quarantinedCount).toBe(thread.broken.length)
  }

  test.each(Object.keys(LaneWord))('every hostile value in the lane’s %s', word => {
    for (const value of HOSTILE_WORDS) {
      ruin(({ laneWords }) => {
        laneWords[LaneWord[word as keyof typeof LaneWord]] = value
      })
    }
  })

  test.each(Object.keys(LaneTotal))('every hostile value in the lane’s total of %s', total => {
    for (const value of HOSTILE_DOUBLES) {
      ruin(({ laneDoubles }) => {
        laneDoubles[LaneTotal[total as keyof typeof LaneTotal]] = value
      })
    }
  })

  test('every hostile value in the directory’s words and its entries’', () => {
    for (const word of DIRECTORY_WORDS) {
      for (const value of HOSTILE_WORDS) {
        ruin(({ directoryWords }) => {
          directoryWords[word] = value
        })
      }
    }
  })

  test('every hostile value in what the aggregator has seen of a counter', () => {
    for (const value of HOSTILE_DOUBLES) {
      ruin(({ directory }) => {
        // Every aligned place, so that the counter's own is among them.
        new Float64Array(directory).fill(value, 8, 64)
      })
    }
  })

  test('every hostile value in all slots, published', () => {
    for (const value of HOSTILE_DOUBLES) {
      ruin(({ laneDoubles, laneWords }) => {
        laneDoubles.fill(value, SLOTS_OFFSET_DOUBLES)
        laneWords[LaneWord.writeIndex] = laneWords[LaneWord.readIndex]! + 64
      })
    }
  })
})

type Act =
  | { readonly where: 'lane' | 'directory' | 'board' | 'clock'; readonly at: number; readonly word: number }
  | { readonly where: 'slot' | 'total'; readonly at: number; readonly double: number }
  | { readonly where: 'grow'; readonly bytes: number }
  | { readonly where: 'nowhere'; readonly what: 'record' | 'drain' | 'announce' | 'end' }

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    where: fc.constantFrom('lane' as const, 'directory' as const, 'board' as const, 'clock' as const),
    at: fc.nat(200),
    word: hostileWord,
  }),
  fc.record({
    where: fc.constantFrom('slot' as const, 'total' as const),
    at: fc.nat(127),
    double: hostileDouble,
  }),
  fc.record({ where: fc.constant('grow' as const), bytes: fc.nat(64 * 2 ** 20) }),
  fc.record({
    where: fc.constant('nowhere' as const),
    what: fc.constantFrom('record' as const, 'drain' as const, 'announce' as const, 'end' as const),
  }),
)

test('anything, anywhere, in any order: others are served, and nothing throws', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), acts => {
      const thread = besideHostileThread()
      const { laneWords, laneDoubles, directory, directoryWords, share } = thread
      const board = new Int32Array(share.board)
      thread.adoptBad()
      for (const one of acts) {
        if (one.where === 'nowhere') {
          if (one.what === 'record') thread.record()
          else if (one.what === 'drain') thread.drain()
          else if (one.what === 'announce') thread.adoptBad()
          else laneWords[LaneWord.ended] = 1
        } else if (one.where === 'grow') growTo(directory, one.bytes)
        else if (one.where === 'lane') laneWords[one.at % 96] = one.word
        else if (one.where === 'directory') directoryWords[one.at] = one.word
        else if (one.where === 'board') board[one.at] = one.word
        else if (one.where === 'clock') new Int32Array(share.control)[32] = one.word
        else if (one.where === 'slot') laneDoubles[SLOTS_OFFSET_DOUBLES + one.at] = one.double
        else if (one.where === 'total') laneDoubles[32 + (one.at % 16)] = one.double
      }
      thread.drain()
      thread.record()
      thread.drain()
      thread.expectOthersServed()
    }),
    { numRuns: 500 },
  )
})

describe('a lane in quarantine', () => {
  const quarantined = () => {
    const thread = besideHostileThread()
    thread.adoptBad()
    thread.record()
    thread.drain()
    thread.laneWords[LaneWord.writeIndex] = 2 ** 30
    thread.drain()
    return thread
  }

  test('is said once, with its ids and what should have held, and its lease says so', () => {
    const { broken, released, laneWords, lanes } = quarantined()
    expect(broken).toEqual([{ laneId: 2, threadId: 3, error: expect.any(Error) }])
    expect(String(broken[0]!.error)).toContain('a lane holds at most its capacity')
    expect([released, laneWords[LaneWord.lease], lanes.quarantinedCount]).toEqual([[2], Lease.quarantined, 1])
  })

  test('keeps in the totals what it had recorded by then', () => {
    const { registry } = quarantined()
    expect(['bad', 'bad_hits'].map(name => registry.metric(name)?.series([]).total)).toEqual([1, 1])
  })

  test('whose indices made sense loses what it still held, counted', () => {
    const thread = besideHostileThread()
    thread.adoptBad()
    thread.drain()
    for (let count = 0; count < 5; count++) thread.badEcho.record(1)
    thread.directoryWords[0] = 2 ** 31
    thread.drain()
    expect([thread.lanes.droppedCount, thread.losses]).toEqual([5, [{ count: 5, threadId: 3 }]])
  })

  test('is never adopted again: neither announced anew, nor with its lease set back', () => {
    const thread = quarantined()
    thread.adoptBad()
    thread.laneWords[LaneWord.lease] = Lease.announced
    thread.adoptBad()
    thread.drain()
    expect(thread.lanes.snapshot(0).map(({ threadId }) => threadId)).toEqual([1, 2])
    expect([thread.broken.length, thread.lanes.quarantinedCount]).toEqual([1, 1])
  })

  test('is not announced again by its own thread, whose samples are dropped and counted there', () => {
    const { bad, badEcho, laneWords } = quarantined()
    laneWords[LaneWord.writeIndex] = 0
    const announcedCount = bad.announcements.length
    for (let count = 0; count < 1_000; count++) badEcho.record(count)
    bad.recorder.publish()
    expect(bad.announcements).toHaveLength(announcedCount)
    expect(laneWords[LaneWord.dropped]).toBeGreaterThan(1_000 - 64)
  })
})

describe('the board', () => {
  test('is written and read on, though another thread has let it grow as far as it goes, or by an odd number of bytes', () => {
    for (const byteLength of [2 ** 15 + 1, 2 ** 20 + 3, Number.POSITIVE_INFINITY]) {
      const { share, registry, board, recorderOf } = grown(byteLength)
      const recorder = recorderOf()
      const handles = Array.from({ length: 600 }, (_, index) => recorder.latency(`m${index}`))
      board.drain()
      for (const handle of handles) {
        handle.record(7)
        board.drain()
      }
      expect(handles.map(handle => handle.stats()?.last)).toEqual(handles.map(() => 7))
      expect([share.board.byteLength > 600 * 128, registry.metrics().length]).toEqual([true, 600])
    }
  })

  test('is readable again after the next writing, whatever stood in its versions', () => {
    const thread = besideHostileThread()
    const words = new Int32Array(thread.share.board)
    for (const version of HOSTILE_WORDS) {
      thread.record()
      thread.drain()
      words.fill(version, 0, 128)
      expect(() => new BoardReader(thread.share.board).read(0)).not.toThrow()
      thread.record()
      thread.drain()
      expect(new BoardReader(thread.share.board).read(0)?.[1]).toBeGreaterThan(0)
    }
  })

  test('gives nothing for slots that are not there, whatever a directory says', () => {
    const thread = besideHostileThread()
    thread.adoptBad()
    thread.drain()
    for (const value of HOSTILE_WORDS) {
      for (let word = FIRST_ENTRY_WORD; word < 128; word++) thread.directoryWords[word] = value
      expect(() => [thread.badEcho.stats(), thread.badHits.stats()]).not.toThrow()
    }
  })

  function grown(byteLength: number) {
    const thread = besideHostileThread()
    growTo(thread.share.board, byteLength)
    return {
      ...thread,
      board: thread,
      recorderOf: () => {
        thread.adoptBad()
        return thread.bad.recorder
      },
      registry: {
        metrics: () => thread.registry.metrics().filter(({ descriptor }) => /^m/.test(descriptor.name)),
      },
    }
  }
})

/** As far as it lets itself grow. */
function growTo(buffer: SharedArrayBuffer, byteLength: number): void {
  const target = Math.min(byteLength, buffer.maxByteLength)
  if (target > buffer.byteLength) buffer.grow(target)
}
