/** The command line of the demo: its options, their limits, and what `--help` says. Pure. */
import { parseArgs } from 'node:util'

export interface DemoOptions {
  readonly durationMs: number
  readonly connections: number
  /** 0: any free port. */
  readonly port: number
  readonly json: boolean
}

/** An option that cannot be used. The message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const HELP = `offloop demo: a real HTTP server under real load, measured off its event loop.

Usage: npm start -- [options]        or, once built: node build/demo/main.js [options]

  --duration <s>       how long the load lasts, 1 to 3600 (default 20)
  --connections <n>    connections that autocannon keeps busy, 1 to 1000 (default 20)
  --port <n>           port of the server on 127.0.0.1 (default 0: any free one)
  --json               one JSON object per line on standard output, each with a "type":
                       snapshot, perf.slo_violation, perf.slo_recovered, summary
                       (npm start --silent -- --json, so that npm adds no lines of its own)
  --help               this text

One route turns slow from 35 % to 60 % of the time: its p95 objective is violated, and recovers.
On a terminal the table is redrawn in place; piped, it comes as plain lines. NO_COLOR is respected.

Exit code: 0 at the end of the run, 1 when it failed (a taken port, say), 2 for a bad option,
130 or 143 when it was interrupted or terminated; the summary then tells what there was so far.
`

/** What the command line asks for.
 *  @returns `help` where that was asked for, whatever else was
 *  @throws UsageError */
export function readOptions(args: readonly string[]): DemoOptions | 'help' {
  const values = parse(args)
  if (values.help) return 'help'
  return {
    durationMs: 1_000 * numberIn('--duration', values.duration, { min: 1, max: 3_600, unit: ' seconds' }),
    connections: numberIn('--connections', values.connections, { min: 1, max: 1_000, isWhole: true }),
    port: numberIn('--port', values.port, { min: 0, max: 65_535, isWhole: true }),
    json: values.json,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        duration: { type: 'string', default: '20' },
        connections: { type: 'string', default: '20' },
        port: { type: 'string', default: '0' },
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

function numberIn(
  name: string,
  text: string,
  { min, max, isWhole = false, unit = '' }: { min: number; max: number; isWhole?: boolean; unit?: string },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value
  const kind = isWhole ? 'a whole number' : 'a number'
  throw new UsageError(`${name} ${JSON.stringify(text)}: give ${kind} from ${min} to ${max}${unit}`)
}
