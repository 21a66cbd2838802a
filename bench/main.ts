/** The bench's entry: reads the command line, asks one question after the other, shows what was found. */
import { askInProcess } from './ask.ts'
import type { Findings, Question } from './core/question.ts'
import { type QuestionReport, reportOf } from './core/report.ts'
import { formatQuestion } from './core/table.ts'
import { describeMachine, formatMachine } from './machine.ts'
import { type BenchOptions, helpOf, readOptions, UsageError } from './options.ts'
import { ProgressLine } from './progress-line.ts'
import { QUESTIONS } from './questions/all.ts'

const EXIT_FAILURE = 1
const EXIT_USAGE = 2

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
async function run({ questions, roundCount, json }: BenchOptions): Promise<boolean> {
  const machine = describeMachine()
  const reports: QuestionReport[] = []
  if (!json) process.stdout.write(`${formatMachine(machine)}; ${roundCount} rounds\n`)
  for (const question of QUESTIONS.filter(({ name }) => questions.includes(name))) {
    try {
      const report = reportOf(question, await askWithProgress(question, roundCount))
      reports.push(report)
      if (!json) process.stdout.write(`\n${formatQuestion(report)}`)
    } catch (error) {
      process.stderr.write(`${question.name} was not answered: ${(error as Error).message}\n`)
    }
  }
  if (json) process.stdout.write(`${JSON.stringify({ machine, roundCount, questions: reports }, null, 2)}\n`)
  const broken = reports
    .flatMap(({ name, checks }) => checks.map(check => ({ name, ...check })))
    .filter(check => !check.holds)
  for (const { name, what, expected, actual } of broken) {
    process.stderr.write(`${name}: ${what}: ${actual}, should be ${expected}. Its figures say nothing.\n`)
  }
  return broken.length === 0 && reports.length === questions.length
}

async function askWithProgress(question: Question, roundCount: number): Promise<Findings> {
  const progress = new ProgressLine(process.stderr)
  let roundsDone = -1
  const showRounds = () =>
    progress.show(
      `${question.name}: ${roundsDone < 0 ? 'warming up' : `${roundsDone} of ${roundCount} rounds`}`,
    )
  const onRound = () => {
    roundsDone += 1
    showRounds()
  }
  showRounds()
  try {
    return await askInProcess(question, { roundCount, onRound })
  } finally {
    progress.clear()
  }
}
