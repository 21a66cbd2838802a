/** Sends one request, within its time whatever the peer does. Aggregator thread. */
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { OtlpConfiguration } from './configuration.ts'
import { type Failure, failure, failureOf } from './failure.ts'
import type { ExporterSource, OpenExporter } from './official-exporter.ts'

/** The exporter's own time-out comes first, where it does what it says: it watches over silence, not over slowness. */
const GRACE_MS = 250

/** The official HTTP exporter tries again by itself; the one for gRPC does not. */
const RETRY_DELAY_MS_MIN = 1_000
const RETRY_DELAY_MS_MAX = 5_000
const RETRY_FACTOR = 1.5
const RETRY_JITTER = 0.2

export class Sender {
  readonly #source: ExporterSource
  readonly #timeoutMs: number
  readonly #isGrpc: boolean
  readonly #now: () => number
  #open: OpenExporter | undefined
  #giveUp: (text: string) => void = () => this.#open?.giveUp()
  #isClosed = false

  constructor(source: ExporterSource, configuration: OtlpConfiguration, now: () => number) {
    this.#source = source
    this.#timeoutMs = configuration.timeoutMs
    this.#isGrpc = configuration.protocol === 'grpc'
    this.#now = now
  }

  /** @returns why it did not arrive; undefined when it did. Never rejects. */
  async send(request: ResourceMetrics): Promise<Failure | undefined> {
    const deadlineMs = this.#now() + this.#timeoutMs
    let delayMs = RETRY_DELAY_MS_MIN
    for (;;) {
      const failed = await this.#sendOnce(request, deadlineMs)
      const isWorthAnotherTry =
        this.#isGrpc && failed?.isPeerDown === true && failed.reason !== 'unauthorized'
      const waitMs = delayMs * (1 + RETRY_JITTER * (2 * Math.random() - 1))
      if (!isWorthAnotherTry || this.#isClosed || this.#now() + waitMs >= deadlineMs) return failed
      await new Promise(resolve => setTimeout(resolve, waitMs))
      delayMs = Math.min(RETRY_DELAY_MS_MAX, delayMs * RETRY_FACTOR)
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.#isClosed = true
    this.#giveUp('closed before there was an answer')
  }

  async #sendOnce(request: ResourceMetrics, deadlineMs: number): Promise<Failure | undefined> {
    if (this.#isClosed) return failure('timeout', 'closed before it was sent')
    let timer: NodeJS.Timeout | undefined
    const sent = new Promise<Failure | undefined>(resolve => {
      this.#open ??= this.#source()
      this.#open.exporter.export(request, ({ code, error }) =>
        resolve(code === 0 ? undefined : failureOf(error ?? 'no reason given', this.#isGrpc)),
      )
    }).catch((thrown: unknown) => failureOf(thrown, this.#isGrpc))
    const givenUp = new Promise<Failure>(resolve => {
      this.#giveUp = text => {
        // Whatever the exporter still means to do, nobody waits for it, and it has no connection.
        this.#open?.giveUp()
        this.#open = undefined
        resolve(failure('timeout', text))
      }
      timer = setTimeout(
        () => this.#giveUp(`no answer within ${this.#timeoutMs} ms`),
        Math.max(1, deadlineMs - this.#now()) + GRACE_MS,
      )
    })
    const failed = await Promise.race([sent, givenUp])
    clearTimeout(timer)
    return failed
  }
}
