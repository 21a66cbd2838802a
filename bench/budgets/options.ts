/** The command line of the budgets, and what `--help` says. Pure. */
import { parseArgs } from 'node:util'
import { UsageError } from '../options.ts'

export interface BudgetOptions {
  readonly json: boolean
  /** Where the JSON is written to as well. */
  readonly out: string | undefined
  readonly onCI: boolean
  readonly roundCount: number
  readonly skipsFigures: boolean
  /** Every limit is multiplied by it. */
  readonly limitScale: number
  /** A limit has to be exceeded so often, each time in a fresh process. */
  readonly attemptsMax: number
}

/** What is far outside is measured again: one round is enough for what is not. */
const ROUND_COUNT_DEFAULT = 1
const ROUND_COUNT_MAX = 100
const ATTEMPTS_DEFAULT = 3
const ATTEMPTS_MAX = 10
const LIMIT_SCALE_MIN = 1e-9
const LIMIT_SCALE_MAX = 1e9

export const HELP = `offloop budgets: what recording, reading, checking and remembering may cost at most.

Usage: npm run bench:budgets -- [options]        or, once built: node build/bench/budgets/main.js [options]

Overhead: the 99th percentile of single calls, each timed by itself; reading the clock is included.
Memory:   20 latencies of 10,000 samples: heap, ArrayBuffers and SharedArrayBuffers.
Figures:  those of the design, by the bench (npm run bench; in brief what takes it minutes), which are reported, and fail
          only when they are far outside.

Options:
  --ci               twice the limits of overhead, as when the environment variable CI is set
  --rounds <n>       rounds of each question of the bench, 1 to ${ROUND_COUNT_MAX} (default ${ROUND_COUNT_DEFAULT})
  --skip-figures     overhead and memory only: a few seconds
  --attempts <n>     a limit that is exceeded fails the run when it is in so many processes one after the other,
                     1 to ${ATTEMPTS_MAX} (default ${ATTEMPTS_DEFAULT}); a check that fails, a crash and a time-out do at once
  --limit-scale <x>  multiplies every limit, to see a breach: --limit-scale 0.0001
  --json             one JSON object on standard output
                     (npm run --silent bench:budgets -- --json, so that npm adds no lines of its own)
  --out <file>       writes that JSON to a file, beside the tables
  --help             this text

Exit code: 0 when all budgets are kept, 1 when one is not, or could not be measured, 2 for a bad argument.
`

/** What the command line asks for.
 *  @param isCI what the environment says
 *  @returns `help` where that was asked for, whatever else was
 *  @throws UsageError */
export function readOptions(args: readonly string[], isCI: boolean): BudgetOptions | 'help' {
  const values = parse(args)
  if (values.help) return 'help'
  return {
    json: values.json,
    out: values.out,
    onCI: values.ci || isCI,
    roundCount: wholeNumberOf('--rounds', values.rounds, ROUND_COUNT_MAX),
    skipsFigures: values['skip-figures'],
    limitScale: limitScaleOf(values['limit-scale']),
    attemptsMax: wholeNumberOf('--attempts', values.attempts, ATTEMPTS_MAX),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        out: { type: 'string' },
        ci: { type: 'boolean', default: false },
        rounds: { type: 'string', default: String(ROUND_COUNT_DEFAULT) },
        'skip-figures': { type: 'boolean', default: false },
        'limit-scale': { type: 'string', default: '1' },
        attempts: { type: 'string', default: String(ATTEMPTS_DEFAULT) },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    // Node's message goes on about positional arguments.
    const [firstSentence = ''] = (error as Error).message.split(/\. |\n/)
    throw new UsageError(firstSentence.replace(/\.$/, ''))
  }
}

function wholeNumberOf(option: string, text: string, max: number): number {
  const count = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= max) return count
  throw new UsageError(`${option} ${JSON.stringify(text)}: give a whole number from 1 to ${max}`)
}

function limitScaleOf(text: string): number {
  const scale = text.trim() === '' ? Number.NaN : Number(text)
  if (scale >= LIMIT_SCALE_MIN && scale <= LIMIT_SCALE_MAX) return scale
  throw new UsageError(`--limit-scale ${JSON.stringify(text)}: give a positive number, such as 0.0001`)
}
