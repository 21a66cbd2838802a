/** Watches how late this thread's event loop is. Application's thread: the watching is Node's, without JavaScript; the
 *  reading is done by the aggregator thread where it can be. */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { BroadcastChannel, threadId } from 'node:worker_threads'
import type { Gauge, ThreadTelemetry } from '../index.ts'
import {
  DELAY_STATISTICS,
  type DelayMessage,
  type DelayStatistic,
  delayMetric,
  takeDelay,
} from '../shared/runtime/event-loop-delay.ts'
import type { Sampler } from './sampler.ts'

/** @param channelName where the aggregator thread takes histograms */
export function watchEventLoopDelay(
  telemetry: ThreadTelemetry,
  resolutionMs: number,
  channelName: string,
): Sampler {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  const lent = new LentHistogram(histogram, resolutionMs, channelName)
  const gauges = new Map<DelayStatistic, Gauge>()
  return {
    sample: () => {
      if (lent.isTaken) return
      const reading = takeDelay(histogram, resolutionMs)
      if (reading === undefined) return
      for (const statistic of DELAY_STATISTICS) {
        let gauge = gauges.get(statistic)
        if (gauge === undefined) {
          const { name, unit, help, labelNames } = delayMetric(statistic)
          gauge = telemetry.gauge(name, { unit, help, labelNames }).labels({ 'thread.id': threadId })
          gauges.set(statistic, gauge)
        }
        gauge.set(reading[statistic])
      }
    },
    stop: () => {
      histogram.disable()
      lent.close()
    },
  }
}

/** The histogram, offered to the aggregator thread: again whenever one asks, since each dies with what it was given. */
class LentHistogram {
  /** Whether the aggregator thread reads it. */
  isTaken = false
  readonly #channel: BroadcastChannel

  constructor(histogram: IntervalHistogram, resolutionMs: number, channelName: string) {
    this.#channel = new BroadcastChannel(channelName)
    this.#channel.onmessage = event => {
      const message = (event as unknown as { data: DelayMessage }).data
      if (message.type === 'taken' && message.threadId === threadId) this.isTaken = true
      else if (message.type === 'wanted' && (message.threadId ?? threadId) === threadId) offer()
    }
    this.#channel.unref()
    const offer = () => {
      // Until it is taken again, this thread reads it.
      this.isTaken = false
      this.#post({ type: 'histogram', threadId, resolutionMs, histogram })
    }
    offer()
  }

  close(): void {
    this.#post({ type: 'ended', threadId })
    this.#channel.close()
  }

  #post(message: DelayMessage): void {
    this.#channel.postMessage(message)
  }
}
