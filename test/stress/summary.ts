/** What the cases' reports come to, and whether they prove what they are meant to. Pure. */
import { BOUNDARIES, type StressCase } from './cases.ts'
import type { CaseReport } from './drain-case.ts'
import { FAULT_KINDS, type FaultCounts, noFaults } from './fault.ts'

/** A ring that never overflows proves nothing about what happens when it does. */
export const OVERFLOWED_SHARE_MIN = 0.3

/** Nor does one that drops all that comes after its first rounds. Between two pauses at least 0.8 of a ring is recorded,
 *  and a pause empties it: that makes 4 rounds, and 2.6 where the reader is frozen at first, in every run. */
export const ROUNDS_MIN = 2.5
export const ROUNDS_MEDIAN_MIN = 4
/** The first burst of a case finds its lane empty, and one after a pause has to. */
const FITTING_BURSTS_MIN = 2
/** Larger than before batches grew (docs/adr/0008) … */
const LARGE_BATCH_MIN = 17
/** … and to be seen where so many samples fit into the lane that a 32nd of them is as large. */
const LARGE_BATCH_CAPACITY_MIN = 1_024

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
  /** Cases with large batches, of those that can have any. */
  readonly largeBatches: Part
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
  const batching = ran.filter(
    ({ stressCase: { publishEvery, capacity } }) =>
      publishEvery >= LARGE_BATCH_MIN && capacity >= LARGE_BATCH_CAPACITY_MIN,
  )
  const largeBatches = partOf(batching, ({ largestBatch }) => largestBatch >= LARGE_BATCH_MIN)
  const roundsMin = rounds[0] ?? 0
  const roundsMedian = rounds[Math.floor(rounds.length / 2)] ?? 0
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
    roundsMin,
    roundsMedian,
    largeBatches,
    restartCount: sumOf(({ restartCount }) => restartCount),
    terminatedInBurst,
    losslessFast: partOf(fast, ({ dropped }) => dropped === 0),
    faultCounts,
    faultCount: Object.values(faultCounts).reduce((sum, count) => sum + count, 0),
    doubts: [
      ...(isWhole && shareOf(overflowed) < OVERFLOWED_SHARE_MIN ? ['too few lanes overflowed'] : []),
      ...(roundsMin < ROUNDS_MIN ? ['a ring went round too seldom'] : []),
      ...(isWhole && roundsMedian < ROUNDS_MEDIAN_MIN ? ['most rings went round too seldom'] : []),
      ...(ran.some(({ report }) => report.fittingBurstsMin < FITTING_BURSTS_MIN)
        ? ['no burst met an empty lane']
        : []),
      ...(isWhole && largeBatches.of > 0 && largeBatches.count === 0
        ? [`no batch was larger than ${LARGE_BATCH_MIN - 1}`]
        : []),
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
