/** What grows with the number of series?
 *
 *  Each point is a fresh process, which binds so many series, records into them in no order, and asks the aggregator what
 *  its ticks took. prom-client observes as many label sets beside it. A thread's directory has room for some 500,000
 *  series with short labels (64 MB), and the board for 500,000: 100,000 fit. */
import type { Findings, Question, Row } from '../core/question.ts'
import { askFreshProgram } from './setup/program.ts'
import { knownFigures, measureInTurn } from './setup/rounds.ts'

/** A curve has many points, and its shape is seen in a few rounds. */
const ROUNDS_MAX = 3

export interface SeriesPlan {
  readonly library: 'offloop' | 'prom-client'
  readonly seriesCount: number
}

/** What the program of this name answers; prom-client has some of it only. */
export interface SeriesCosts {
  readonly recordNs: number
  readonly bytesPerSeries: number
  readonly bindNs?: number
  readonly drainNs?: number
  /** Of the aggregator's CPU time; undefined where the system does not tell. */
  readonly idleTickMs?: number | undefined
  readonly busyTickMs?: number | undefined
  readonly lostPercent?: number
  readonly missingCount?: number
}

const SERIES_COUNTS = [10, 100, 1_000, 10_000, 100_000]
/** With fewer, what the process does meanwhile weighs more than they do, and code is not compiled yet. */
const PER_SERIES_MIN = 10_000
const CURVE = { x: 'series', scale: 'log' } as const

const PLANS: readonly SeriesPlan[] = SERIES_COUNTS.flatMap(seriesCount => [
  { library: 'offloop', seriesCount },
  { library: 'prom-client', seriesCount },
])

type Costs = ReadonlyMap<SeriesPlan, readonly SeriesCosts[]>
type FigureOf = (costs: SeriesCosts) => number | undefined

export const growthSeries: Question = {
  name: 'growth-series',
  asks: 'what grows with the number of series, from 10 to 100,000?',
  group: 'load',
  startsPrograms: true,
  async answer(context) {
    const costs = await measureInTurn(
      PLANS,
      { ...context, roundCount: Math.min(context.roundCount, ROUNDS_MAX), hasWarmUp: false },
      plan => askFreshProgram<SeriesCosts>('series', plan),
    )
    return findingsOf(costs)
  },
}

function findingsOf(costs: Costs): Findings[] {
  const all = [...costs.values()].flat()
  const sum = (figureOf: FigureOf) => all.reduce((total, one) => total + (figureOf(one) ?? 0), 0)
  const curve = (part: string, unit: Findings['unit'], rows: readonly Row[]): Findings => {
    return { part, unit, curve: CURVE, rows, checks: [] }
  }
  const record = curve('recording one sample, on the thread that records', 'ns', [
    ...line(costs, 'offloop', 'offloop record()', one => one.recordNs),
    ...line(costs, 'prom-client', 'prom-client observe(labels, …)', one => one.recordNs),
  ])
  const bindings = line(costs, 'offloop', 'labels()', one => one.bindNs)
  const hasManySeries = ({ at }: Row) => at !== undefined && at >= PER_SERIES_MIN
  const lost = line(costs, 'offloop', 'lost', one => one.lostPercent)
  const memory = [
    ...line(costs, 'offloop', 'offloop', one => one.bytesPerSeries),
    ...line(costs, 'prom-client', 'prom-client', one => one.bytesPerSeries),
  ]
  const ticks = [
    ...line(costs, 'offloop', 'nothing recorded', one => one.idleTickMs),
    ...line(costs, 'offloop', '200,000 samples/s', one => one.busyTickMs),
  ]
  return [
    {
      ...record,
      checks: [
        { what: 'neither arrived nor counted as lost', expected: 0, actual: sum(one => one.missingCount) },
      ],
    },
    curve(
      'draining one sample, on the aggregator',
      'ns',
      line(costs, 'offloop', 'drain', one => one.drainNs),
    ),
    curve('lost, of what was recorded', 'percent', lost),
    ...(ticks.length > 0 ? [curve("CPU time of the aggregator's tick", 'ms', ticks)] : []),
    curve('binding labels to a new series', 'ns', bindings.filter(hasManySeries)),
    curve('resident memory of a series with one sample', 'bytes', memory.filter(hasManySeries)),
  ]
}

/** The points of one library, those the system tells nothing of left out. */
function line(costs: Costs, library: SeriesPlan['library'], name: string, figureOf: FigureOf): Row[] {
  return PLANS.filter(plan => plan.library === library)
    .map((plan): Row => {
      const { seriesCount } = plan
      const figures = knownFigures(costs.get(plan)!.map(figureOf))
      return {
        name: `${name}, ${seriesCount.toLocaleString('en')} series`,
        figures,
        at: seriesCount,
        line: name,
      }
    })
    .filter(row => row.figures.length > 0)
}
