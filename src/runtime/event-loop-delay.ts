/** Watches how late this thread's event loop is. Application's thread: the watching is Node's own, without JavaScript; only
 *  reading costs. */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { threadId } from 'node:worker_threads'
import type { ThreadTelemetry } from '../index.ts'
import type { Sampler } from './sampler.ts'

/** Turns of its timer for which a histogram goes on beside the next one: with the first the next one has begun, with the
 *  second it has seen something. */
const OVERLAP_TURNS = 3

/** Each reading is of what was seen since the one before.
 *
 *  A histogram is never reset while it runs: it would forget the turn that is under way, and that may be the block everybody
 *  asks about. So there are two, which take turns, and both see what happens while they change. */
export function watchEventLoopDelay(telemetry: ThreadTelemetry, resolutionMs: number): Sampler {
  const record = delayRecorder(telemetry, resolutionMs)
  let running = monitorEventLoopDelay({ resolution: resolutionMs })
  let resting = monitorEventLoopDelay({ resolution: resolutionMs })
  let changing: NodeJS.Timeout | undefined
  const end = (histogram: IntervalHistogram) => {
    histogram.disable()
    record(histogram)
    histogram.reset()
  }
  const change = (turns: number) => {
    changing = setTimeout(endChange, turns * resolutionMs).unref()
  }
  const endChange = () => {
    // Whatever began before this one's first turn, the other one has seen by its second. A block of some time may have
    // brought this time-out before either.
    if (running.count === 0) change(1)
    else endResting()
  }
  const endResting = () => {
    clearTimeout(changing)
    changing = undefined
    end(resting)
  }
  running.enable()
  // One that never ran is listed by Node among what keeps the loop alive.
  resting.enable()
  resting.disable()
  return {
    sample: () => {
      if (changing !== undefined) return
      const ending = running
      running = resting
      resting = ending
      running.enable()
      change(OVERLAP_TURNS)
    },
    stop: () => {
      if (changing !== undefined) endResting()
      end(running)
    },
  }
}

/** The histogram holds the time between two turns of a timer, of which only what goes beyond the timer's own interval is
 *  delay.
 *  @see OpenTelemetry semantic conventions, nodejs.eventloop.delay */
function delayRecorder(
  telemetry: ThreadTelemetry,
  resolutionMs: number,
): (histogram: IntervalHistogram) => void {
  const gauge = (statistic: string, text: string) =>
    telemetry
      .gauge(`nodejs.eventloop.delay.${statistic}`, {
        unit: 's',
        help: `${text} event loop delay since the reading before`,
        labelNames: ['thread.id'],
      })
      .labels({ 'thread.id': threadId })
  const min = gauge('min', 'Least')
  const max = gauge('max', 'Greatest')
  const mean = gauge('mean', 'Mean of the')
  const stddev = gauge('stddev', 'Standard deviation of the')
  const p50 = gauge('p50', 'Median of the')
  const p90 = gauge('p90', '90th percentile of the')
  const p99 = gauge('p99', '99th percentile of the')
  const delay = (ns: number) => Math.max(0, ns / 1e9 - resolutionMs / 1e3)
  return histogram => {
    if (histogram.count === 0) return
    min.set(delay(histogram.min))
    max.set(delay(histogram.max))
    mean.set(delay(histogram.mean))
    stddev.set(histogram.stddev / 1e9)
    p50.set(delay(histogram.percentile(50)))
    p90.set(delay(histogram.percentile(90)))
    p99.set(delay(histogram.percentile(99)))
  }
}
