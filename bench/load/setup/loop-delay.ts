/** How late this thread's event loop is. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Of the timer whose lateness is taken. */
const TIMER_MS = 10
/** Less than the timer can tell; above 0, so that ratios exist. */
const LATENESS_MS_MIN = 0.001

export interface LoopDelay {
  readonly p99Ms: number
  readonly maxMs: number
}

/** Begins to watch. `monitorEventLoopDelay` keeps whole intervals between two firings of its timer; what counts is by how
 *  much they exceed the interval that was asked for. A ratio of whole intervals would look like 1 whatever happens.
 *  @returns ends it, and gives the lateness since */
export function watchLoopDelay(): () => LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: TIMER_MS })
  histogram.enable()
  const lateness = (intervalNs: number) => Math.max(LATENESS_MS_MIN, intervalNs / 1e6 - TIMER_MS)
  return () => {
    histogram.disable()
    return {
      p99Ms: lateness(histogram.percentile(99)),
      maxMs: lateness(histogram.max),
    }
  }
}
