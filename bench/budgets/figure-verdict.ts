/** How far a figure of the design may be off before it fails a run. Pure. */
import type { DesignFigure, Unit } from '../core/question.ts'
import type { JudgedGoal } from '../core/report.ts'
import type { FigureVerdict } from './result.ts'

/** The bench compares things within one round, so ratios move little from machine to machine and run to run … */
const RATIO_MARGIN = 2.5
/** … while figures of their own depend on the machine as well … */
const FIGURE_MARGIN = 5
/** … and how long a process takes to start, on what else its machine is doing. */
const WALL_TIME_MARGIN = 10
/** For no bytes at all: less than the smallest object takes, and more than a measurement is off. */
const ZERO_BYTES_TOLERANCE = 4
/** For no sample lost, of a million a second, on a machine that may be busy with other things for longer than a lane lasts. */
const ZERO_SAMPLES_TOLERANCE = 500_000

const ZERO_TOLERANCES: Readonly<Partial<Record<Unit, number>>> = {
  bytes: ZERO_BYTES_TOLERANCE,
  'samples/s': ZERO_SAMPLES_TOLERANCE,
}

/** Of their own. The first three come of a single brief round of a program under load, which shares its cores with whatever
 *  else is there: half a second in which others had them shows. They fail where something has become many times slower. */
const MARGINS: Readonly<Partial<Record<DesignFigure, number>>> = {
  // An eighth of the throughput.
  http: 8,
  // The ratio of two 99th percentiles of a millisecond each; a whole core for the aggregator.
  million: 10,
  // From half a millisecond: where the main thread does the scrape, it takes tens of them.
  snapshot: 40,
  // No noise at all: its goals are budgets.
  memory: 1,
}

/** Whether a goal is reached, missed by what noise and open work may explain, or missed by so much that something broke.
 *  @param limitScale moves what fails, and not the goal */
export function judgeFigure(
  goal: JudgedGoal & { readonly unit: Unit },
  median: number,
  limitScale: number,
): { verdict: FigureVerdict; margin: number | null; failsBeyond: number } {
  const { bound, limit } = goal
  const margin = limit === 0 ? null : marginOf(goal)
  const scaled = (margin ?? 1) * limitScale
  const zero = ZERO_TOLERANCES[goal.unit] ?? 0
  const upper = (limit === 0 ? zero : limit) * scaled
  const failsBeyond = bound === 'at most' ? upper : limit / scaled
  const isFarOutside = bound === 'at most' ? !(median <= failsBeyond) : !(median >= failsBeyond)
  const verdict = isFarOutside ? 'far outside' : goal.isReached ? 'reached' : 'missed'
  return { verdict, margin, failsBeyond }
}

function marginOf({ of, unit, figure }: JudgedGoal & { readonly unit: Unit }): number {
  const known = figure === undefined ? undefined : MARGINS[figure]
  if (known !== undefined) return known
  if (of === 'ratio') return RATIO_MARGIN
  return unit === 'ms' ? WALL_TIME_MARGIN : FIGURE_MARGIN
}
