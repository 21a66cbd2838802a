/** One set of label values of a metric, on this thread: where it records, and what a reset does to it. */
import { inspect } from 'node:util'
import { TelemetryError } from '../index.ts'
import type { GivenLabels } from './label-index.ts'
import type { Ledger, Recording } from './ledger.ts'

/** Whoever has the ledger that is counted in at the moment. */
export interface LedgerOwner {
  readonly name: string
  readonly ledger: Ledger
}

const NOWHERE: Required<Recording> = { add() {}, record() {} }

export abstract class Child {
  readonly values: readonly string[]
  /** The labels as they were given first. */
  readonly given: GivenLabels
  /** Undefined until it records, and after a reset. */
  protected recording: Recording | undefined
  readonly #owner: LedgerOwner
  #generation: number | undefined
  #isShown = false

  constructor(owner: LedgerOwner, values: readonly string[], given: GivenLabels) {
    this.#owner = owner
    this.values = values
    this.given = given
  }

  /** Whether it was used, and not removed since. */
  get isLive(): boolean {
    return this.#isShown || this.recording !== undefined
  }

  /** Takes a place in the telemetry. Where there is none any more, what is recorded is dropped, which is said once. */
  protected bind(): Recording {
    try {
      const { recording, generation } = this.#owner.ledger.bind(this.values)
      this.#generation = generation
      this.recording = recording
    } catch (error) {
      if (!(error instanceof TelemetryError)) throw error
      warn(this.#owner, error)
      this.recording = NOWHERE
    }
    return this.recording
  }

  /** Shows it with 0, from now on. */
  show(): void {
    if (this.isLive) return
    this.#isShown = true
    this.#owner.ledger.show(this.values)
  }

  /** Takes back what was counted.
   *  @param isShown whether it stays, with 0 */
  retire(isShown: boolean): void {
    if (!this.isLive) return
    this.#owner.ledger.retire(this.values, this.#generation, isShown)
    this.leave()
    this.#isShown = isShown
  }

  /** Its ledger is another metric's now. */
  leave(): void {
    this.recording = undefined
    this.#generation = undefined
    this.#isShown = false
  }

  protected get ledger(): Ledger {
    return this.#owner.ledger
  }
}

const warned = new WeakSet<LedgerOwner>()

function warn(owner: LedgerOwner, { message }: Error): void {
  if (warned.has(owner)) return
  warned.add(owner)
  process.emitWarning(`offloop: ${owner.name} records no further label values: ${message}`)
}

export function notANumber(what: 'Value' | 'Delta', value: unknown): TypeError {
  return new TypeError(`${what} is not a valid number: ${typeof value === 'string' ? value : inspect(value)}`)
}
