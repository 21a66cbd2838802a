/** The command line of the soak run: its options, their limits, and what `--help` says. Pure. */
import { parseArgs } from 'node:util'

const BREAKS = ['nothing', 'count', 'leaks'] as const
type Break = (typeof BREAKS)[number]
const OVERFLOWS = ['default', 'summarize', 'drop'] as const
type SoakOverflow = (typeof OVERFLOWS)[number]

export interface SoakOptions {
  readonly durationMs: number
  /** Undefined: a new one for each run. */
  readonly seed: number | undefined
  /** Where the JSON goes; undefined: nowhere. */
  readonly outPath: string | undefined
  readonly overflow: SoakOverflow
  /** Whether the aggregator is killed now and then. */
  readonly withFaults: boolean
  /** A mistake the run makes on purpose, and has to notice. */
  readonly broken: Break
}

/** An option that cannot be used. The message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const MINUTES_DEFAULT = 3
const MINUTES_MIN = 0.1
const MINUTES_MAX = 7 * 24 * 60
const SEED_MAX = 2 ** 32 - 1

export const HELP = `offloop soak: a service's life in short, and whether anything grows.

Usage: npm run soak -- [options]        or, once built: node build/soak/main.js [options]

  --hours <n>      how long, up to 168
  --minutes <n>    how long, from ${MINUTES_MIN} (default ${MINUTES_DEFAULT}); adds to --hours
  --seed <n>       for all that is left to chance (default: a new one each time)
  --out <file>     the summary with every reading, as JSON
  --overflow <how> ${OVERFLOWS.join(', ')} (default ${OVERFLOWS[0]}): what becomes of samples that find their lane full
  --faults         also kills the aggregator thread, at most every 20 seconds; needs one that is started again
  --break <what>   ${BREAKS.join(', ')} (default ${BREAKS[0]}): a mistake of the run's own,
                   which it has to notice: a sample miscounted, memory and handles that are never let go
  --help           this text

It goes in rounds of up to five seconds. In each the main thread records in bursts, with idle stretches, labels that
come up to the limit, and bursts that fill its lane; worker threads attach, record, and end, exit, throw or are
terminated in the middle; pools and readers of the bus come and go; SLOs are added and removed; several threads ask. At
the end of each round all of that has ended, garbage is collected, and memory, handles and lanes are read.

Flat means: over the second half of the run the Theil-Sen slope (the median of the slopes between all pairs of readings)
comes to no more than a bound, which is a share of the level, and in short runs a floor that noise needs. The longer
the run, the slower a leak it finds. Ctrl-C ends it in order, with a summary of what was so far.

Exit code: 0 when all is flat and every sample is accounted for; 1 when not, or when the run was too short to tell; 2 for
a bad option; 130 after Ctrl-C when nothing was wrong so far.
`

/** What the command line asks for.
 *  @returns `help` where that was asked for, whatever else was
 *  @throws UsageError */
export function readOptions(args: readonly string[]): SoakOptions | 'help' {
  const values = parse(args)
  if (values.help) return 'help'
  const { hours, minutes, seed } = values
  const wholeMinutes =
    hours === undefined && minutes === undefined
      ? MINUTES_DEFAULT
      : numberIn('--hours', hours ?? '0', 0, MINUTES_MAX / 60) * 60 +
        numberIn('--minutes', minutes ?? '0', 0, MINUTES_MAX)
  if (wholeMinutes < MINUTES_MIN || wholeMinutes > MINUTES_MAX) {
    throw new UsageError(
      `${wholeMinutes} minutes: give ${MINUTES_MIN} minutes to ${MINUTES_MAX / 60} hours in all`,
    )
  }
  return {
    durationMs: wholeMinutes * 60_000,
    seed: seed === undefined ? undefined : wholeNumber('--seed', seed, SEED_MAX),
    outPath: values.out,
    overflow: choiceOf('--overflow', values.overflow, OVERFLOWS),
    withFaults: values.faults,
    broken: choiceOf('--break', values.break, BREAKS),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        hours: { type: 'string' },
        minutes: { type: 'string' },
        seed: { type: 'string' },
        out: { type: 'string' },
        overflow: { type: 'string', default: OVERFLOWS[0] },
        faults: { type: 'boolean', default: false },
        break: { type: 'string', default: BREAKS[0] },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    // Node's message goes on about positional arguments, which there are none of.
    const [firstSentence = ''] = (error as Error).message.split(/\. |\n/)
    throw new UsageError(firstSentence.replace(/\.$/, ''))
  }
}

function choiceOf<Choice extends string>(name: string, text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find(known => known === text)
  if (choice !== undefined) return choice
  throw new UsageError(`${name} ${JSON.stringify(text)}: choose from ${choices.join(', ')}`)
}

function numberIn(name: string, text: string, min: number, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= min && value <= max) return value
  throw new UsageError(`${name} ${JSON.stringify(text)}: give a number from ${min} to ${max}`)
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = numberIn(name, text, 0, max)
  if (Number.isInteger(value)) return value
  throw new UsageError(`${name} ${JSON.stringify(text)}: give a whole number`)
}
