/** A task of a pool: records, and says on which thread. */
import { threadId } from 'node:worker_threads'
import { attachTelemetry } from 'offloop'
import { workerData } from 'piscina'

export function record(count) {
  const telemetry = attachTelemetry(workerData.share)
  const task = telemetry.latency('task')
  for (let value = 1; value <= count; value++) task.record(value)
  telemetry.counter('tasks').add(1)
  return threadId
}
