import { expect, test } from 'vitest'
import { breachesOf } from '../../../bench/budgets/breaches.ts'
import { memoryFigures, reportMemory } from '../../../bench/budgets/memory.ts'

const MEASURED = {
  registry: {
    emptyBytes: 20_000,
    halfFullBytes: 1.4e6,
    fullBytes: 2.7e6,
    momentBytes: 2.2e6,
    countedBytes: 2.5e6,
    perMetricBytes: [130_000, 400_000, 131_000],
    sampleCount: 200_000,
  },
  recording: {
    importBytes: 1.1e6,
    threadBytes: 0.6e6,
    shared: [
      { name: 'lane', bytes: 1e6 },
      { name: 'board', bytes: 0.1e6 },
    ],
    residentGrowthBytes: 30e6,
    residentBytes: 80e6,
    sampleCount: 200_000,
    lostCount: 0,
  },
  aggregator: { threadBytes: 2.6e6, emptyBytes: 6.7e6 },
}
const STATED = { limitScale: 1 }

test('the total is the aggregator with an hour of slices, the recording thread and all shared memory', () => {
  const { budgets, parts, passed } = reportMemory(MEASURED, STATED)
  // 2.6 of live telemetry, 0.5 of slices on top, 0.6 and 1.1.
  expect(budgets[0]).toMatchObject({ name: 'all full, in total', actual: 4.8e6, atMost: 10e6 })
  const besides = parts.filter(({ isInTotal }) => !isInTotal)
  expect(besides.map(({ bytes }) => bytes)).toEqual([1.1e6, 6.7e6])
  expect(passed).toBe(true)
})

test.each([
  ['all full, in total', { recording: { ...MEASURED.recording, shared: [{ name: 'lane', bytes: 6.7e6 }] } }],
  ['all full, in total', { aggregator: { threadBytes: 9e6, emptyBytes: 6.7e6 } }],
  ['samples, counts and slices of time', { registry: { ...MEASURED.registry, countedBytes: 3e6 } }],
  ['each without samples', { registry: { ...MEASURED.registry, emptyBytes: 40_000 } }],
  ['half full / full', { registry: { ...MEASURED.registry, halfFullBytes: 2.6e6 } }],
  ['samples in the live windows', { recording: { ...MEASURED.recording, sampleCount: 199_999 } }],
  ['lost', { recording: { ...MEASURED.recording, lostCount: 1 } }],
])('a breach is found and named: %s', (name, changed) => {
  const report = reportMemory({ ...MEASURED, ...changed }, STATED)
  expect(report.passed).toBe(false)
  const breaches = breachesOf([], { ...report, attempts: [[]] }, [])
  expect(breaches).toHaveLength(1)
  expect(breaches[0]).toContain(name)
})

test('two of the budgets are figures of the design, and say nothing where a check failed', () => {
  const figures = memoryFigures(reportMemory(MEASURED, STATED))
  expect(figures.map(({ figure, limit, median, verdict }) => [figure, limit, median, verdict])).toEqual([
    ['memory', 3e6, 2.5e6, 'reached'],
    ['memory', 10e6, 4.8e6, 'reached'],
  ])
  const lossy = { ...MEASURED, recording: { ...MEASURED.recording, lostCount: 1 } }
  const verdicts = memoryFigures(reportMemory(lossy, STATED)).map(({ verdict }) => verdict)
  expect(verdicts).toEqual(['check failed', 'check failed'])
})
