/** The figures that the project set itself, and which questions answer them. Pure. */
import type { QuestionReport } from '../core/report.ts'

interface DesignFigure {
  readonly what: string
  readonly reach: string
  /** Names of the questions one of whose goals is this. */
  readonly questions: RegExp
}

/** Those that no question of this report had a goal for are named as not measured: a goal is not to vanish by silence. */
const DESIGN_FIGURES: readonly DesignFigure[] = [
  { what: '`record()` against `createHistogram().record()`', reach: '≤ 0.3', questions: /^record$/ },
  {
    what: '`record()` with labels against prom-client / OpenTelemetry',
    reach: '≤ 1/30 / ≤ 1/100',
    questions: /^labels$/,
  },
  {
    what: '`markStart()` + `markEnd()` against two readings of the clock',
    reach: '≤ 1.10',
    questions: /^marks$/,
  },
  { what: '`counter.add(1)` against a typed-array increment', reach: '≤ 3', questions: /^counter$/ },
  { what: 'bytes allocated by any of these', reach: '0', questions: /^allocation$/ },
  {
    what: 'exact p50, p95, p99 of 10,000 samples against sorting',
    reach: '≤ 1/15',
    questions: /^percentiles$/,
  },
  { what: 'draining into windows, one core', reach: '≥ 40 million samples/s', questions: /^drain$/ },
  {
    what: '1 million samples/s from the main thread for 30 s',
    reach: '0 lost; loop delay p99 with/without ≤ 1.05; aggregator ≤ 10 % of a core',
    questions: /^million$/,
  },
  { what: 'HTTP server throughput, everything on / bare', reach: '≥ 0.99', questions: /^http$/ },
  {
    what: 'scrape of 10,000 series: time taken from the main thread',
    reach: '0',
    questions: /^snapshot$/,
  },
  {
    what: 'from a breach to the callback',
    reach: 'one tick + 5 ms, or one interval',
    questions: /^breach$/,
  },
  {
    what: 'memory of 20 metrics × 10,000 samples',
    reach: '≤ 3 MB of samples, ≤ 10 MB in all',
    questions: /^memory$/,
  },
  { what: '`createTelemetry()` / until `ready`', reach: '≤ 2 ms / ≤ 60 ms', questions: /^start-up$/ },
]

/** @param hasMemoryBudgets whether the budgets have answered what no question asks: how much memory it takes
 *  @returns lines of a list; none where every figure has its question */
export function unmeasuredFigures(reports: readonly QuestionReport[], hasMemoryBudgets: boolean): string[] {
  const judged = reports.filter(({ candidates }) => candidates.some(({ goal }) => goal !== undefined))
  const names = [...judged.map(({ name }) => name), ...(hasMemoryBudgets ? ['memory'] : [])]
  return DESIGN_FIGURES.filter(({ questions }) => !names.some(name => questions.test(name))).map(
    ({ what, reach }) => `- ${what}: ${reach}\n`,
  )
}
