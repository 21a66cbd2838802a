/** When what is sent: at each interval and when asked, one push at a time; and what became of it. Aggregator thread. */
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { TelemetryError } from '../../shared/errors.ts'
import type { ExtensionHost } from '../../shared/extension/extension.ts'
import { createLimitedLog } from '../../shared/limited-log.ts'
import { createExportMetrics, type ExportMetrics } from '../export-metrics.ts'
import { type Failure, failure } from './failure.ts'
import { halvesOf, pointCountOf, type RequestOptions, requestsOf } from './requests.ts'
import type { Sender } from './sender.ts'

export interface PusherOptions {
  readonly endpoint: string
  readonly resource: RequestOptions['resource']
  readonly histograms: RequestOptions['histograms']
  readonly maxDataPointsPerRequest: number
  readonly maxQueue: number
  readonly intervalMs: number
  readonly timeoutMs: number
}

export class Pusher {
  readonly #host: ExtensionHost
  readonly #sender: Sender
  readonly #options: PusherOptions
  readonly #metrics: ExportMetrics
  readonly #log: (line: string) => void
  /** Requests that did not arrive, oldest first. */
  readonly #kept: ResourceMetrics[] = []
  /** Of a request that is to be made. */
  #pointsMax: number
  /** Whether any request of this push was. */
  #wasTooLarge = false
  #underWay: Promise<Failure | undefined> | undefined
  #following: Promise<Failure | undefined> | undefined
  #partial: string | undefined

  constructor(host: ExtensionHost, sender: Sender, options: PusherOptions) {
    this.#host = host
    this.#sender = sender
    this.#options = options
    this.#metrics = createExportMetrics(host, 'otlp')
    this.#log = createLimitedLog(line => host.log(line), { nowMs: () => host.now(), originEpochMs: 0 })
    this.#pointsMax = options.maxDataPointsPerRequest
  }

  /** At the interval: where the last push is still under way, this one is left out. */
  pushAtInterval(): void {
    if (this.#underWay === undefined) void this.#begin()
  }

  /** Sends all that is recorded by now. Calls that wait for the push under way share the next.
   *  @throws TelemetryError OFFLOOP_PUSH */
  async push(): Promise<void> {
    this.#following ??= (this.#underWay ?? Promise.resolve()).then(() => {
      this.#following = undefined
      return this.#begin()
    })
    const failed = await this.#following
    if (failed === undefined) return
    const fix =
      'look at the receiver, its address and headers; what was recorded is sent again with the next push'
    throw new TelemetryError('OFFLOOP_PUSH', {
      at: this.#options.endpoint,
      got: `${failed.reason}: ${failed.text}`,
      fix,
    })
  }

  /** The peer has said that it took a request in part. */
  partial(text: string): void {
    this.#partial = text
  }

  #begin(): Promise<Failure | undefined> {
    const push = this.#pushNow().catch((thrown: unknown) => failure('internal', String(thrown)))
    this.#underWay = push.then(failed => {
      this.#underWay = undefined
      this.#tell(failed)
      return failed
    })
    return this.#underWay
  }

  async #pushNow(): Promise<Failure | undefined> {
    const beganMs = this.#host.now()
    const endsMs = beganMs + Math.max(this.#options.intervalMs, this.#options.timeoutMs)
    this.#metrics.pushes.increment(1)
    this.#partial = undefined
    this.#wasTooLarge = false
    let failed = await this.#sendKept()
    for await (const request of requestsOf(this.#host, {
      resource: this.#options.resource,
      histograms: this.#options.histograms,
      pointsMax: () => this.#pointsMax,
    })) {
      if (failed?.isPeerDown !== true) {
        failed = (await this.#send(request)) ?? failed
        if (failed === undefined && this.#host.now() > endsMs)
          failed = failure('timeout', 'too much for one interval')
        if (failed?.isPeerDown !== true) continue
      }
      if (!this.#keep(request)) break
    }
    // What found so much too large may be gone.
    if (!this.#wasTooLarge) {
      this.#pointsMax = Math.min(this.#options.maxDataPointsPerRequest, this.#pointsMax * 2)
    }
    this.#metrics.time.record(this.#host.now() - beganMs)
    return failed ?? (this.#partial === undefined ? undefined : failure('partial', this.#partial))
  }

  /** In halves where the peer finds it too large. When all of it was taken so, the next ones are no larger than those: else
   *  a single point is what is too large, and no reason to send all others one by one. */
  async #send(request: ResourceMetrics): Promise<Failure | undefined> {
    const failed = await this.#sender.send(request)
    const halves = failed?.reason === 'too_large' ? halvesOf(request) : undefined
    if (halves === undefined) return failed
    this.#wasTooLarge = true
    const first = await this.#send(halves[0])
    if (first?.isPeerDown === true) return first
    const failedHalf = (await this.#send(halves[1])) ?? first
    if (failedHalf === undefined)
      this.#pointsMax = Math.min(this.#pointsMax, Math.ceil(pointCountOf(request) / 2))
    return failedHalf
  }

  async #sendKept(): Promise<Failure | undefined> {
    while (this.#kept.length > 0) {
      const failed = await this.#send(this.#kept[0]!)
      if (failed?.isPeerDown === true) return failed
      this.#kept.shift()
    }
    return undefined
  }

  /** @returns whether there is any use in making further requests */
  #keep(request: ResourceMetrics): boolean {
    const { maxQueue } = this.#options
    if (maxQueue > 0) this.#kept.push(request)
    if (maxQueue > 0 && this.#kept.length <= maxQueue) return true
    this.#kept.shift()
    this.#metrics.dropped.increment(1)
    return maxQueue > 0
  }

  #tell(failed: Failure | undefined): void {
    if (failed === undefined) return
    const { reason, text } = failed
    this.#metrics.failed(reason)
    this.#log(`offloop: otlp: ${this.#options.endpoint}: ${reason}: ${text}`)
  }
}
