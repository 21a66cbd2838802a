/** The stress run's entry: reads the command line, runs one case after the other, says what came of them. */
import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { ProgressLine } from '../../bench/progress-line.ts'
import { createTask } from './case-memory.ts'
import { chooseCases, type StressCase, totalSamplesOf } from './cases.ts'
import { HELP, readOptions, type StressOptions, UsageError } from './options.ts'
import { formatProgress } from './progress.ts'
import { formatCount } from './quantity.ts'
import { recordedSoFar, runCase } from './run-case.ts'
import { StressThreads } from './stress-threads.ts'
import { type Ran, summarize } from './summary.ts'
import { formatFaults, formatSummary } from './summary-text.ts'

const EXIT_FAILURE = 1
const EXIT_USAGE = 2
const SEED_END = 2 ** 32
const PROGRESS_INTERVAL_MS = 100
const COLUMNS_DEFAULT = 80

process.exitCode = await main(process.argv.slice(2))

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args)
    if (options === 'help') {
      process.stdout.write(HELP)
      return 0
    }
    return (await run(options)) ? 0 : EXIT_FAILURE
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\nTry --help.\n`)
    return EXIT_USAGE
  }
}

/** @returns whether all cases held, and prove it */
async function run(options: StressOptions): Promise<boolean> {
  const { caseFilter, json } = options
  const seed = options.seed ?? randomInt(SEED_END)
  const all = chooseCases(options.sampleCount)
  const cases = all.filter(({ name }) => caseFilter === undefined || name.includes(caseFilter))
  if (cases.length === 0) {
    const example = all[0]!.name
    throw new UsageError(
      `--case ${JSON.stringify(caseFilter)}: no case of this run has that in its name; one is ${example}`,
    )
  }
  const node = process.versions.node
  if (!json) {
    const samples = formatCount(cases.reduce((sum, stressCase) => sum + totalSamplesOf(stressCase), 0))
    const cpus = availableParallelism()
    process.stdout.write(
      `offloop stress: ${cases.length} cases, ${samples} samples, seed ${seed}, Node ${node}, ${cpus} processors\n`,
    )
  }
  const startMs = performance.now()
  const ran = await runAll(cases, { ...options, seed })
  const durationMs = performance.now() - startMs
  const summary = summarize(ran, { node, seed, durationMs, isWhole: caseFilter === undefined })
  if (json) {
    const reports = ran.map(({ stressCase, report }) => ({ ...stressCase, ...report }))
    process.stdout.write(`${JSON.stringify({ summary, cases: reports }, null, 2)}\n`)
  } else process.stdout.write(formatSummary(summary))
  return summary.faultCount === 0 && summary.doubts.length === 0
}

async function runAll(
  cases: readonly StressCase[],
  options: StressOptions & { seed: number },
): Promise<Ran[]> {
  const { seed, sampleCount: samplesOfRun, writerName } = options
  const threads = new StressThreads()
  const line = new ProgressLine(process.stderr)
  const sampleCount = cases.reduce((sum, stressCase) => sum + totalSamplesOf(stressCase), 0)
  const startMs = performance.now()
  const ran: Ran[] = []
  let recordedBefore = 0
  try {
    for (const stressCase of cases) {
      const task = createTask(stressCase, seed, writerName)
      const showProgress = () => {
        const progress = {
          recorded: recordedBefore + recordedSoFar(task),
          sampleCount,
          elapsedMs: performance.now() - startMs,
          casesDone: ran.length,
          caseCount: cases.length,
          caseName: stressCase.name,
        }
        line.show(formatProgress(progress, process.stderr.columns ?? COLUMNS_DEFAULT))
      }
      const timer = setInterval(showProgress, PROGRESS_INTERVAL_MS)
      const report = await runCase(threads, task).finally(() => clearInterval(timer))
      recordedBefore += report.recorded
      ran.push({ stressCase, report })
      if (report.faults.length > 0) {
        line.clear()
        const writer = writerName === 'production' ? '' : ` --writer ${writerName}`
        const replay = `npm run stress -- --samples ${samplesOfRun} --seed ${seed} --case ${stressCase.name}${writer}`
        process.stderr.write(formatFaults({ stressCase, report }, replay))
      }
    }
  } finally {
    line.clear()
    await threads.end()
  }
  return ran
}
