import { expect, test } from 'vitest'
import { chooseCases } from './cases.ts'
import type { CaseReport } from './drain-case.ts'
import { noFaults } from './fault.ts'
import { formatProgress } from './progress.ts'
import { type Ran, summarize } from './summary.ts'
import { formatFaults, formatSummary } from './summary-text.ts'

const RUN = { node: '20.0.0', seed: 42, durationMs: 2_000, isWhole: true }

/** All cases as they should be: every second overflows. */
const ranWell = (): Ran[] =>
  chooseCases(1e7).map((stressCase, index) => {
    const dropped = index % 2
    const report: CaseReport = {
      name: stressCase.name,
      recorded: 100,
      drained: 100 - dropped,
      dropped,
      roundsMin: 5,
      fittingBurstsMin: 3,
      largestBatch: 64,
      hasCrossed: stressCase.boundary > 0,
      restartCount: stressCase.incident === 'restart' ? 1 : 0,
      wasTerminatedInBurst: stressCase.incident === 'terminate',
      durationMs: 10,
      faults: [],
      faultCounts: noFaults(),
    }
    return { stressCase, report }
  })

const ranWith = (change: Partial<CaseReport>): Ran[] =>
  ranWell().map(({ stressCase, report }) => ({ stressCase, report: { ...report, ...change } }))

test('a run in which all went well says so, with its figures', () => {
  const summary = summarize(ranWell(), RUN)
  expect(summary.doubts).toEqual([])
  const text = formatSummary(summary)
  expect(text).toContain('40 of 81 cases (49 %), at least 30 % demanded')
  expect(text).toContain('crossed 2^31   27 of 27 cases (100 %) that start before it')
  expect(text).toContain('at least 5.0 of each ring, median 5.0; 2.5 and 4 demanded')
  expect(text).toContain('published in 24 of 24 cases (100 %) of 1,024 slots or more that may')
  expect(text).toContain('9 readers replaced, 9 of 9 producers terminated in mid-burst')
  expect(text).toContain(
    'torn 0, altered 0, reordered 0, duplicated 0, mistimed 0, unaccounted 0, refused 0, broken off 0',
  )
  expect(text).not.toContain('NO PROOF')
})

test.each([
  [{ dropped: 0 }, 'too few lanes overflowed: this run proves nothing'],
  [{ roundsMin: 2 }, 'a ring went round too seldom: this run proves nothing'],
  [{ roundsMin: 3 }, 'most rings went round too seldom: this run proves nothing'],
  [{ fittingBurstsMin: 1 }, 'no burst met an empty lane: this run proves nothing'],
  [{ largestBatch: 16 }, 'no batch was larger than 16: this run proves nothing'],
  [{ hasCrossed: false }, 'not all indices crossed 2^32: this run proves nothing'],
  [{ wasTerminatedInBurst: false }, 'not all producers were terminated in a burst: this run proves nothing'],
])('a run with %j proves nothing', (change, text) => {
  expect(formatSummary(summarize(ranWith(change), RUN))).toContain(text)
})

test('of cases that were picked, no share of overflows is demanded', () => {
  expect(summarize(ranWith({ dropped: 0 }), { ...RUN, isWhole: false }).doubts).toEqual([])
})

test('a faulty case is shown with what was expected, what came, and how to see it again', () => {
  const fault = { kind: 'torn', producer: 1, ordinal: 1_234, expected: 'this', actual: 'that' } as const
  const [ran] = ranWith({ faults: [fault], faultCounts: { ...noFaults(), torn: 7 } })
  expect(formatFaults(ran!, 'replay it')).toBe(
    `${ran!.stressCase.name}: 7 faults\n  torn: producer 1, at sample 1,234: expected this; got that\n  again: replay it\n`,
  )
})

test('the progress line says how far, how fast and how long, and fits the terminal', () => {
  const progress = {
    recorded: 25_000_000,
    sampleCount: 1e8,
    elapsedMs: 5_000,
    casesDone: 3,
    caseCount: 396,
    caseName: 'a case',
  }
  expect(formatProgress(progress, 200)).toBe(
    '██████░░░░░░░░░░░░░░░░░░  25 %  25,000,000 samples, 5.0 million/s, 15 s left  case 4 of 396: a case',
  )
  expect(formatProgress(progress, 40)).toHaveLength(39)
})
