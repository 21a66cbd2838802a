/** The bench's entry: reads the command line, asks one question after the other, shows what was found. */
import { writeFileSync } from 'node:fs'
import { askInProcess } from './ask.ts'
import { mergeAnswers } from './core/merge.ts'
import type { Findings, Question } from './core/question.ts'
import { type BenchResult, type QuestionReport, reportOf } from './core/report.ts'
import { formatQuestion } from './core/table.ts'
import { describeMachine, formatMachine } from './machine.ts'
import { type BenchOptions, helpOf, readOptions, UsageError } from './options.ts'
import { ProgressLine } from './progress-line.ts'
import type { QuestionTask } from './question-process.ts'
import { QUESTIONS } from './questions/all.ts'
import { readCommit, readVersions } from './versions.ts'

/** What a call leaves on the heap is much the same each time. */
const ALLOCATION_ROUNDS = 3

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
async function run({ questions, roundCount, isBrief, json, out }: BenchOptions): Promise<boolean> {
  const machine = describeMachine()
  // At once: who works on meanwhile changes the tree, and not what was built of it.
  const commit = readCommit()
  const reports: QuestionReport[] = []
  let unansweredCount = 0
  if (!json) process.stdout.write(`${formatMachine(machine)}; ${roundCount} rounds\n`)
  for (const question of QUESTIONS.filter(({ name }) => questions.includes(name))) {
    try {
      const answers = await askWithProgress(question, roundCount, isBrief)
      reports.push(...answers)
      if (!json) for (const report of answers) process.stdout.write(`\n${formatQuestion(report)}`)
    } catch (error) {
      unansweredCount += 1
      process.stderr.write(`${question.name} was not answered: ${(error as Error).message}\n`)
    }
  }
  const date = dateOf(new Date())
  const result: BenchResult = {
    date,
    commit,
    machine,
    versions: readVersions(),
    roundCount,
    questions: reports,
  }
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

async function askWithProgress(
  question: Question,
  roundCount: number,
  isBrief: boolean,
): Promise<QuestionReport[]> {
  const progress = new ProgressLine(process.stderr)
  const ask = (task: QuestionTask, onRound: () => void = () => {}) => askInProcess(question, task, onRound)
  let roundsDone = 0
  const show = () => progress.show(`${question.name}: ${roundsDone} of ${roundCount} rounds`)
  show()
  try {
    const answers: (readonly Findings[])[] = []
    const processRounds = question.startsPrograms ? roundCount : 1
    while (roundsDone < roundCount) {
      const firstRound = roundsDone
      let warmUps = 1
      const onRound = () => {
        if (warmUps-- <= 0) roundsDone += 1
        show()
      }
      answers.push(await ask({ measures: 'time', roundCount: processRounds, firstRound, isBrief }, onRound))
      roundsDone = firstRound + processRounds
    }
    progress.show(`${question.name}: what calls leave behind`)
    const allocations = question.measuresAllocation
      ? await ask({ measures: 'allocation', roundCount: ALLOCATION_ROUNDS, firstRound: 0, isBrief })
      : []
    return mergeAnswers(answers).map((one, part) => reportOf(question, one, allocations[part]))
  } finally {
    progress.clear()
  }
}

function dateOf(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}
