/** The bench's entry: reads the command line, asks one question after the other, shows what was found. */
import { writeFileSync } from 'node:fs'
import { askInProcess } from './ask.ts'
import type { Question } from './core/question.ts'
import { type BenchResult, type QuestionReport, reportOf } from './core/report.ts'
import { formatQuestion } from './core/table.ts'
import { describeMachine, formatMachine } from './machine.ts'
import { type BenchOptions, helpOf, readOptions, UsageError } from './options.ts'
import { ProgressLine } from './progress-line.ts'
import type { Measures } from './question-process.ts'
import { QUESTIONS } from './questions/all.ts'
import { readVersions } from './versions.ts'

/** What a call leaves on the heap is the same each time, or less where something else was collected. */
const ALLOCATION_ROUNDS = 2

const EXIT_FAILURE = 1
const EXIT_USAGE = 2

// Whoever reads only the beginning has seen enough.
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await main(process.argv.slice(2))

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args, QUESTIONS)
    if (options === 'help') {
      process.stdout.write(helpOf(QUESTIONS))
      return 0
    }
    return (await run(options)) ? 0 : EXIT_FAILURE
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\nTry --help.\n`)
    return EXIT_USAGE
  }
}

/** @returns whether every question was answered, and measured what it meant to */
async function run({ questions, roundCount, json, out }: BenchOptions): Promise<boolean> {
  const machine = describeMachine()
  const reports: QuestionReport[] = []
  let unansweredCount = 0
  if (!json) process.stdout.write(`${formatMachine(machine)}; ${roundCount} rounds\n`)
  for (const question of QUESTIONS.filter(({ name }) => questions.includes(name))) {
    try {
      const answers = await askWithProgress(question, roundCount)
      reports.push(...answers)
      if (!json) for (const report of answers) process.stdout.write(`\n${formatQuestion(report)}`)
    } catch (error) {
      unansweredCount += 1
      process.stderr.write(`${question.name} was not answered: ${(error as Error).message}\n`)
    }
  }
  const date = dateOf(new Date())
  const result: BenchResult = { date, machine, versions: readVersions(), roundCount, questions: reports }
  const text = `${JSON.stringify(result, null, 2)}\n`
  if (json) process.stdout.write(text)
  if (out !== undefined) writeFileSync(out, text)
  const broken = reports
    .flatMap(({ name, checks }) => checks.map(check => ({ name, ...check })))
    .filter(check => !check.holds)
  for (const { name, what, expected, actual } of broken) {
    process.stderr.write(`${name}: ${what}: ${actual}, should be ${expected}. Its figures say nothing.\n`)
  }
  return broken.length === 0 && unansweredCount === 0
}

async function askWithProgress(question: Question, roundCount: number): Promise<QuestionReport[]> {
  const progress = new ProgressLine(process.stderr)
  const ask = (measures: Measures, rounds: number) => {
    let roundsDone = -1
    const showRounds = () => {
      const done = roundsDone < 0 ? 'warming up' : `${roundsDone} of ${rounds} rounds`
      progress.show(`${question.name}, ${measures}: ${done}`)
    }
    const onRound = () => {
      roundsDone += 1
      showRounds()
    }
    showRounds()
    return askInProcess(question, measures, { roundCount: rounds, onRound })
  }
  try {
    const findings = await ask('time', roundCount)
    const allocations = question.measuresAllocation ? await ask('allocation', ALLOCATION_ROUNDS) : []
    return findings.map((one, part) => reportOf(question, one, allocations[part]))
  } finally {
    progress.clear()
  }
}

function dateOf(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}
