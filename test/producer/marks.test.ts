import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ELAPSED_BIAS, type Marks as MarksClass } from '../../src/producer/marks.ts'
import { createLane, type LaneMemory, LaneWord } from '../../src/shared/memory/lane-layout.ts'

const OWNER = 1
const OTHER_OWNER = 2
const HANDLE_MAX = 2 ** 30 - 1

let nowNs = 0n
let Marks: typeof MarksClass

// Marks take the clock when they are loaded, so the fake one comes first.
beforeAll(async () => {
  vi.resetModules()
  vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => nowNs)
  Marks = (await import('../../src/producer/marks.ts')).Marks
})
afterAll(() => {
  vi.restoreAllMocks()
})
beforeEach(() => {
  nowNs = 5_000n
})

/** Nanoseconds of the mark that ended, or -1 for a handle that was refused. */
function endedNs(marks: InstanceType<typeof Marks>, owner: number, handle: number): number {
  return marks.end(owner, handle) ? marks.elapsed[0]! - ELAPSED_BIAS : -1
}

function createMarks(capacity = 16, laneId = 0) {
  const lane = createLane({ capacity: 16, laneId, threadId: 1 })
  return { lane, marks: new Marks(lane, capacity) }
}

function counts({ words }: LaneMemory) {
  return { rejected: words[LaneWord.marksRejected], abandoned: words[LaneWord.marksAbandoned] }
}

test('handles are small integers, whatever the lane, the capacity and the number of uses', () => {
  fc.assert(
    fc.property(fc.constantFrom(2, 16, 4_096, 65_536), fc.nat(2 ** 31 - 1), (capacity, laneId) => {
      const { marks } = createMarks(capacity, laneId)
      for (let count = 0; count < 100; count++) {
        const handle = marks.start(OWNER)
        expect(Number.isInteger(handle) && handle >= 0 && handle <= HANDLE_MAX).toBe(true)
        if (count % 2 === 0) endedNs(marks, OWNER, handle)
      }
    }),
    { numRuns: 30 },
  )
})

describe('a mark measures from its start to its end', () => {
  test.each([
    0n,
    1n,
    999n,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 33n + 7n,
    86_400_000_000_000n,
    2n ** 52n - 1n,
  ])('over %d ns', durationNs => {
    const { marks } = createMarks()
    const handle = marks.start(OWNER)
    nowNs += durationNs
    expect(endedNs(marks, OWNER, handle)).toBe(Number(durationNs))
  })

  test.each([2n ** 52n, 2n ** 52n + 2n, 3n * 2n ** 52n, 2n ** 60n])(
    'over %d ns, which is more than 52 days',
    durationNs => {
      const { marks } = createMarks()
      const handle = marks.start(OWNER)
      nowNs += durationNs
      expect(endedNs(marks, OWNER, handle)).toBe(Number(durationNs))
    },
  )

  test('also when the clock itself is far beyond 2^53', () => {
    nowNs = 2n ** 63n - 10n
    const { marks } = createMarks()
    const handle = marks.start(OWNER)
    nowNs += 9n
    expect(endedNs(marks, OWNER, handle)).toBe(9)
  })

  test('nested ones of one series do not disturb each other', () => {
    const { marks } = createMarks()
    const outer = marks.start(OWNER)
    nowNs += 100n
    const inner = marks.start(OWNER)
    nowNs += 10n
    expect(endedNs(marks, OWNER, inner)).toBe(10)
    nowNs += 1n
    expect(endedNs(marks, OWNER, outer)).toBe(111)
  })

  test('however many are open, in whatever order they end', () => {
    const step = fc.record({
      isStart: fc.boolean(),
      pick: fc.nat(),
      byNs: fc.nat(10_000),
      owner: fc.constantFrom(OWNER, OTHER_OWNER),
    })
    fc.assert(
      fc.property(fc.constantFrom(8, 64), fc.array(step, { maxLength: 300 }), (capacity, steps) => {
        const { marks, lane } = createMarks(capacity)
        const open: { handle: number; owner: number; startNs: bigint }[] = []
        for (const { isStart, pick, byNs, owner } of steps) {
          nowNs += BigInt(byNs)
          if (isStart && open.length < capacity) {
            const handle = marks.start(owner)
            expect(open.some(one => one.handle === handle)).toBe(false)
            open.push({ handle, owner, startNs: nowNs })
          } else if (open.length > 0) {
            const [ended] = open.splice(pick % open.length, 1)
            expect(marks.ownerOf(ended!.handle)).toBe(ended!.owner)
            expect(endedNs(marks, ended!.owner, ended!.handle)).toBe(Number(nowNs - ended!.startNs))
          }
        }
        expect(counts(lane)).toEqual({ rejected: 0, abandoned: 0 })
      }),
      { numRuns: 50 },
    )
  })
})

