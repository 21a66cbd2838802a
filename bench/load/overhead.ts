/** What does telemetry cost the same work, against the budgets of requirement T1?
 *
 *  In each round two fresh processes do the work of requests (some tens of microseconds of parsing, sorting and writing)
 *  in turn: one measures each request by a pair of marks, a counter and a gauge, the other does nothing but the work.
 *  Overhead is (with − base) / base. The goals are the targets of the
 *  budgets; what they call critical is twice as much, or more. */
import type { Findings, Question, Row } from '../core/question.ts'
import { measureOverheadRound, type OverheadRound, type SideFigures } from './overhead/rounds.ts'
import { figureAtMost } from './setup/goals.ts'
import { knownFigures, measureInTurn } from './setup/rounds.ts'

const BURST_EVENTS = 10_000

export const overhead: Question = {
  name: 'overhead',
  asks: 'what does telemetry cost the same work, with it and without?',
  group: 'load',
  startsPrograms: true,
  async answer(context) {
    const pair = 'both sides'
    const rounds = await measureInTurn([pair], { ...context, hasWarmUp: false }, (_, round) =>
      measureOverheadRound(round),
    )
    return findingsOf(rounds.get(pair)!)
  },
}

function findingsOf(rounds: readonly OverheadRound[]): Findings[] {
  const row = (name: string, figureOf: (round: OverheadRound) => number | undefined): Row => {
    return { name, figures: knownFigures(rounds.map(figureOf)) }
  }
  const both = (figureOf: (side: SideFigures) => number): Row[] => [
    row('with offloop', one => figureOf(one.withTelemetry)),
    row('without', one => figureOf(one.base)),
  ]
  const sum = (figureOf: (side: SideFigures) => number) =>
    rounds.reduce((total, { withTelemetry }) => total + figureOf(withTelemetry), 0)
  const threadCpu = row(
    'CPU time of the thread that works',
    percentMore(side => side.requestThreadCpuNs),
  )
  return [
    {
      part: 'time of one request',
      unit: 'ns',
      rows: both(side => side.requestNs),
      checks: [
        {
          what: 'requests that arrived',
          expected: sum(side => side.requestCount),
          actual: sum(side => side.arrivedCount),
        },
        { what: 'lost', expected: 0, actual: sum(side => side.lostCount) },
      ],
    },
    {
      part: 'overhead',
      unit: 'percent',
      rows: [
        ...(threadCpu.figures.length > 0 ? [threadCpu] : []),
        {
          ...row(
            'time',
            percentMore(side => side.requestNs),
          ),
          goal: figureAtMost(5),
        },
        {
          ...row(
            'CPU time of all threads',
            percentMore(side => side.requestCpuNs),
          ),
          goal: figureAtMost(5),
        },
      ],
      checks: [],
    },
    {
      part: 'latency p99 of requests that arrive at 4,000 a second',
      unit: 'ms',
      rows: [
        ...both(side => side.p99Ms),
        {
          ...row(
            'added',
            difference(side => side.p99Ms),
          ),
          goal: figureAtMost(10),
        },
      ],
      checks: [],
    },
    {
      part: 'resident memory',
      unit: 'bytes',
      rows: [
        ...both(side => side.residentBytes),
        {
          ...row(
            'added',
            difference(side => side.residentBytes),
          ),
          goal: figureAtMost(50e6),
        },
      ],
      checks: [],
    },
    {
      part: 'start-up, and 10,000 events at full speed in cold code',
      unit: 'ms',
      rows: [
        { ...row('createTelemetry() until ready', one => one.start.readyMs), goal: figureAtMost(100) },
        row('10,000 events recorded', one => one.burst.recordMs),
        row('10,000 events recorded, and in the statistics', one => one.burst.arrivedMs),
      ],
      checks: [],
    },
    {
      part: '10,000 events at full speed: rate',
      unit: 'samples/s',
      rows: [
        row('recorded', one => (BURST_EVENTS * 1e3) / one.burst.recordMs),
        row('recorded, and in the statistics', one => (BURST_EVENTS * 1e3) / one.burst.arrivedMs),
      ],
      checks: [],
    },
    {
      part: '10,000 events at full speed: growth of resident memory',
      unit: 'bytes',
      rows: [row('from the first event until all are in', one => one.burst.grownBytes)],
      checks: [],
    },
  ]
}

function difference(figureOf: (side: SideFigures) => number): (round: OverheadRound) => number {
  return ({ withTelemetry, base }) => figureOf(withTelemetry) - figureOf(base)
}

function percentMore(
  figureOf: (side: SideFigures) => number | undefined,
): (round: OverheadRound) => number | undefined {
  return ({ withTelemetry, base }) => {
    const [figure, baseFigure] = [figureOf(withTelemetry), figureOf(base)]
    return figure === undefined || baseFigure === undefined
      ? undefined
      : (100 * (figure - baseFigure)) / baseFigure
  }
}
