/** What does a main thread feel that records a million samples a second, for half a minute?
 *
 *  How late its loop is has six pairs of 10 s for an answer: in each, one process records into offloop, and another writes
 *  the same values into an array. One process more records for 30 s: what it loses, what its aggregator takes, and whether
 *  it grows. A timer of 1 ms calls for as many samples as are due by then, and catches up with what a late turn has left:
 *  exactly so many in the end. Every 10 ms the loop also makes, writes and parses some JSON, as programs do. */
import type { Findings, Goal, Question, Row } from '../core/question.ts'
import { figureAtMost, ratioAtMost } from './setup/goals.ts'
import { askFreshProgram } from './setup/program.ts'
import { knownFigures, measureInTurn } from './setup/rounds.ts'

/** What the program of this name is started with. */
export interface MillionPlan {
  readonly hasTelemetry: boolean
  readonly ratePerS: number
  /** Before anything counts: code is compiled, windows have filled up. */
  readonly warmUpMs: number
  readonly durationMs: number
  /** From here on memory should stay as it is. */
  readonly settledAfterMs: number
}

/** What it answers. */
export interface MillionResult {
  /** The warm-up's included. */
  readonly recordedCount: number
  readonly arrivedCount: number
  readonly lostCount: number
  readonly elapsedMs: number
  readonly delayP99Ms: number
  readonly delayMaxMs: number
  /** Of one core; undefined where the system does not tell. */
  readonly aggregatorCpuPercent: number | undefined
  readonly processCpuPercent: number
  /** Resident memory at the end. */
  readonly endBytes: number
  /** By how much it has grown since it should have settled. */
  readonly grownBytes: number
}

const RATE_PER_S = 1_000_000
/** As few as give the median an interval at a level of 95 %. */
const PAIRS_MAX = 6

const LONG: MillionPlan = {
  hasTelemetry: true,
  ratePerS: RATE_PER_S,
  warmUpMs: 2_000,
  durationMs: 30_000,
  settledAfterMs: 5_000,
}
const PAIRED: MillionPlan = { ...LONG, durationMs: 10_000 }
const BRIEF: MillionPlan = { ...LONG, warmUpMs: 500, durationMs: 3_000 }

interface Runs {
  readonly plan: MillionPlan
  readonly withOffloop: readonly MillionResult[]
  readonly without: readonly MillionResult[]
  readonly longPlan: MillionPlan
  readonly long: MillionResult
}

export const million: Question = {
  name: 'million',
  asks: 'what does a main thread feel that records a million samples a second, for 30 s?',
  group: 'load',
  startsPrograms: true,
  async answer({ roundCount, isBrief, ...context }) {
    const plan = isBrief ? BRIEF : PAIRED
    const sides = [plan, { ...plan, hasTelemetry: false }] as const
    const results = await measureInTurn(
      sides,
      { ...context, roundCount: isBrief ? 1 : Math.min(roundCount, PAIRS_MAX), hasWarmUp: false },
      run,
    )
    const [withOffloop, without] = sides.map(side => results.get(side)!) as [MillionResult[], MillionResult[]]
    // The brief form has no time for a long run: the short one stands in for it.
    const long = isBrief ? withOffloop[0]! : await run(LONG)
    return findingsOf({ plan, withOffloop, without, longPlan: isBrief ? plan : LONG, long })
  },
}

function run(plan: MillionPlan): Promise<MillionResult> {
  return askFreshProgram<MillionResult>('million', plan)
}

type FigureOf = (result: MillionResult) => number | undefined

function findingsOf({ plan, withOffloop, without, longPlan, long }: Runs): Findings[] {
  const row = (name: string, runs: readonly MillionResult[], figureOf: FigureOf, goal?: Goal): Row => {
    return { name, figures: knownFigures(runs.map(figureOf)), goal }
  }
  const versus = (figureOf: FigureOf, goal?: Goal) => ({
    subject: row('offloop', withOffloop, figureOf),
    rows: [row('an array in its place', without, figureOf, goal)],
  })
  const longS = longPlan.durationMs / 1e3
  const aggregator = row(
    `the aggregator thread, in ${longS} s`,
    [long],
    one => one.aggregatorCpuPercent,
    figureAtMost(10, 'million'),
  )
  const cpu = [
    ...(aggregator.figures.length > 0 ? [aggregator] : []),
    row('the process', withOffloop, one => one.processCpuPercent),
    row('the process with an array in its place', without, one => one.processCpuPercent),
  ]
  const differences = withOffloop.map((one, round) => one.endBytes - without[round]!.endBytes)
  const settledS = Math.min(longPlan.settledAfterMs, longPlan.durationMs / 2) / 1e3
  const recorded = [...withOffloop, long]
  const sum = (figureOf: (result: MillionResult) => number) =>
    recorded.reduce((total, one) => total + figureOf(one), 0)
  return [
    {
      part: 'loop delay p99: how late a timer of 10 ms comes',
      unit: 'ms',
      ...versus(one => one.delayP99Ms, ratioAtMost(1.05, 'million')),
      checks: [
        {
          what: 'recorded',
          expected: withOffloop.length * countOf(plan) + countOf(longPlan),
          actual: sum(one => one.recordedCount),
        },
        {
          what: 'arrived, or counted as lost',
          expected: sum(one => one.recordedCount),
          actual: sum(one => one.arrivedCount + one.lostCount),
        },
      ],
    },
    { part: 'loop delay, longest', unit: 'ms', ...versus(one => one.delayMaxMs), checks: [] },
    {
      part: `samples, for ${longS} s`,
      unit: 'samples/s',
      rows: [
        row('recorded', [long], one => (longPlan.ratePerS * longPlan.durationMs) / one.elapsedMs),
        row('lost', [long], one => (one.lostCount / one.elapsedMs) * 1e3, figureAtMost(0, 'million')),
      ],
      checks: [],
    },
    { part: 'CPU time, of one core', unit: 'percent', rows: cpu, checks: [] },
    {
      part: 'resident memory',
      unit: 'bytes',
      rows: [
        row('with offloop', withOffloop, one => one.endBytes),
        row('with an array in its place', without, one => one.endBytes),
        { name: 'the difference', figures: differences, goal: figureAtMost(50e6) },
        row(`growth from second ${settledS} to ${longS}, with offloop`, [long], one => one.grownBytes),
      ],
      checks: [],
    },
  ]
}

/** The warm-up is recorded, too. */
function countOf({ ratePerS, warmUpMs, durationMs }: MillionPlan): number {
  return (ratePerS * (warmUpMs + durationMs)) / 1e3
}
