/** What does a main thread feel of a scrape of 10,000 series?
 *
 *  Three processes, one for each library, with the same series and as many samples in each. A read is measured four times
 *  over: for how long the loop is busy while it happens and the main thread does nothing else, and how long the longest
 *  turn of a loop is that never rests; and both again while nobody reads, for as long. */
import type { Check, Findings, Question, Row } from '../core/question.ts'
import { figureAtMost } from './setup/goals.ts'
import { Program, withPrograms } from './setup/program.ts'
import { measureInTurn } from './setup/rounds.ts'

export type ReadOutLibrary = 'offloop' | 'prom-client' | 'OpenTelemetry'

/** What the program of this name is started with. */
export interface ReadOutPlan {
  readonly library: ReadOutLibrary
  readonly seriesCount: number
  readonly samplesPerSeries: number
}

/** One read of all series. */
export interface ReadOut {
  /** By how much longer the main thread's loop was busy than in a stretch as long without a read. */
  readonly takenMs: number
  /** Until the answer was there. */
  readonly durationMs: number
  readonly longestBlockMs: number
  /** Of a stretch as long without a read: what of it the probe, and the machine, are to blame for. */
  readonly longestIdleBlockMs: number
  /** In the answer. */
  readonly seriesCount: number
}

const SERIES_COUNT = 10_000
const SAMPLES_PER_SERIES = 20
/** What counts as none: a message that says it is done, and what cannot be told from the heartbeat of an idle thread. */
const NOTHING_MS = 0.5

interface Read {
  readonly name: string
  readonly library: ReadOutLibrary
  readonly read: string
}

const ELSEWHERE: Read = {
  name: 'offloop, snapshot() on another thread',
  library: 'offloop',
  read: 'elsewhere',
}
const READS: readonly Read[] = [
  ELSEWHERE,
  { name: 'offloop, snapshot() on the main thread', library: 'offloop', read: 'snapshot' },
  { name: 'offloop, query() of all of them merged', library: 'offloop', read: 'query' },
  { name: 'prom-client, metrics()', library: 'prom-client', read: 'metrics' },
  { name: 'OpenTelemetry, collect(), not yet serialized', library: 'OpenTelemetry', read: 'collect' },
]

export const snapshot: Question = {
  name: 'snapshot',
  asks: 'what does a main thread feel of a scrape of 10,000 series?',
  group: 'load',
  async answer({ roundCount, onRound }) {
    const plans = new Map(
      READS.map(({ library }) => [
        library,
        { library, seriesCount: SERIES_COUNT, samplesPerSeries: SAMPLES_PER_SERIES },
      ]),
    )
    const programs = new Map(
      [...plans].map(([library, plan]) => [library, new Program<string>('read-out', plan)]),
    )
    return await withPrograms([...programs.values()], async () => {
      const readOuts = await measureInTurn(
        READS,
        { roundCount, hasWarmUp: true, onRound },
        ({ library, read }) => programs.get(library)!.ask<ReadOut>(read),
      )
      return findingsOf(readOuts)
    })
  },
}

function findingsOf(readOuts: ReadonlyMap<Read, readonly ReadOut[]>): Findings[] {
  const table = (
    part: string,
    figureOf: (readOut: ReadOut) => number,
    more: readonly Row[] = [],
  ): Findings => ({
    part,
    unit: 'ms',
    rows: [
      ...READS.map(
        (read): Row => ({
          name: read.name,
          figures: readOuts.get(read)!.map(figureOf),
          goal: read === ELSEWHERE && part === TAKEN ? figureAtMost(NOTHING_MS) : undefined,
        }),
      ),
      ...more,
    ],
    checks: [],
  })
  const idle: Row = {
    name: '(nobody reads)',
    figures: readOuts.get(ELSEWHERE)!.map(readOut => readOut.longestIdleBlockMs),
  }
  const checks = READS.map((read): Check => {
    const actual = Math.min(...readOuts.get(read)!.map(readOut => readOut.seriesCount))
    return { what: `series in the answer of ${read.name}`, expected: SERIES_COUNT, actual }
  })
  return [
    { ...table(TAKEN, readOut => readOut.takenMs), checks },
    table('longest block of the main thread', readOut => readOut.longestBlockMs, [idle]),
    table('until the answer is there', readOut => readOut.durationMs),
  ]
}

const TAKEN = 'time taken from the main thread'