describe('a handle that is not open is counted and ignored', () => {
  const cases: [string, (marks: MarksClass, handle: number) => unknown][] = [
    ['used twice', (marks, handle) => [endedNs(marks, OWNER, handle), handle].at(-1)],
    [
      'stale, its place taken anew',
      (marks, handle) => [endedNs(marks, OWNER, handle), marks.start(OWNER), handle].at(-1),
    ],
    ['of another metric', marks => marks.start(OTHER_OWNER)],
    ['never given out', (_, handle) => handle + 1],
    ['one generation ahead', (_, handle) => handle + 16],
    ['negative', () => -1],
    ['fractional', (_, handle) => handle + 0.5],
    ['beyond 2^32, with the same low bits', (_, handle) => handle + 2 ** 32],
    ['NaN', () => Number.NaN],
    ['infinite', () => Number.POSITIVE_INFINITY],
    ['0, before any was given out', () => 0],
    ['undefined', () => undefined],
    ['null', () => null],
    ['its text', (_, handle) => String(handle)],
    ['a BigInt', (_, handle) => BigInt(handle)],
    ['a Symbol', () => Symbol('mark')],
    ['a boxed number', (_, handle) => Object(handle)],
    ['an object whose valueOf throws', () => ({ valueOf: () => expect.unreachable() })],
  ]
  test.each(cases)('%s', (_, makeHandle) => {
    const { marks, lane } = createMarks()
    const handle = makeHandle(marks, marks.start(OWNER)) as number
    expect(endedNs(marks, OWNER, handle)).toBe(-1)
    expect(counts(lane)).toEqual({ rejected: 1, abandoned: 0 })
  })

  test('of another thread, though both have given out as many', () => {
    const [here, there] = [createMarks(16, 0), createMarks(16, 1)]
    for (let count = 0; count < 16; count++) {
      const foreign = there.marks.start(OWNER)
      here.marks.start(OWNER)
      expect(endedNs(here.marks, OWNER, foreign)).toBe(-1)
    }
    expect(counts(here.lane)).toEqual({ rejected: 16, abandoned: 0 })
  })

  test('and the open marks are none the worse for it', () => {
    const { marks } = createMarks(2)
    const [one, two] = [marks.start(OWNER), marks.start(OTHER_OWNER)]
    nowNs += 7n
    for (const handle of [-1, one + 1_000, Number.NaN, two]) endedNs(marks, OWNER, handle)
    expect([endedNs(marks, OWNER, one), endedNs(marks, OTHER_OWNER, two)]).toEqual([7, 7])
  })

  test('has no owner', () => {
    const { marks } = createMarks()
    const handle = marks.start(OWNER)
    const owned = [OWNER, OTHER_OWNER]
    expect(marks.ownerOf(handle)).toBe(OWNER)
    endedNs(marks, OWNER, handle)
    for (const not of [handle, handle + 16, -1, 0.5, Number.NaN, '1', undefined, 3n, Symbol('s')]) {
      expect(owned).not.toContain(marks.ownerOf(not as number))
    }
  })
})

