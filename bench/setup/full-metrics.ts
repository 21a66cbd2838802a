/** A registry as the aggregator has it, with a number of metrics that hold a number of samples each. */
import { createClock } from '../../src/shared/clock.ts'
import { describeMetric } from '../../src/shared/metric.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { lognormalValues } from './inputs.ts'

export const METRIC_COUNT = 20
export const WINDOW_CAPACITY = 10_000

const durationsMs = lognormalValues(WINDOW_CAPACITY)

/** @param sampleCount of each metric */
export function createMetrics(sampleCount: number): MetricRegistry {
  const registry = new MetricRegistry({ clock: createClock(), windowCapacity: WINDOW_CAPACITY })
  for (let index = 0; index < METRIC_COUNT; index += 1) {
    const series = registry.register(describeMetric('latency', `request_${index}`)).series([])
    for (let taken = 0; taken < sampleCount; taken += 1) series.record(durationsMs[taken]!, 0)
  }
  return registry
}

/** Bytes of values and their buckets, in all windows. */
export function windowBytes(registry: MetricRegistry): number {
  return seriesOf(registry).reduce((sum, { window }) => sum + (window?.bytes ?? 0), 0)
}

export function sampleCountOf(registry: MetricRegistry): number {
  return seriesOf(registry).reduce((sum, { window }) => sum + (window?.size ?? 0), 0)
}

function seriesOf(registry: MetricRegistry) {
  return registry.metrics().flatMap(metric => metric.allSeries)
}
