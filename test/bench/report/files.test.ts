import { expect, test } from 'vitest'
import type { QuestionReport } from '../../../bench/core/report.ts'
import type { ShownBudgets } from '../../../bench/report/budgets-section.ts'
import { filesOf } from '../../../bench/report/files.ts'
import type { ReportInputs } from '../../../bench/report/inputs.ts'
import { faultsOf } from './drawing.ts'
import { around, MACHINE, reportLike, resultOf } from './reports.ts'

const README = '# offloop\n\n<!-- benchmarks: headline -->\nold\n<!-- /benchmarks -->\n\nby hand\n'

const RECORD = reportLike({
  subject: { name: 'offloop record()', figures: around(5) },
  rows: [{ name: 'peer<T> | co', figures: around(20), goal: { of: 'ratio', bound: 'at most', limit: 0.3 } }],
  checks: [{ what: 'lost', expected: 0, actual: 0 }],
})

const BUDGETS: ShownBudgets = {
  date: '2026-01-02',
  machine: MACHINE,
  factor: 1,
  budgets: [
    {
      name: 'record a sample',
      callCount: 1_000,
      p50Ms: 3e-5,
      p95Ms: 7e-5,
      p99Ms: 0.012,
      maxMs: 1,
      undisturbed: { callCount: 990, p99Ms: 0.011 },
      limitMs: 0.05,
      passed: true,
    },
  ],
  memory: {
    metricCount: 20,
    samplesPerMetric: 10_000,
    budgets: [
      { name: 'all full', unit: 'bytes', actual: 4.54e6, atLeast: undefined, atMost: 4e6, passed: false },
      { name: 'half full / full', unit: 'share', actual: 0.544, atLeast: 0.35, atMost: 0.65, passed: true },
    ],
    parts: [{ name: 'lane', bytes: 1_048_576 }],
    residentGrowthBytes: 30e6,
  },
}

function make(questions: readonly QuestionReport[], more: Partial<ReportInputs> = {}) {
  const files = filesOf({ cost: resultOf(questions), load: undefined, budgets: undefined, ...more }, README)
  return { files, document: files.get('docs/benchmarks.md')!, readme: files.get('README.md')! }
}

test('the same results make the same files', () => {
  expect([...make([RECORD]).files]).toEqual([...make([RECORD]).files])
})

test('a question has a picture, a table and its checks; its names show as they are', () => {
  const { files, document } = make([RECORD])
  expect(document).toContain('![record: what does it cost?](benchmarks/record.svg)')
  expect(document).toContain('| **offloop record()** | 5.00 ns | 4.91–5.09 |')
  expect(document).toContain('| peer&lt;T> \\| co | 20.0 ns |')
  expect(document).toContain('Checked: lost: 0.')
  expect(document).toContain('1 of 1 goals are reached')
  expect(faultsOf(files.get('docs/benchmarks/record.svg')!)).toEqual([])
})

test('a check that does not hold stands out', () => {
  const broken = reportLike({
    rows: [{ name: 'it', figures: [1] }],
    checks: [{ what: 'lost', expected: 0, actual: 3 }],
  })
  expect(make([broken]).document).toContain('**lost: 3 (should be 0: do not trust the figures)**')
})

