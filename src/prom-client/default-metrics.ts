/** `collectDefaultMetrics`: the metrics of process and Node.js that prom-client collects. Any thread. */
import { type DefaultMetricsCollectorConfiguration, Place } from './default-metrics-place.ts'
import { isObject } from './label-index.ts'
import {
  eventLoopLag,
  gc,
  heapSizeAndUsed,
  heapSpacesSizeAndUsed,
  processHandles,
  processRequests,
  processResources,
  version,
} from './nodejs-metrics.ts'
import {
  osMemoryHeap,
  processCpuTotal,
  processMaxFileDescriptors,
  processOpenFileDescriptors,
  processStartTime,
} from './process-metrics.ts'
import type { RegistryContentType } from './registry.ts'

/** By the names that prom-client has for them, in its order. */
const COLLECTORS: Readonly<Record<string, (place: Place) => void>> = {
  processCpuTotal,
  processStartTime,
  osMemoryHeap,
  processOpenFileDescriptors,
  processMaxFileDescriptors,
  eventLoopLag,
  processResources,
  processHandles,
  processRequests,
  heapSizeAndUsed,
  heapSpacesSizeAndUsed,
  version,
  gc,
}

/** Registers the default metrics. Each is read when a registry that has it is, on this thread; none keeps the process
 *  alive. */
export const collectDefaultMetrics: {
  <T extends RegistryContentType>(config?: DefaultMetricsCollectorConfiguration<T>): void
  /** Names of the collectors. */
  metricsList: string[]
} = Object.assign(
  (config?: unknown): void => {
    if (config !== null && config !== undefined && !isObject(config)) {
      throw new TypeError('config must be null, undefined, or an object')
    }
    const place = new Place((config ?? {}) as DefaultMetricsCollectorConfiguration<RegistryContentType>)
    for (const collect of Object.values(COLLECTORS)) collect(place)
  },
  { metricsList: Object.keys(COLLECTORS) },
)
