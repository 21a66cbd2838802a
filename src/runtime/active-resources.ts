/** What keeps this thread's event loop alive, by type. Application's thread. */
import { threadId } from 'node:worker_threads'
import type { Gauge, ThreadTelemetry } from '../index.ts'
import type { Sampler } from './sampler.ts'

/** @see OpenTelemetry semantic conventions, v8js.resource.active */
export function watchActiveResources(telemetry: ThreadTelemetry): Sampler {
  const metric = telemetry.gauge('v8js.resource.active', {
    unit: '{resource}',
    help: 'Resources that keep the event loop alive',
    labelNames: ['v8js.resource.type', 'thread.id'],
  })
  // As many types as Node has: some dozens.
  const gauges = new Map<string, Gauge>()
  const counts = new Map<string, number>()
  return {
    sample: () => {
      // Those that are gone are zero.
      for (const type of gauges.keys()) counts.set(type, 0)
      for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1)
      for (const [type, count] of counts) {
        let gauge = gauges.get(type)
        if (gauge === undefined) {
          gauge = metric.labels({ 'v8js.resource.type': type, 'thread.id': threadId })
          gauges.set(type, gauge)
        }
        gauge.set(count)
      }
    },
    stop: () => {},
  }
}
