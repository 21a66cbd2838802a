/** What keeps a budget of overhead or memory, and what breaks it. Pure. */
import type { Check } from '../core/question.ts'
import type { CheckReport } from '../core/report.ts'
import type { MemoryBudget, OverheadReport } from './result.ts'
import type { CallTimes } from './single-calls.ts'

/** A machine of CI is shared: what its other tenants do is not ours. */
const CI_FACTOR = 2

export function factorOf(onCI: boolean): number {
  return onCI ? CI_FACTOR : 1
}

/** One attempt's findings.
 *  @param limitScale multiplies the limit beside the factor, without being a part of the requirement */
export function judgeOverhead(
  budget: { readonly name: string; readonly asks: string; readonly limitMs: number },
  { times, checks }: { readonly times: CallTimes; readonly checks: readonly Check[] },
  { factor, limitScale }: { factor: number; limitScale: number },
): Omit<OverheadReport, 'attempts'> {
  const limitMs = budget.limitMs * factor * limitScale
  const judged = judgeChecks(checks)
  return {
    name: budget.name,
    asks: budget.asks,
    ...times,
    statedLimitMs: budget.limitMs,
    factor,
    limitMs,
    checks: judged,
    passed: times.p99Ms < limitMs && judged.every(({ holds }) => holds),
  }
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
