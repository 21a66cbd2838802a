/** Where offloop's own lines go on the creating thread: stderr, the `log` option, or nowhere. */
import type { AggregatorBoot } from '../shared/aggregator-boot.ts'
import { ControlWord } from '../shared/memory/control-block.ts'
import type { TelemetryOptions } from './options.ts'

export interface OwnLines {
  readonly write: (line: string) => void
  /** Writes a line that came from the aggregator, and says that it was taken: it need not be rescued at exit. */
  readonly take: (line: string) => void
}

export function createOwnLines(log: TelemetryOptions['log'], controlBlock: SharedArrayBuffer): OwnLines {
  const control = new Int32Array(controlBlock)
  const write = (line: string) => {
    try {
      if (log === undefined) console.error(line)
      // An async function passes for a log, too: its rejection would end the process.
      else if (log !== false) Promise.resolve<unknown>(log(line)).catch(() => {})
    } catch {
      // A log that throws harms nobody: there is nowhere left to say it.
    }
  }
  const take = (line: string) => {
    Atomics.add(control, ControlWord.logTaken, 1)
    write(line)
  }
  return { write, take }
}

/** What the aggregator does with its lines. */
export function logTarget(log: TelemetryOptions['log']): AggregatorBoot['log'] {
  if (log === undefined) return 'stderr'
  return log === false ? 'none' : 'message'
}
