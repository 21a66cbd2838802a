/** What does a main thread feel that records a million samples a second, for half a minute?
 *
 *  A round is two processes of 30 s, one after the other: one records into offloop, the other writes the same values into
 *  an array. A timer of 1 ms calls for as many samples as are due by then, and catches up with what a late turn has left:
 *  exactly 30 million in the end. Every 10 ms the loop also makes, writes and parses some JSON, as programs do. */
import type { Findings, Goal, Question, Row } from '../core/question.ts'
import { figureAtMost, ratioAtMost } from './setup/goals.ts'
import { askFreshProgram } from './setup/program.ts'
import { knownFigures, measureInTurn } from './setup/rounds.ts'

/** What the program of this name is started with. */
export interface MillionPlan {
  readonly hasTelemetry: boolean
  readonly ratePerS: number
  readonly warmUpMs: number
  readonly durationMs: number
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
  /** By how much it has grown since second 5. */
  readonly grownBytes: number
}

const RATE_PER_S = 1_000_000
const DURATION_MS = 30_000
/** Before anything counts: code is compiled, windows have filled up. */
const WARM_UP_MS = 2_000
/** More would take too long. */
const ROUNDS_MAX = 3

const WITH: MillionPlan = {
  hasTelemetry: true,
  ratePerS: RATE_PER_S,
  warmUpMs: WARM_UP_MS,
  durationMs: DURATION_MS,
}
const WITHOUT: MillionPlan = { ...WITH, hasTelemetry: false }

export const million: Question = {
  name: 'million',
  asks: 'what does a main thread feel that records a million samples a second, for 30 s?',
  group: 'load',
  async answer({ roundCount, onRound }) {
    const runs = await measureInTurn(
      [WITH, WITHOUT],
      { roundCount: Math.min(roundCount, ROUNDS_MAX), hasWarmUp: false, onRound },
      plan => askFreshProgram<MillionResult>('million', plan),
    )
    return findingsOf(runs.get(WITH)!, runs.get(WITHOUT)!)
  },
}

type FigureOf = (run: MillionResult) => number | undefined

function findingsOf(withOffloop: readonly MillionResult[], without: readonly MillionResult[]): Findings[] {
  const row = (name: string, runs: readonly MillionResult[], figureOf: FigureOf, goal?: Goal): Row => {
    return { name, figures: knownFigures(runs.map(figureOf)), goal }
  }
  const versus = (figureOf: FigureOf, goal?: Goal) => ({
    subject: row('offloop', withOffloop, figureOf),
    rows: [row('an array in its place', without, figureOf, goal)],
  })
  const sum = (figureOf: (run: MillionResult) => number) =>
    withOffloop.reduce((total, run) => total + figureOf(run), 0)
  const ratePerS: FigureOf = run => (RATE_PER_S * DURATION_MS) / run.elapsedMs
  const aggregator = row(
    'the aggregator thread',
    withOffloop,
    run => run.aggregatorCpuPercent,
    figureAtMost(10),
  )
  const cpu = [
    ...(aggregator.figures.length > 0 ? [aggregator] : []),
    row('the process', withOffloop, run => run.processCpuPercent),
    row('the process with an array in its place', without, run => run.processCpuPercent),
  ]
  const differences = withOffloop.map((run, round) => run.endBytes - without[round]!.endBytes)
  return [
    {
      part: 'loop delay p99: how late a timer of 10 ms comes',
      unit: 'ms',
      ...versus(run => run.delayP99Ms, ratioAtMost(1.05)),
      checks: [
        {
          what: 'recorded',
          expected: expectedCount(withOffloop.length),
          actual: sum(run => run.recordedCount),
        },
        { what: 'arrived', expected: sum(run => run.recordedCount), actual: sum(run => run.arrivedCount) },
        { what: 'lost', expected: 0, actual: sum(run => run.lostCount) },
      ],
    },
    { part: 'loop delay, longest', unit: 'ms', ...versus(run => run.delayMaxMs), checks: [] },
    {
      part: 'rate that was held',
      unit: 'samples/s',
      rows: [row('offloop', withOffloop, ratePerS)],
      checks: [],
    },
    { part: 'CPU time, of one core', unit: 'percent', rows: cpu, checks: [] },
    {
      part: 'resident memory',
      unit: 'bytes',
      rows: [
        row('with offloop', withOffloop, run => run.endBytes),
        row('with an array in its place', without, run => run.endBytes),
        { name: 'the difference', figures: differences, goal: figureAtMost(50e6) },
        row('growth from second 5 to 30, with offloop', withOffloop, run => run.grownBytes),
        row('growth from second 5 to 30, with an array', without, run => run.grownBytes),
      ],
      checks: [],
    },
  ]
}

/** The warm-up is recorded, too. */
function expectedCount(runCount: number): number {
  return (runCount * RATE_PER_S * (WARM_UP_MS + DURATION_MS)) / 1e3
}