test('the parts of a question stand under one heading, each with a picture of its own', () => {
  const parts = ['throughput', 'p99 of all'].map(part => ({ ...RECORD, part }))
  const { files, document } = make(parts)
  expect(document.match(/^### record$/gm)).toHaveLength(1)
  expect(document).toContain('**Throughput**')
  expect(document).toContain('**p99 of all**')
  expect([...files.keys()]).toEqual(
    expect.arrayContaining(['docs/benchmarks/record.svg', 'docs/benchmarks/record-2.svg']),
  )
})

test('the lines of a curve stand side by side, one row for each place', () => {
  const curve = reportLike({
    curve: { x: 'series', scale: 'log' },
    rows: ['offloop', 'peer'].flatMap(line =>
      [10, 20_000].map(at => ({ name: `${line} at ${at}`, figures: around(at), at, line })),
    ),
  })
  const { files, document } = make([curve])
  expect(document).toContain('| series | offloop | peer |')
  expect(document).toContain('| 20 k | 20.0 µs (19.6–20.4) | 20.0 µs (19.6–20.4) |')
  expect(faultsOf(files.get('docs/benchmarks/record.svg')!)).toEqual([])
})

test('fewer rounds than were asked for are said', () => {
  const short = reportLike({ rows: [{ name: 'it', figures: [1, 2, 3] }] })
  expect(make([short]).document).toContain('Rounds: 3.')
  expect(make([RECORD]).document).not.toContain('Rounds: ')
})

test('a figure that is none, as JSON has it for infinity, is a dash', () => {
  const infinite = reportLike({ rows: [{ name: 'it', figures: [Number.POSITIVE_INFINITY] }] })
  expect(make([infinite]).document).toContain('| it | – |')
})

test('each run has its machine, its command and its versions', () => {
  const load = resultOf([{ ...RECORD, name: 'http', group: 'load' }], {
    roundCount: 3,
    versions: { mitata: '1.0.0' },
  })
  const { document } = make([RECORD], { load })
  expect(document).toContain('|  | cost | load |')
  expect(document).toContain('npm run bench -- --rounds 6 --out bench/results/cost.json\n')
  expect(document).toContain('npm run bench:load -- --rounds 3 --out bench/results/load.json\n')
  expect(document).toContain('Packages: mitata 1.0.0.')
})

test('budgets are shown where there are any', () => {
  const { document, readme } = make([RECORD], { budgets: BUDGETS })
  expect(document).toContain(
    '| record a sample | 1,000 | 30.0 ns | 70.0 ns | 12.0 µs | 1.00 ms | 11.0 µs | 50.0 µs | kept |',
  )
  expect(document).toContain('| all full | 4.54 MB | < 4.00 MB | **exceeded** |')
  expect(document).toContain('| half full / full | 54.4 % | 35.0 % to 65.0 % | kept |')
  expect(document).toContain('2 of 3 goals are reached')
  expect(readme).toContain('| Memory of 20 latencies × 10,000 samples | all full **4.54 MB** · half full')
  expect(make([RECORD]).document).not.toContain('## Budgets')
})

test('results of budgets without some of their parts are no mistake', () => {
  const { budgets, memory, ...without } = BUDGETS
  expect(make([RECORD], { budgets: without }).document).not.toContain('## Budgets')
})

test('the README has the figures between its markers, and keeps all that is around them', () => {
  const { readme } = make([RECORD])
  expect(readme).toMatch(/^# offloop\n\n<!-- benchmarks: headline -->\n/)
  expect(readme).toMatch(/<!-- \/benchmarks -->\n\nby hand\n$/)
  expect(readme).not.toContain('old')
  expect(readme).toContain('| `latency.record(n)` | **5.00 ns** | peer&lt;T> \\| co 20.0 ns |')
  expect(readme).toContain('Measured on 2026-01-02, Some CPU with 2 cores, Node 20.0.0: medians of 6 rounds')
})

test('without results there is a page that says which figures are missing', () => {
  const { document, files } = make([], { cost: undefined })
  expect(document).toContain('Goals that no figure on this page answers')
  expect([...files.keys()]).toEqual(['docs/benchmarks.md', 'README.md'])
})

test('a name keeps its small letter at the beginning of a title', () => {
  const parts = ['offloop alone', 'labels() once', 'idle process'].map(part => ({ ...RECORD, part }))
  const { document } = make(parts)
  for (const title of ['**offloop alone**', '**labels() once**', '**Idle process**'])
    expect(document).toContain(title)
})

test('a README without a place for the figures is a mistake', () => {
  expect(() =>
    filesOf({ cost: resultOf([RECORD]), load: undefined, budgets: undefined }, '# offloop\n'),
  ).toThrow(/put <!-- benchmarks: headline -->/)
})
