/** Puts a text where it is wanted: to standard output, or to a file. */
import { writeFileSync } from 'node:fs'
import { TelemetryError } from '../shared/errors.ts'
import type { CommandOption, Surroundings } from './command.ts'

export function outOption(example: string): CommandOption {
  return {
    name: 'out',
    value: 'FILE',
    help: `Write to this file, such as ${example}`,
    default: 'standard output',
  }
}

/** @throws TelemetryError OFFLOOP_CONFIG when the file cannot be written */
export function write(text: string, file: string | undefined, { out, err }: Surroundings): void {
  if (file === undefined) {
    out(text)
    return
  }
  try {
    writeFileSync(file, text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const fix = `name a file that can be written: ${reason}`
    throw new TelemetryError('OFFLOOP_CONFIG', { at: '--out', got: file, fix, cause })
  }
  err(`offloop: wrote ${file}\n`)
}
