/** Asks the callbacks of observable instruments, at an interval and when there is reason to. They run on this thread. */
import type * as api from '@opentelemetry/api'
import { reasonOf } from '../shared/limited-log.ts'
import type { ObservableInstrument, Observed } from './observable.ts'
import type { Reports } from './reports.ts'

/** So that what is observed is there soon after the start. */
const FIRST_ROUND_DELAY_MS = 200

interface Registration {
  readonly callback: api.ObservableCallback | api.BatchObservableCallback
  readonly instruments: ReadonlySet<ObservableInstrument>
  readonly isBatch: boolean
  /** Asked, and not done: it is not asked again meanwhile. */
  isRunning: boolean
}

export class ObservationRounds {
  /** Callbacks that threw or rejected. */
  failures = 0
  /** Callbacks that were not done in time. What they tell later is ignored. */
  timeouts = 0
  readonly #intervalMs: number
  readonly #timeoutMs: number
  readonly #reports: Reports
  #registrations: Registration[] = []
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: { intervalMs: number; timeoutMs: number; reports: Reports }) {
    this.#intervalMs = options.intervalMs
    this.#timeoutMs = options.timeoutMs
    this.#reports = options.reports
  }

  add(
    callback: Registration['callback'],
    instruments: readonly ObservableInstrument[],
    isBatch: boolean,
  ): void {
    if (typeof callback !== 'function' || instruments.length === 0) {
      this.#reports.once('callback', 'a callback needs to be a function, and have observable instruments')
      return
    }
    if (this.#find(callback, instruments, isBatch) !== undefined) return
    this.#registrations.push({ callback, instruments: new Set(instruments), isBatch, isRunning: false })
    if (this.#registrations.length === 1) this.#schedule(FIRST_ROUND_DELAY_MS)
  }

  remove(
    callback: Registration['callback'],
    instruments: readonly ObservableInstrument[],
    isBatch: boolean,
  ): void {
    const found = this.#find(callback, instruments, isBatch)
    this.#registrations = this.#registrations.filter(registration => registration !== found)
    if (this.#registrations.length === 0) clearTimeout(this.#timer)
  }

  /** Asks every callback. Resolves when all are done, or late. Never rejects. */
  async run(): Promise<void> {
    await Promise.all(this.#registrations.map(registration => this.#ask(registration)))
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer)
    if (this.#isStopped) return
    const next = () => {
      if (this.#registrations.length > 0) this.#schedule(this.#intervalMs)
    }
    this.#timer = setTimeout(() => void this.run().then(next), delayMs).unref()
  }

  async #ask(registration: Registration): Promise<void> {
    if (registration.isRunning) return
    registration.isRunning = true
    const told: (readonly [Observed, number])[] = []
    let isOpen = true
    const take = (instrument: unknown, value: unknown, attributes: api.Attributes | undefined) => {
      const own = instrument as ObservableInstrument
      if (!isOpen || !registration.instruments.has(own)) return
      if (!own.takes(value)) {
        this.#reports.valuesIgnored += 1
        return
      }
      told.push([own.find(attributes), own.shape.isInt ? Math.trunc(value) : value])
    }
    const finished = this.#call(registration, take).then(
      () => 'done',
      (error: unknown) => {
        this.failures += 1
        this.#reports.once(
          `failed ${nameOf(registration)}`,
          `a callback of ${nameOf(registration)} failed: ${reasonOf(error)}`,
        )
        return 'failed'
      },
    )
    void finished.finally(() => {
      registration.isRunning = false
    })
    const outcome = await this.#within(finished)
    isOpen = false
    if (outcome === 'done') for (const [series, value] of told) series.observe(value)
    if (outcome !== 'timeout') return
    this.timeouts += 1
    this.#reports.once(
      `late ${nameOf(registration)}`,
      `a callback of ${nameOf(registration)} was not done within ${this.#timeoutMs} ms`,
    )
  }

  async #call(
    { callback, instruments, isBatch }: Registration,
    take: (instrument: unknown, value: unknown, attributes: api.Attributes | undefined) => void,
  ): Promise<void> {
    if (isBatch) {
      await (callback as api.BatchObservableCallback)({ observe: take })
      return
    }
    const [instrument] = instruments
    await (callback as api.ObservableCallback)({
      observe: (value, attributes) => take(instrument, value, attributes),
    })
  }

  async #within<Outcome>(finished: Promise<Outcome>): Promise<Outcome | 'timeout'> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'timeout'>(resolve => {
      timer = setTimeout(() => resolve('timeout'), this.#timeoutMs).unref()
    })
    const outcome = await Promise.race([finished, late])
    clearTimeout(timer)
    return outcome
  }

  #find(
    callback: Registration['callback'],
    instruments: readonly ObservableInstrument[],
    isBatch: boolean,
  ): Registration | undefined {
    const wanted = new Set(instruments)
    return this.#registrations.find(
      known =>
        known.callback === callback &&
        known.isBatch === isBatch &&
        known.instruments.size === wanted.size &&
        [...wanted].every(instrument => known.instruments.has(instrument)),
    )
  }
}

function nameOf({ instruments }: Registration): string {
  return [...instruments].map(({ shape }) => shape.name).join(', ')
}
