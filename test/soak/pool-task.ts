/** A task of the soak run's pools: attaches anew each time, and records. Entry of its own. */
import { threadId } from 'node:worker_threads'
import { attachTelemetry, type TelemetryShare } from 'offloop'
import { workerData } from 'piscina'
import { TASK, TASKS } from './metrics.ts'

/** Records 1 to `count`.
 *  @returns the thread it ran on */
export function record({ count }: { count: number }): number {
  const telemetry = attachTelemetry((workerData as { share: TelemetryShare }).share)
  const task = telemetry.latency(TASK, { unit: 'ms' })
  for (let value = 1; value <= count; value++) task.record(value)
  telemetry.counter(TASKS).add(1)
  return threadId
}
