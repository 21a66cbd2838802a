/** Reads the histograms of event loop delay that threads have lent. Aggregator thread: what it reads is the very memory that
 *  Node writes on those threads, which have no part in it. */
import { BroadcastChannel } from 'node:worker_threads'
import type { ExtensionHost, OwnSeries } from '../../shared/extension/extension.ts'
import {
  DELAY_STATISTICS,
  type DelayHistogram,
  type DelayMessage,
  delayMetric,
  takeDelay,
} from '../../shared/runtime/event-loop-delay.ts'

/** Further threads read their own. */
const THREADS_MAX = 1_000
/** A thread that ends without a word leaves a histogram that is never written again. One that is blocked does so, too: it is
 *  asked for its histogram when it is given up. */
const SILENT_ROUNDS_MAX = 100

interface LentHistogram {
  readonly histogram: DelayHistogram
  readonly resolutionMs: number
  readonly series: readonly OwnSeries[]
  silentRounds: number
}

export class DelayReader {
  readonly #host: ExtensionHost
  readonly #channel: BroadcastChannel
  readonly #byThread = new Map<number, LentHistogram>()

  constructor(host: ExtensionHost, channelName: string) {
    this.#host = host
    this.#channel = new BroadcastChannel(channelName)
    this.#channel.onmessage = event => this.#take((event as unknown as { data: DelayMessage }).data)
    this.#channel.unref()
    this.#post({ type: 'wanted' })
  }

  read(): void {
    for (const [threadId, lent] of this.#byThread) {
      if (this.#record(lent)) lent.silentRounds = 0
      else if (++lent.silentRounds > SILENT_ROUNDS_MAX) {
        this.#byThread.delete(threadId)
        this.#post({ type: 'wanted', threadId })
      }
    }
  }

  close(): void {
    this.#channel.close()
  }

  #take(message: DelayMessage): void {
    const { type, threadId } = message
    if (type === 'ended') {
      const lent = this.#byThread.get(threadId)
      if (lent !== undefined) this.#record(lent)
      this.#byThread.delete(threadId)
    }
    if (type !== 'histogram' || (this.#byThread.size >= THREADS_MAX && !this.#byThread.has(threadId))) return
    const labels = { 'thread.id': String(threadId) }
    const series = DELAY_STATISTICS.map(statistic => this.#host.series(delayMetric(statistic), labels))
    const { histogram, resolutionMs } = message
    this.#byThread.set(threadId, { histogram, resolutionMs, series, silentRounds: 0 })
    this.#post({ type: 'taken', threadId })
  }

  /** @returns whether there was anything */
  #record({ histogram, resolutionMs, series }: LentHistogram): boolean {
    const reading = takeDelay(histogram, resolutionMs)
    if (reading === undefined) return false
    for (const [index, statistic] of DELAY_STATISTICS.entries()) series[index]!.record(reading[statistic])
    return true
  }

  #post(message: DelayMessage): void {
    this.#channel.postMessage(message)
  }
}
