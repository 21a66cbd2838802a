/** Tasks of a Piscina pool that record: each attaches anew, as a task knows nothing of the ones before it. */
import { attachTelemetry } from 'offloop'
import { workerData } from 'piscina'

/** The share comes with the pool, or with the task. */
export function record({ share = workerData.share, values, label }) {
  const telemetry = attachTelemetry(share)
  const work = telemetry.latency('work', { unit: 'us', labelNames: ['task'] }).labels({ task: label })
  const done = telemetry.counter('done')
  for (const value of values) {
    work.record(value)
    done.add(2)
  }
  return values.length
}

export async function recordLater(task) {
  await new Promise(resolve => setImmediate(resolve))
  return record(task)
}

/** A thread that dies in the middle of its task. */
export function recordAndDie(task) {
  record(task)
  process.exit(1)
}
