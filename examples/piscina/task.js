/** One task of the pool. Attaching and binding are done once for each thread, at the top. */
import { threadId } from 'node:worker_threads'
import { attachTelemetry } from 'offloop'
import { workerData } from 'piscina'

const telemetry = attachTelemetry(workerData.share)
const taskTime = telemetry
  .latency('task_time', { unit: 'ms', help: 'One task, on its thread', labelNames: ['thread'] })
  .labels({ thread: threadId })

export function thumbnail(image) {
  return taskTime.time(() => {
    let pixel = image
    for (let step = 0; step < 100_000 + image * 500; step++) pixel = Math.sqrt(pixel + step)
    return pixel
  })
}
