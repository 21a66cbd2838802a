/** Says that this aggregator goes on in the place of one that died: on the bus, or on the log when nobody listens.
 *  Aggregator thread, as it starts. */
import type { AggregatorRestart } from '../shared/aggregator-boot.ts'
import { type Clock, timestampOf } from '../shared/clock.ts'
import type { Log } from '../shared/limited-log.ts'
import type { Bus } from './bus.ts'

export function reportRestart(
  { cause, downSinceMs, restarts }: AggregatorRestart,
  bus: Bus,
  clock: Clock,
  log: Log,
): void {
  const downMs = clock.nowMs() - downSinceMs
  bus.publish('perf.aggregator_restarted', { cause, downMs, restarts, timestamp: timestampOf(clock) })
  if (bus.hasReaders) return
  log(
    `offloop: the aggregator thread was started again after ${Math.round(downMs)} ms; it had died: ${cause}`,
  )
}
