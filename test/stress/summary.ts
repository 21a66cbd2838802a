/** What the cases' reports come to, and whether they prove what they are meant to. Pure. */
import { BOUNDARIES, type StressCase } from './cases.ts'
import type { CaseReport } from './drain-case.ts'
import { FAULT_KINDS, type FaultCounts, noFaults } from './fault.ts'

/** A ring that never overflows proves nothing about what happens when it does. */
export const OVERFLOWED_SHARE_MIN = 0.3

export interface Ran {
  readonly stressCase: StressCase
  readonly report: CaseReport
}

/** So many of so many. */
export interface Part {
  readonly count: number
  readonly of: number
}

export interface Summary {
  readonly node: string
  readonly seed: number
  readonly caseCount: number
  readonly recorded: number
  readonly drained: number
  readonly dropped: number
  readonly durationMs: number
  readonly overflowed: Part
  readonly crossings: readonly (Part & { readonly boundary: number })[]
  readonly roundsMin: number
  readonly roundsMedian: number
  readonly restartCount: number
  readonly terminatedInBurst: Part
  /** Cases whose reader keeps draining, and that lost nothing; whether they do is up to the processor. */
  readonly losslessFast: Part
  readonly faultCounts: FaultCounts
  readonly faultCount: number
  /** Why the run proves nothing; empty when it does. */
  readonly doubts: readonly string[]
}

/** @param isWhole whether all cases ran: of a few that were picked, no share is demanded */
export function summarize(
  ran: readonly Ran[],
  run: { node: string; seed: number; durationMs: number; isWhole: boolean },
): Summary {
  const sumOf = (read: (report: CaseReport) => number) =>
    ran.reduce((sum, { report }) => sum + read(report), 0)
  const partOf = (among: readonly Ran[], holds: (report: CaseReport) => boolean): Part => ({
    count: among.filter(({ report }) => holds(report)).length,
    of: among.length,
  })
  const overflowed = partOf(ran, ({ dropped }) => dropped > 0)
  const crossings = BOUNDARIES.filter(boundary => boundary !== 0).map(boundary => {
    const starting = ran.filter(({ stressCase }) => stressCase.boundary === boundary)
    return { boundary, ...partOf(starting, ({ hasCrossed }) => hasCrossed) }
  })
  const terminating = ran.filter(({ stressCase }) => stressCase.incident === 'terminate')
  const terminatedInBurst = partOf(terminating, ({ wasTerminatedInBurst }) => wasTerminatedInBurst)
  const fast = ran.filter(({ stressCase }) => stressCase.pace === 'fast')
  const rounds = ran.map(({ report }) => report.roundsMin).toSorted((a, b) => a - b)
  const faultCounts = noFaults()
  for (const kind of FAULT_KINDS) faultCounts[kind] = sumOf(report => report.faultCounts[kind])
  const { isWhole, ...facts } = run
  return {
    ...facts,
    caseCount: ran.length,
    recorded: sumOf(({ recorded }) => recorded),
    drained: sumOf(({ drained }) => drained),
    dropped: sumOf(({ dropped }) => dropped),
    overflowed,
    crossings,
    roundsMin: rounds[0] ?? 0,
    roundsMedian: rounds[Math.floor(rounds.length / 2)] ?? 0,
    restartCount: sumOf(({ restartCount }) => restartCount),
    terminatedInBurst,
    losslessFast: partOf(fast, ({ dropped }) => dropped === 0),
    faultCounts,
    faultCount: Object.values(faultCounts).reduce((sum, count) => sum + count, 0),
    doubts: [
      ...(isWhole && shareOf(overflowed) < OVERFLOWED_SHARE_MIN ? ['too few lanes overflowed'] : []),
      ...crossings
        .filter(({ count, of }) => count < of)
        .map(({ boundary }) => `not all indices crossed 2^${Math.log2(boundary)}`),
      ...(terminatedInBurst.count < terminatedInBurst.of
        ? ['not all producers were terminated in a burst']
        : []),
    ],
  }
}

export function shareOf({ count, of }: Part): number {
  return of === 0 ? 0 : count / of
}
