/** What keeps a budget and what breaks it. Pure. */
import type { Check, Goal, Unit } from '../core/question.ts'
import type { CheckReport, JudgedGoal } from '../core/report.ts'
import type { FigureVerdict, MemoryBudget, OverheadReport } from './result.ts'
import type { CallTimes } from './single-calls.ts'

/** A machine of CI is shared: what its other tenants do is not ours. */
const CI_FACTOR = 2

/** The bench compares things within one round, so ratios move little from machine to machine and run to run … */
const RATIO_MARGIN = 2.5
/** … while figures of their own depend on the machine as well … */
const FIGURE_MARGIN = 5
/** … and how long a process takes to start, on what else its machine is doing. */
const WALL_TIME_MARGIN = 10
/** For goals of nothing at all: less than the smallest object takes, and more than a measurement is off. */
const ZERO_TOLERANCE = 4

/** Fewer calls than this share, left alone by the system, do not speak for the others. */
const UNDISTURBED_SHARE_MIN = 0.5

export function factorOf(onCI: boolean): number {
  return onCI ? CI_FACTOR : 1
}

/** @param limitScale multiplies the limit beside the factor, without being a part of the requirement */
export function judgeOverhead(
  budget: { readonly name: string; readonly asks: string; readonly limitMs: number },
  { times, checks }: { readonly times: CallTimes; readonly checks: readonly Check[] },
  { factor, limitScale, attempts }: { factor: number; limitScale: number; attempts: number },
): OverheadReport {
  const limitMs = budget.limitMs * factor * limitScale
  const judged = judgeChecks(checks)
  const isKept = times.p99Ms < limitMs
  const isKeptUndisturbed = !isKept && keepsUndisturbed(times, limitMs)
  return {
    name: budget.name,
    asks: budget.asks,
    ...times,
    statedLimitMs: budget.limitMs,
    factor,
    limitMs,
    checks: judged,
    attempts,
    judgedBy: isKeptUndisturbed ? 'undisturbed calls' : 'all calls',
    passed: (isKept || isKeptUndisturbed) && judged.every(({ holds }) => holds),
  }
}

/** A call that was interrupted took as long as others had the core: on a machine that does too much at once this says
 *  nothing of the call. What makes a call itself slow makes it slow undisturbed, too. */
function keepsUndisturbed({ callCount, undisturbed }: CallTimes, limitMs: number): boolean {
  if (undisturbed === null || undisturbed.callCount < callCount * UNDISTURBED_SHARE_MIN) return false
  return undisturbed.p99Ms < limitMs
}

/** Memory is the same on every machine: CI gets no more of it. */
export function judgeMemory(
  { name, unit, actual, atLeast, atMost }: Omit<MemoryBudget, 'passed'>,
  limitScale: number,
): MemoryBudget {
  const scaledMost = atMost * limitScale
  const passed = actual < scaledMost && (atLeast === undefined || actual >= atLeast)
  return { name, unit, actual, atLeast, atMost: scaledMost, passed }
}

export function judgeChecks(checks: readonly Check[]): CheckReport[] {
  return checks.map(check => ({ ...check, holds: check.actual === check.expected }))
}

/** Whether a goal is reached, missed by what noise and open work may explain, or missed by so much that something broke. */
export function judgeFigure(
  goal: JudgedGoal & { readonly unit: Unit },
  median: number,
  limitScale: number,
): { verdict: FigureVerdict; margin: number | null; failsBeyond: number } {
  const { margin, failsBeyond } = marginOf(goal, limitScale)
  const isFarOutside = goal.bound === 'at most' ? median > failsBeyond : median < failsBeyond
  const verdict = isFarOutside ? 'far outside' : goal.isReached ? 'reached' : 'missed'
  return { verdict, margin, failsBeyond }
}

function marginOf({ of, unit, bound, limit }: Goal & { readonly unit: Unit }, limitScale: number) {
  if (limit === 0) return { margin: null, failsBeyond: ZERO_TOLERANCE * limitScale }
  const ownMargin = unit === 'ms' ? WALL_TIME_MARGIN : FIGURE_MARGIN
  const margin = of === 'ratio' ? RATIO_MARGIN : ownMargin
  const isUpper = bound === 'at most'
  return { margin, failsBeyond: isUpper ? limit * margin * limitScale : limit / margin / limitScale }
}
