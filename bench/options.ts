/** The command line of the bench: which questions, how many rounds, which output, and what `--help` says. Pure. */
import { parseArgs } from 'node:util'
import type { Question } from './core/question.ts'

export interface BenchOptions {
  /** Names of questions, none twice. */
  readonly questions: readonly string[]
  readonly roundCount: number
  /** Short forms of questions under load. */
  readonly isBrief: boolean
  readonly json: boolean
  /** Where the JSON is written to as well. */
  readonly out: string | undefined
}

/** An argument that cannot be used. The message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

type KnownQuestion = Pick<Question, 'name' | 'asks' | 'group'>

const GROUPS = ['cost', 'load', 'option'] as const

const ROUND_COUNT_DEFAULT = 9
const ROUND_COUNT_MAX = 1_000

export function helpOf(known: readonly KnownQuestion[]): string {
  const nameLength = Math.max(...known.map(({ name }) => name.length))
  const linesOf = (group: Question['group']) =>
    known
      .filter(question => question.group === group)
      .map(({ name, asks }) => `  ${name.padEnd(nameLength)}  ${asks}\n`)
      .join('')
  return `offloop bench: what it costs, beside the alternatives, in one run.

Usage: npm run bench -- [question …] [options]        or, once built: node build/bench/main.js [question …] [options]

Questions of what one operation costs (asked by default; about ten minutes in all):
${linesOf('cost')}
Questions of what a program under load feels (npm run bench:load; about a quarter of an hour in all):
${linesOf('load')}
Questions of what is not on by default (asked by name):
${linesOf('option')}
Options:
  --group <g>    all questions of one group: cost, load or option
  --rounds <n>   rounds in which every candidate is measured, 1 to ${ROUND_COUNT_MAX} (default ${ROUND_COUNT_DEFAULT})
  --brief        short forms of what takes minutes, to see that nothing is far off
  --json         one JSON object on standard output, with the figures of each round
                 (npm run --silent bench -- --json, so that npm adds no lines of its own)
  --out <file>   writes that JSON to a file, beside the tables
  --help         this text

Each figure is the median of the rounds, with the range of their middle half. Ratios are paired within the rounds.
Each question has a process of its own, and so has each round of what one operation costs. Close what else keeps the processor busy.

Exit code: 0 when all questions are answered, whatever the answers; 1 when one failed, or what it measured was not
what it meant to measure; 2 for a bad argument.
`
}

/** What the command line asks for.
 *  @returns `help` where that was asked for, whatever else was
 *  @throws UsageError */
export function readOptions(args: readonly string[], known: readonly KnownQuestion[]): BenchOptions | 'help' {
  const { values, positionals } = parse(args)
  if (values.help) return 'help'
  const names = known.map(({ name }) => name)
  const unknown = positionals.find(name => !names.includes(name))
  if (unknown !== undefined) {
    throw new UsageError(`There is no question ${JSON.stringify(unknown)}: choose from ${names.join(', ')}`)
  }
  const group = groupOf(values.group)
  const ofGroup = known.filter(question => question.group === (group ?? 'cost')).map(({ name }) => name)
  const asked = [...(group === undefined && positionals.length > 0 ? [] : ofGroup), ...positionals]
  return {
    questions: [...new Set(asked)],
    roundCount: roundCountOf(values.rounds),
    isBrief: values.brief,
    json: values.json,
    out: values.out,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: String(ROUND_COUNT_DEFAULT) },
        brief: { type: 'boolean', default: false },
        group: { type: 'string' },
        json: { type: 'boolean', default: false },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    // Node's message goes on about positional arguments.
    const [firstSentence = ''] = (error as Error).message.split(/\. |\n/)
    throw new UsageError(firstSentence.replace(/\.$/, ''))
  }
}

function groupOf(text: string | undefined): Question['group'] | undefined {
  const group = GROUPS.find(one => one === text)
  if (group !== undefined || text === undefined) return group
  throw new UsageError(`--group ${JSON.stringify(text)}: choose from ${GROUPS.join(', ')}`)
}

function roundCountOf(text: string): number {
  const count = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= ROUND_COUNT_MAX) return count
  throw new UsageError(`--rounds ${JSON.stringify(text)}: give a whole number from 1 to ${ROUND_COUNT_MAX}`)
}
