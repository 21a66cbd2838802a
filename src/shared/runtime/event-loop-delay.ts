/** How late the event loop is: the metrics, and how they are read from Node's histogram, on whichever thread holds it. */
import type { MetricDefinition } from '../metric.ts'

/** As much of Node's histogram as is read. A clone on another thread is the same histogram, and not a copy. */
export interface DelayHistogram {
  readonly count: number
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly stddev: number
  percentile(percent: number): number
  reset(): void
}

/** The statistics by name, in seconds. */
export type DelayReading = Readonly<Record<DelayStatistic, number>>
export type DelayStatistic = (typeof DELAY_STATISTICS)[number]

export const DELAY_STATISTICS = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'] as const

const HELP: Readonly<Record<DelayStatistic, string>> = {
  min: 'Least',
  max: 'Greatest',
  mean: 'Mean of the',
  stddev: 'Standard deviation of the',
  p50: 'Median of the',
  p90: '90th percentile of the',
  p99: '99th percentile of the',
}

/** @see OpenTelemetry semantic conventions, nodejs.eventloop.delay */
export function delayMetric(statistic: DelayStatistic): MetricDefinition & {
  readonly unit: 's'
  readonly help: string
  readonly labelNames: readonly ['thread.id']
} {
  return {
    kind: 'gauge',
    name: `nodejs.eventloop.delay.${statistic}`,
    unit: 's',
    help: `${HELP[statistic]} event loop delay since the reading before`,
    labelNames: ['thread.id'],
  }
}

/** What was seen since the last reading; undefined when that is nothing. Begins anew.
 *
 *  The histogram holds the time between two turns of a timer, of which only what goes beyond the timer's own interval is
 *  delay. */
export function takeDelay(histogram: DelayHistogram, resolutionMs: number): DelayReading | undefined {
  if (histogram.count === 0) return undefined
  const delay = (ns: number) => Math.max(0, ns / 1e9 - resolutionMs / 1e3)
  const reading: DelayReading = {
    min: delay(histogram.min),
    max: delay(histogram.max),
    mean: delay(histogram.mean),
    stddev: histogram.stddev / 1e9,
    p50: delay(histogram.percentile(50)),
    p90: delay(histogram.percentile(90)),
    p99: delay(histogram.percentile(99)),
  }
  histogram.reset()
  return reading
}

/** On this channel threads hand their histograms to the aggregator thread, which reads them at its own expense: the
 *  standard deviation alone takes a fifth of a millisecond. It is a name, so an aggregator that takes another's place finds
 *  the threads again.
 *  @param id of the telemetry */
export function delayChannelName(id: string): string {
  return `${id}:event-loop-delay`
}

/** What travels there. */
export type DelayMessage =
  /** A thread gives its histogram. */
  | {
      readonly type: 'histogram'
      readonly threadId: number
      readonly resolutionMs: number
      readonly histogram: DelayHistogram
    }
  /** The aggregator thread reads it from now on: the thread need not. */
  | { readonly type: 'taken'; readonly threadId: number }
  /** The aggregator thread wants the histogram of this thread, or of all. */
  | { readonly type: 'wanted'; readonly threadId?: number }
  /** The thread does without. */
  | { readonly type: 'ended'; readonly threadId: number }
