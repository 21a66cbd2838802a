/** The soak run's entry: reads the command line, runs, says what came of it. */
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { ProgressLine } from '../../bench/progress-line.ts'
import { HELP, readOptions, type SoakOptions, UsageError } from './options.ts'
import { Soak } from './soak.ts'
import { formatCount, formatDuration, formatProgress, formatTable } from './soak-text.ts'
import { StderrWatch } from './stderr-watch.ts'
import { judge, reasonsOf } from './verdict.ts'

const EXIT_FAILURE = 1
const EXIT_USAGE = 2
const EXIT_INTERRUPTED = 130
const SEED_END = 2 ** 32
const PROGRESS_INTERVAL_MS = 500
/** Where nobody watches, so many lines say how far things are. */
const PROGRESS_LINES = 20

const exitCode = await main(process.argv.slice(2))
// Handles that were not let go are said, and must not keep the run from ending.
process.stdout.write('', () => process.exit(exitCode))

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args)
    if (options === 'help') {
      process.stdout.write(HELP)
      return 0
    }
    return await run({ ...options, seed: options.seed ?? randomInt(SEED_END) })
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\nTry --help.\n`)
    return EXIT_USAGE
  }
}

async function run(options: SoakOptions & { seed: number }): Promise<number> {
  const { durationMs, seed } = options
  process.stdout.write(
    `offloop soak: ${formatDuration(durationMs)}, seed ${seed}, Node ${process.versions.node}\n`,
  )
  const stderr = new StderrWatch()
  const soak = new Soak(options)
  const onInterrupt = () => {
    process.stdout.write('ending after this round …\n')
    soak.interrupt()
  }
  process.once('SIGINT', onInterrupt)
  const endProgress = showProgress(soak, durationMs)
  const findings = await soak.run().finally(() => {
    endProgress()
    stderr.end()
    process.off('SIGINT', onInterrupt)
  })
  const judged = judge(soak.readings)
  const unexpectedLines = [...findings.unexpectedLines, ...stderr.lines]
  const reasons = reasonsOf(judged, { ...findings, unexpectedLines })
  const { elapsedMs } = soak.progress
  const counts = Object.entries(soak.counts).map(([name, count]) => `${name} ${formatCount(count)}`)
  process.stdout.write(
    `${formatDuration(elapsedMs)}, ${soak.readings.length} rounds: ${counts.join(', ')}\n\n${formatTable(judged)}\n\n`,
  )
  const wasInterrupted = findings.wasInterrupted ? 'interrupted; ' : ''
  process.stdout.write(
    reasons.length === 0
      ? `${wasInterrupted}passed: every sample is accounted for, and nothing grows\n`
      : `${wasInterrupted}FAILED (again: npm run soak -- --minutes ${durationMs / 60_000} --seed ${seed})\n${reasons.map(reason => `  ${reason}\n`).join('')}`,
  )
  const { outPath } = options
  if (outPath !== undefined) {
    const { lines, readings } = soak
    const result = {
      options,
      node: process.versions.node,
      elapsedMs,
      counts: soak.counts,
      reasons,
      judged,
      lines,
      readings,
    }
    writeFileSync(outPath, `${JSON.stringify(result, null, 2)}\n`)
  }
  if (reasons.length > 0) return EXIT_FAILURE
  return findings.wasInterrupted ? EXIT_INTERRUPTED : 0
}

/** @returns ends it */
function showProgress(soak: Soak, durationMs: number): () => void {
  const line = new ProgressLine(process.stdout)
  let linesShown = 0
  const timer = setInterval(() => {
    const { progress } = soak
    // What comes after is the wait for the lanes of the last threads.
    if (progress.elapsedMs > durationMs) return
    if (process.stdout.isTTY) line.show(formatProgress(progress))
    else if (progress.elapsedMs >= ((linesShown + 1) * durationMs) / PROGRESS_LINES) {
      linesShown += 1
      process.stdout.write(`${formatProgress(progress)}\n`)
    }
  }, PROGRESS_INTERVAL_MS).unref()
  return () => {
    clearInterval(timer)
    line.clear()
  }
}
