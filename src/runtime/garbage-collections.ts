/** How long this thread's garbage collections take. Application's thread. */
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { threadId } from 'node:worker_threads'
import type { Latency, ThreadTelemetry } from '../index.ts'
import type { Sampler } from './sampler.ts'

/** The bounds of the conventions, in seconds, and finer ones: most collections take less than the least of those.
 *  @see OpenTelemetry semantic conventions, v8js.gc.duration: 0.01, 0.1, 1, 10 */
const BUCKETS_SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 10]

/** V8's minor mark-sweep, which has no constant in Node. */
const MINOR_MARK_SWEEP = 2

const TYPES: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [MINOR_MARK_SWEEP]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

export function watchGarbageCollections(telemetry: ThreadTelemetry): Sampler {
  const metric = telemetry.latency('v8js.gc.duration', {
    unit: 's',
    help: 'Garbage collection duration',
    labelNames: ['v8js.gc.type', 'thread.id'],
    buckets: BUCKETS_SECONDS,
  })
  const latencies = new Map<number, Latency>()
  const record = (kind: number, durationMs: number) => {
    let latency = latencies.get(kind)
    if (latency === undefined) {
      const type = TYPES[kind] ?? 'other'
      latency = metric.labels({ 'v8js.gc.type': type, 'thread.id': threadId })
      latencies.set(kind, latency)
    }
    latency.record(durationMs / 1e3)
  }
  const recordAll = (entries: readonly GcEntry[]) => {
    for (const { detail, duration } of entries) record(detail.kind, duration)
  }
  // One callback may bring many: each is recorded.
  const observer = new PerformanceObserver(list => recordAll(list.getEntries() as unknown as GcEntry[]))
  observer.observe({ entryTypes: ['gc'] })
  return {
    sample: () => {},
    stop: () => {
      recordAll(observer.takeRecords() as unknown as GcEntry[])
      observer.disconnect()
    },
  }
}

interface GcEntry {
  readonly duration: number
  readonly detail: { readonly kind: number }
}
