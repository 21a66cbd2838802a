/** Entry of the extension that sends everything to a Prometheus-compatible store by remote write. Aggregator thread. */
import { TelemetryError } from '../../shared/errors.ts'
import type { Extension, ExtensionHost, ExtensionInfo } from '../../shared/extension/extension.ts'
import type { RemoteWriteSettings } from '../../shared/extension/remote-write-settings.ts'
import { reasonOf } from '../../shared/limited-log.ts'
import { createSender } from './attempt.ts'
import { Collector } from './collector.ts'
import { Delivery, type DeliveryEnd, type DeliveryReport } from './delivery.ts'
import { createReport } from './reports.ts'

/** Of the 2 s that an extension has for its end, the rest is left to the aggregator. */
const CLOSE_MS_MAX = 1_500
/** Whoever asks for a push waits 10 s for the aggregator, and would not hear why. */
const PUSH_MS_MAX = 8_000

const PROTOCOL_HEADERS = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
}

export function start(host: ExtensionHost, options: unknown, previous?: ExtensionInfo): Extension {
  return new RemoteWrite(host, options as RemoteWriteSettings, previous !== undefined)
}

class RemoteWrite implements Extension {
  /** Whoever succeeds this one sees by it that series were sent before. */
  readonly info: ExtensionInfo
  readonly #settings: RemoteWriteSettings
  readonly #collector: Collector
  readonly #report: DeliveryReport
  readonly #delivery: Delivery
  readonly #log: (line: string) => void
  #timer: NodeJS.Timeout | undefined
  /** Collections are made one after the other: what is being made. */
  #collecting: Promise<unknown> | undefined
  #isClosed = false

  constructor(host: ExtensionHost, settings: RemoteWriteSettings, isSuccessor: boolean) {
    const { url: address, headers, timeoutMs, maxQueue, intervalMs, name } = settings
    const url = new URL(address)
    const { version, instanceId } = host.resource
    const allHeaders = { 'user-agent': `offloop/${version}`, ...headers, ...PROTOCOL_HEADERS }
    this.info = { sendsTo: placeOf(url) }
    this.#settings = settings
    this.#log = line => host.log(line)
    this.#collector = new Collector(host, settings, isSuccessor)
    this.#report = createReport(host, name, placeOf(url))
    this.#delivery = new Delivery({
      sender: createSender(url, allHeaders, timeoutMs, () => host.now()),
      report: this.#report,
      queueMax: maxQueue,
      nowMs: () => host.now(),
      random: () => Math.random(),
    })
    // Processes that start together send apart from each other.
    this.#schedule(intervalMs * (1 - shareOf(instanceId)))
  }

  async push(): Promise<void> {
    const { url, timeoutMs } = this.#settings
    if (this.#isClosed) return
    const limitMs = Math.min(PUSH_MS_MAX, timeoutMs)
    const sent = this.#send()
    this.#delivery.hurry()
    const problem = await within(limitMs, sent, () => {
      const last = this.#delivery.lastProblem
      return `it did not arrive within ${limitMs} ms${last === undefined ? '' : `: ${last}`}`
    })
    if (problem === undefined) return
    const fix = 'see that a store takes remote writes there, and takes them from this process'
    throw new TelemetryError('OFFLOOP_PUSH', { at: placeOf(new URL(url)), got: problem, fix })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#timer)
    await within(
      CLOSE_MS_MAX,
      this.#send().catch(() => undefined),
      () => undefined,
    )
    this.#delivery.close()
  }

  /** @returns how it ended */
  async #send(): Promise<DeliveryEnd> {
    const isLast = this.#isClosed
    const before = this.#collecting ?? Promise.resolve()
    const collecting = before.then(() => this.#collector.collect(isLast))
    const settled: Promise<void> = collecting
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        if (this.#collecting === settled) this.#collecting = undefined
      })
    this.#collecting = settled
    this.#report.began()
    const ended = this.#delivery.add(await collecting)
    if (isLast) this.#delivery.end()
    return ended
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#schedule(this.#settings.intervalMs)
      // One that takes longer than the interval is not overtaken.
      if (this.#collecting !== undefined) return
      this.#send().catch(error => this.#log(`offloop: ${this.#settings.name}: ${reasonOf(error)}`))
    }, delayMs)
  }
}

function placeOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`
}

/** A UUID's first digits as a share, in [0, 1). */
function shareOf(instanceId: string): number {
  const digits = Number.parseInt(instanceId.slice(0, 8), 16)
  return Number.isNaN(digits) ? 0 : digits / 2 ** 32
}

async function within<T>(limitMs: number, promise: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<T>(resolve => {
    timer = setTimeout(() => resolve(late()), limitMs)
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    clearTimeout(timer)
  }
}
