/** What does a main thread feel of a scrape of 10,000 series?
 *
 *  Three processes, one for each library, with the same series and as many samples in each. For how long a read keeps the
 *  main thread's loop busy is compared with a stretch as long without a read. How long it is held up at a time is the
 *  longest turn of a loop that never rests: with a read, when nobody reads, and while a thread that knows nothing of any
 *  telemetry computes for as long as the read takes. On a machine with two cores a third busy thread has to have its
 *  time from one of the others: then the system takes the main thread off its core for a slice, whoever that thread is.
 *  Such a block is the machine's, so the goal is judged by what a read adds to it. */
import type { Check, Findings, Goal, Question, Row } from '../core/question.ts'
import { figureAtMost } from './setup/goals.ts'
import { Program, withPrograms } from './setup/program.ts'
import { measureInTurn } from './setup/rounds.ts'

export type ReadOutLibrary = 'offloop' | 'prom-client' | 'OpenTelemetry'

/** What the program of this name is started with. */
export interface ReadOutPlan {
  readonly library: ReadOutLibrary
  readonly seriesCount: number
  readonly samplesPerSeries: number
  /** In a stretch of some tens of milliseconds the system may do anything: the median of a few is the read's. */
  readonly repeatCount: number
}

/** A few reads of all series: medians of them. */
export interface ReadOut {
  /** By how much longer the main thread's loop was busy than in a stretch as long without a read. */
  readonly takenMs: number
  /** Until the answer was there. */
  readonly durationMs: number
  readonly longestBlockMs: number
  /** Of a stretch as long without a read: what of it the probe is to blame for. */
  readonly longestIdleBlockMs: number
  /** Of one in which another thread computes: what of it the machine is to blame for. */
  readonly longestControlBlockMs: number
  /** In the answer. */
  readonly seriesCount: number
}

const SERIES_COUNT = 10_000
const SAMPLES_PER_SERIES = 20
const REPEAT_COUNT = 3
/** What counts as none: a message that says it is done, and what cannot be told from the heartbeat of an idle thread. */
const NOTHING_MS = 0.5
const NOTHING = figureAtMost(NOTHING_MS, 'snapshot')
const RELAXED = `designed for 0, up to ${NOTHING_MS} ms counts as none`

interface Read {
  readonly name: string
  readonly library: ReadOutLibrary
  readonly read: string
}

const SCRAPED: Read = {
  name: 'offloop, GET /metrics from another thread (text)',
  library: 'offloop',
  read: 'scraped',
}
const READS: readonly Read[] = [
  SCRAPED,
  { name: 'offloop, scrape() on the main thread (text)', library: 'offloop', read: 'scrape' },
  {
    name: 'offloop, snapshot() on another thread (not serialized)',
    library: 'offloop',
    read: 'elsewhere',
  },
  { name: 'offloop, snapshot() on the main thread (not serialized)', library: 'offloop', read: 'snapshot' },
  { name: 'offloop, query() of all of them merged', library: 'offloop', read: 'query' },
  { name: 'prom-client, getMetricsAsJSON() (not serialized)', library: 'prom-client', read: 'objects' },
  { name: 'prom-client, metrics() (text)', library: 'prom-client', read: 'metrics' },
  { name: 'OpenTelemetry, collect() (not serialized)', library: 'OpenTelemetry', read: 'collect' },
]

type ReadOuts = ReadonlyMap<Read, readonly ReadOut[]>
type FigureOf = (readOut: ReadOut) => number

export const snapshot: Question = {
  name: 'snapshot',
  asks: 'what does a main thread feel of a scrape of 10,000 series?',
  group: 'load',
  startsPrograms: true,
  async answer({ roundCount, isBrief, ...context }) {
    const reads = isBrief ? [SCRAPED] : READS
    const programs = new Map<ReadOutLibrary, Program<string>>()
    for (const library of new Set(reads.map(read => read.library))) {
      const plan: ReadOutPlan = {
        library,
        seriesCount: SERIES_COUNT,
        samplesPerSeries: SAMPLES_PER_SERIES,
        repeatCount: isBrief ? 1 : REPEAT_COUNT,
      }
      programs.set(library, new Program<string>('read-out', plan))
    }
    return await withPrograms([...programs.values()], async () => {
      const readOuts = await measureInTurn(
        reads,
        { ...context, roundCount: isBrief ? 1 : roundCount, hasWarmUp: true },
        ({ library, read }) => programs.get(library)!.ask<ReadOut>(read),
      )
      return findingsOf(readOuts)
    })
  },
}

function findingsOf(readOuts: ReadOuts): Findings[] {
  const table = (part: string, figureOf: FigureOf, goal?: Goal, more: readonly Row[] = []): Findings => {
    const rows = [...readOuts].map(([read, some]): Row => {
      return { name: read.name, figures: some.map(figureOf), goal: read === SCRAPED ? goal : undefined }
    })
    return { part, unit: 'ms', rows: [...rows, ...more], checks: [] }
  }
  const forScale = (name: string, figureOf: FigureOf): Row => {
    return { name, figures: readOuts.get(SCRAPED)!.map(figureOf) }
  }
  const checks = [...readOuts].map(([{ name }, some]): Check => {
    const actual = Math.min(...some.map(readOut => readOut.seriesCount))
    return { what: `series in the answer of ${name}`, expected: SERIES_COUNT, actual }
  })
  return [
    { ...table(`time taken from the main thread; ${RELAXED}`, one => one.takenMs, NOTHING), checks },
    table('longest block of the main thread', one => one.longestBlockMs, undefined, [
      forScale('(nobody reads)', one => one.longestIdleBlockMs),
      forScale('(another thread computes for as long)', one => one.longestControlBlockMs),
    ]),
    table(
      `longest block, beyond that while another thread computes for as long; ${RELAXED}`,
      one => one.longestBlockMs - one.longestControlBlockMs,
      NOTHING,
    ),
    table('until the answer is there', one => one.durationMs),
  ]
}
