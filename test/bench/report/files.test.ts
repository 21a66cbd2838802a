import { expect, test } from 'vitest'
import type { Goal } from '../../../bench/core/question.ts'
import type { QuestionReport } from '../../../bench/core/report.ts'
import type { ShownBudgets } from '../../../bench/report/budgets-section.ts'
import { filesOf } from '../../../bench/report/files.ts'
import type { ReportInputs } from '../../../bench/report/inputs.ts'
import { faultsOf } from './drawing.ts'
import { around, MACHINE, reportLike, resultOf } from './reports.ts'

const README = '# offloop\n\n<!-- benchmarks: headline -->\nold\n<!-- /benchmarks -->\n\nby hand\n'

const GOAL: Goal = { of: 'ratio', bound: 'at most', limit: 0.3, figure: 'record' }
const RECORD = reportLike({
  subject: { name: 'offloop record()', figures: around(5) },
  rows: [{ name: 'peer<T> | co', figures: around(20), goal: GOAL }],
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
      attempts: [{ p99Ms: 0.06 }, { p99Ms: 0.012 }],
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
  expect(document).toContain(
    '![record: what does it cost? (offloop record() 5.00 ns; peer&lt;T> \\| co 20.0 ns)](benchmarks/record.svg)',
  )
  expect(document).toContain('| **offloop record()** | 5.00 ns | 4.91–5.09 |')
  expect(document).toContain('| peer&lt;T> \\| co | 20.0 ns |')
  expect(document).toContain('Checked: lost: 0.')
  expect(document).toContain('1 of the 13 figures of the design are reached, 12 are not measured')
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

test('the README says of each group when, where and in how many rounds it was measured', () => {
  const load = resultOf(
    [reportLike({ rows: [{ name: 'it', figures: [1, 2] }] }, { name: 'million', group: 'load' })],
    {
      date: '2026-01-03',
      roundCount: 7,
    },
  )
  const { readme } = make([RECORD], { load })
  expect(readme).toContain('Measured on 2026-01-02, Some CPU with 2 cores, Node 20.0.0: medians of 6 rounds,')
  expect(readme).toContain('Under load: measured on 2026-01-03, Some CPU with 2 cores')
  expect(readme).toContain('medians of 7 rounds (million: 2)')
})

test('a question without a subject shows its peers in the README as well', () => {
  const names = [
    'offloop, snapshot() on another thread',
    'offloop, snapshot() on the main thread',
    'offloop, query()',
  ]
  const rows = [...names, 'prom-client', 'OpenTelemetry'].map((name, index) => ({
    name,
    figures: around(5),
    goal: index === 0 ? ({ of: 'figure', bound: 'at most', limit: 9 } as const) : undefined,
  }))
  const load = resultOf([reportLike({ rows }, { name: 'snapshot', group: 'load' })])
  expect(make([], { cost: undefined, load }).readme).toMatch(
    /main thread \*\*.*prom-client \*\*.*OpenTelemetry \*\*/,
  )
})

test.each([
  [{ machine: { ...MACHINE, node: '22.0.0' } }, /machine node is 20.0.0 in one, 22.0.0 in another/],
  [{ versions: { mitata: '2.0.0' } }, /package mitata is 1.0.0 in one, 2.0.0 in another/],
])('results that cannot be shown on one page are a mistake: %j', (more, message) => {
  const cost = resultOf([RECORD], { versions: { mitata: '1.0.0' } })
  expect(() => make([], { cost, load: resultOf([], more) })).toThrow(message)
})

test('commits are shown as far as they are known', () => {
  const cost = resultOf([RECORD], { commit: 'abc1234+' })
  expect(make([], { cost, load: resultOf([]) }).document).toContain(
    '| commit (+: with changes) | abc1234+ | – |',
  )
  expect(make([RECORD]).document).not.toContain('commit (+')
})

test('a table has the interval of the ratio, and a verdict without one says so', () => {
  const { document } = make([RECORD])
  expect(document).toContain('| 0.25 | 0.25–0.25 | ≤ 0.30 | reached |')
  const few = reportLike({
    subject: { name: 'offloop record()', figures: [5, 5, 5] },
    rows: [{ name: 'peer', figures: [20, 20, 20], goal: GOAL }],
  })
  expect(make([few]).document).toContain('reached, no interval (3 rounds)')
})

test('budgets are shown where there are any', () => {
  const { document } = make([RECORD], { budgets: BUDGETS })
  expect(document).toContain(
    '| record a sample | 1,000 | 30.0 ns | 70.0 ns | 12.0 µs | 1.00 ms | 50.0 µs | 2 (p99 60.0 µs, 12.0 µs) | kept |',
  )
  expect(document).toContain('| all full | 4.54 MB | < 4.00 MB | **exceeded** |')
  expect(document).toContain('| half full / full | 54.4 % | 35.0 % to 65.0 % | kept |')
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
  expect(readme).toContain(
    '| `latency.record(n)`, in one long burst | **5.00 ns** | peer&lt;T> \\| co 20.0 ns |',
  )
  expect(readme).toContain('Measured on 2026-01-02, Some CPU with 2 cores, Node 20.0.0: medians of 6 rounds')
})

test('without results there is a page that says which figures are missing', () => {
  const { document, files } = make([], { cost: undefined })
  expect(document).toContain('0 of the 13 figures of the design are reached, 13 are not measured')
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
