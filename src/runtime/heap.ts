/** Size of this thread's heap: each thread has one of its own. Application's thread. */
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import { threadId } from 'node:worker_threads'
import type { Gauge, ThreadTelemetry } from '../index.ts'
import type { Sampler } from './sampler.ts'

/** What V8 tells of each space, and the metric of it.
 *  @see OpenTelemetry semantic conventions, v8js.memory */
const SPACE_METRICS = [
  ['v8js.memory.heap.used', 'space_used_size', 'Bytes in use'],
  ['v8js.memory.heap.space.size', 'space_size', 'Bytes reserved'],
  // What space.size was called before, and what most dashboards know.
  ['v8js.memory.heap.limit', 'space_size', 'Bytes reserved: the former name of v8js.memory.heap.space.size'],
  ['v8js.memory.heap.space.available_size', 'space_available_size', 'Bytes left'],
  ['v8js.memory.heap.space.physical_size', 'physical_space_size', 'Bytes committed'],
] as const

/** What V8 tells of the heap as a whole; not of the conventions. */
const HEAP_METRICS = [
  ['v8js.memory.heap.size_limit', 'heap_size_limit', 'Bytes the heap may grow to before the process ends'],
  ['v8js.memory.external', 'external_memory', 'Bytes outside the heap that are kept by objects in it'],
] as const

export function watchHeap(telemetry: ThreadTelemetry): Sampler {
  const exported = { instrument: 'updown' } as const
  const spaceMetrics = SPACE_METRICS.map(([name, key, help]) => ({
    key,
    metric: telemetry.gauge(name, {
      unit: 'bytes',
      help: `${help}, in each space of the heap`,
      labelNames: ['v8js.heap.space.name', 'thread.id'],
      exported,
    }),
  }))
  const heapMetrics = HEAP_METRICS.map(([name, key, help]) => ({
    key,
    gauge: telemetry
      .gauge(name, { unit: 'bytes', help, labelNames: ['thread.id'], exported })
      .labels({ 'thread.id': threadId }),
  }))
  const gaugesBySpace = new Map<string, Gauge[]>()
  return {
    sample: () => {
      const heap = getHeapStatistics()
      for (const { key, gauge } of heapMetrics) gauge.set(heap[key])
      for (const space of getHeapSpaceStatistics()) {
        let gauges = gaugesBySpace.get(space.space_name)
        if (gauges === undefined) {
          // Half of V8's spaces are never used: they get no series.
          if (space.space_size === 0) continue
          gauges = spaceMetrics.map(({ metric }) =>
            metric.labels({ 'v8js.heap.space.name': space.space_name, 'thread.id': threadId }),
          )
          gaugesBySpace.set(space.space_name, gauges)
        }
        for (const [index, { key }] of spaceMetrics.entries()) gauges[index]!.set(space[key])
      }
    },
    stop: () => {},
  }
}
