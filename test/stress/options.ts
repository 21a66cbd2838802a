/** The command line of the stress run: its options, their limits, and what `--help` says. Pure. */
import { parseArgs } from 'node:util'
import { WRITER_NAMES, type WriterName } from './broken-writers.ts'
import { SAMPLES_MAX, SAMPLES_MIN } from './cases.ts'

export interface StressOptions {
  readonly sampleCount: number
  /** Undefined: a new one for each run. */
  readonly seed: number | undefined
  /** Only cases whose name contains it. */
  readonly caseFilter: string | undefined
  readonly writerName: WriterName
  readonly json: boolean
}

/** An option that cannot be used. The message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const SAMPLES_DEFAULT = '1e7'
const SEED_MAX = 2 ** 32 - 1

export const HELP = `offloop stress: the lane between real threads, every sample checked.

Usage: npm run stress -- [options]        or, once built: node build/stress/main.js [options]

  --samples <n>    samples to record in all, 1e5 to 1e10 (default ${SAMPLES_DEFAULT}); from 5e7 in all combinations of
                   1, 2 and 4 producing threads, lanes of 2^4, 2^6 and so on to 2^16 slots, fast, slow and
                   frozen reader, indices from 0, 2^31 and 2^32, batches of 1 and of up to 64; below, in a part
                   that covers all pairs
  --seed <n>       for the lengths of bursts and all else that is left to chance (default: a new one each time)
  --case <text>    only cases whose name contains the text, with the samples they have in the whole run
  --writer <name>  ${WRITER_NAMES.join(', ')} (default ${WRITER_NAMES[0]}):
                   the others make one mistake each, and the run has to notice
  --json           one JSON object on standard output, with every case
                   (npm run --silent stress -- --json, so that npm adds no lines of its own)
  --help           this text

A failure prints its seed and its case. Threads do not take turns the same way twice: repeat the replay.

Exit code: 0 when every sample arrived once, in order and untorn, or was counted as dropped; 1 when not, or when too
few lanes overflowed, or rings went round too seldom, for that to prove anything; 2 for a bad option.
`

/** What the command line asks for.
 *  @returns `help` where that was asked for, whatever else was
 *  @throws UsageError */
export function readOptions(args: readonly string[]): StressOptions | 'help' {
  const values = parse(args)
  if (values.help) return 'help'
  const { seed, writer } = values
  const writerName = WRITER_NAMES.find(name => name === writer)
  if (writerName === undefined) {
    throw new UsageError(`--writer ${JSON.stringify(writer)}: choose from ${WRITER_NAMES.join(', ')}`)
  }
  return {
    sampleCount: wholeNumberIn('--samples', values.samples, SAMPLES_MIN, SAMPLES_MAX),
    seed: seed === undefined ? undefined : wholeNumberIn('--seed', seed, 0, SEED_MAX),
    caseFilter: values.case,
    writerName,
    json: values.json,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        samples: { type: 'string', default: SAMPLES_DEFAULT },
        seed: { type: 'string' },
        case: { type: 'string' },
        writer: { type: 'string', default: WRITER_NAMES[0] },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    // Node's message goes on about positional arguments, which there are none of.
    const [firstSentence = ''] = (error as Error).message.split(/\. |\n/)
    throw new UsageError(firstSentence.replace(/\.$/, ''))
  }
}

function wholeNumberIn(name: string, text: string, min: number, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new UsageError(`${name} ${JSON.stringify(text)}: give a whole number from ${min} to ${max}`)
}
