/** The server's metrics with the OpenTelemetry SDK: an object of attributes at each call, its own buckets. */
import { DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { createReadableMeter } from '../../setup/opentelemetry.ts'
import { type Instruments, labelsBefore } from './instruments.ts'

const DURATION = 'http.server.request.duration'
const COUNTER = 'http.server.requests'

export function createOpenTelemetryInstruments(seriesBefore: number): Instruments {
  const { meter, collect } = createReadableMeter(seriesBefore + 1_000)
  const durations = meter.createHistogram(DURATION, { unit: 'ms' })
  const requests = meter.createCounter(COUNTER)
  const inFlight = meter.createUpDownCounter('http.server.active_requests')
  for (let index = 0; index < seriesBefore; index += 1) durations.record(index, labelsBefore(index))
  return {
    begin: () => inFlight.add(1),
    end(durationMs, method, route, status) {
      inFlight.add(-1)
      durations.record(durationMs, { method, route, status })
      requests.add(1, { method, route, status })
    },
    read: collect,
    async close() {
      const { resourceMetrics } = await collect()
      const recorded = countOf(resourceMetrics, DURATION) - seriesBefore
      return { recorded, counted: countOf(resourceMetrics, COUNTER), lost: 0 }
    },
  }
}

/** What the points of a histogram have counted, or what a counter's add up to. */
function countOf({ scopeMetrics }: ResourceMetrics, name: string): number {
  const metric = scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .find(({ descriptor }) => descriptor.name === name)
  if (metric?.dataPointType === DataPointType.HISTOGRAM) {
    return metric.dataPoints.reduce((sum, { value }) => sum + value.count, 0)
  }
  if (metric?.dataPointType === DataPointType.SUM) {
    return metric.dataPoints.reduce((sum, { value }) => sum + value, 0)
  }
  return 0
}