describe('a lap', () => {
  test('ends one measurement and begins the next at the same moment, without a gap or an overlap', () => {
    const { marks, lane } = createMarks()
    const handle = marks.start(OWNER)
    const laps: number[] = []
    for (const durationNs of [7n, 0n, 2n ** 40n, 2n ** 53n, 1n]) {
      nowNs += durationNs
      expect(marks.lap(OWNER, handle)).toBe(true)
      laps.push(marks.elapsed[0]! - ELAPSED_BIAS)
    }
    expect(laps).toEqual([7, 0, 2 ** 40, 2 ** 53, 1])
    nowNs += 5n
    expect(endedNs(marks, OWNER, handle)).toBe(5)
    expect(counts(lane)).toEqual({ rejected: 0, abandoned: 0 })
  })

  test('of a handle that is not open is counted, and begins nothing', () => {
    const { marks, lane } = createMarks()
    const handle = marks.start(OWNER)
    for (const [owner, not] of [
      [OTHER_OWNER, handle],
      [OWNER, handle + 16],
      [OWNER, 'x'],
      [OWNER, Number.NaN],
    ] as const) {
      expect(marks.lap(owner, not as number)).toBe(false)
    }
    endedNs(marks, OWNER, handle)
    expect(marks.lap(OWNER, handle)).toBe(false)
    expect(endedNs(marks, OWNER, handle)).toBe(-1)
    expect(counts(lane)).toEqual({ rejected: 6, abandoned: 0 })
  })
})

describe('marks that are never ended', () => {
  test('are bounded: the longest open gives way, is counted, and can end no more', () => {
    const { marks, lane } = createMarks(4)
    const first = Array.from({ length: 4 }, () => marks.start(OWNER))
    expect(counts(lane).abandoned).toBe(0)
    const next = marks.start(OWNER)
    nowNs += 3n
    expect(counts(lane)).toEqual({ rejected: 0, abandoned: 1 })
    expect(endedNs(marks, OWNER, next)).toBe(3)
    expect(first.filter(handle => endedNs(marks, OWNER, handle) === -1)).toEqual([first[0]])
  })

  test('leave every new mark working, for ever', () => {
    const { marks, lane } = createMarks(4)
    for (let count = 0; count < 1_000; count++) {
      marks.start(OTHER_OWNER)
      const handle = marks.start(OWNER)
      nowNs += 1n
      expect(endedNs(marks, OWNER, handle)).toBe(1)
    }
    expect(counts(lane)).toEqual({ rejected: 0, abandoned: 1_000 - 3 })
  })

  test('do not come back as places given out twice', () => {
    const { marks } = createMarks(4)
    const abandoned = Array.from({ length: 12 }, () => marks.start(OWNER))
    for (const handle of abandoned) endedNs(marks, OWNER, handle)
    expect(new Set(Array.from({ length: 4 }, () => marks.start(OWNER) % 4)).size).toBe(4)
  })
})

test('a stale handle is not taken for a new one of the same place, 10,000 uses later', () => {
  const { marks, lane } = createMarks(2)
  const stale = marks.start(OWNER)
  endedNs(marks, OWNER, stale)
  for (let use = 0; use < 10_000; use++) {
    const handle = marks.start(OWNER)
    if (handle === stale || endedNs(marks, OWNER, stale) !== -1) expect.unreachable('a generation came again')
    endedNs(marks, OWNER, handle)
  }
  expect(counts(lane).rejected).toBe(10_000)
})

test('generations run over without leaving the small integers', () => {
  const { marks, lane } = createMarks(65_536, 0)
  for (let use = 0; use < 2 ** 14 + 10; use++) {
    const handle = marks.start(OWNER)
    if (handle > HANDLE_MAX || endedNs(marks, OWNER, handle) !== 0) expect.unreachable(`use ${use}`)
  }
  expect(counts(lane)).toEqual({ rejected: 0, abandoned: 0 })
})
