/** What a command of the command line is made of, and what it is given. */
import { TelemetryError } from '../shared/errors.ts'

/** Where a command writes, and what it knows of its surroundings. */
export interface Surroundings {
  out(text: string): void
  err(text: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
}

export interface Command {
  readonly name: string
  /** One line. */
  readonly summary: string
  /** What follows `offloop <name>`. */
  readonly usage: string
  readonly options: readonly CommandOption[]
  /** Further lines of its help. */
  readonly notes: readonly string[]
  /** @throws UsageError for options that are not right, TelemetryError for what went wrong */
  run(values: OptionValues, surroundings: Surroundings): Promise<void>
}

export interface CommandOption {
  readonly name: string
  /** How its value is called in the help. */
  readonly value: string
  readonly help: string
  /** Shown in the help. */
  readonly default?: string
}

export type OptionValues = Readonly<Record<string, string | undefined>>

/** The command line is not right: the exit code is 2. */
export class UsageError extends Error {
  override readonly cause: TelemetryError

  constructor(details: { readonly at: string; readonly got?: unknown; readonly fix: string }) {
    const cause = new TelemetryError('OFFLOOP_OPTION', details)
    super(cause.message, { cause })
    this.cause = cause
  }
}
