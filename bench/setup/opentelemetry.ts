/** A meter of the OpenTelemetry SDK that aggregates: without a reader its instruments would do nothing. */
import type { Meter } from '@opentelemetry/api'
import {
  type CollectionResult,
  DataPointType,
  MeterProvider,
  MetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'

/** Collects when asked, and exports nowhere: exporting is not what is measured. */
class CollectingReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

export interface ReadableMeter {
  readonly meter: Meter
  /** Gathers all series into objects. What an exporter does then (serializing, sending) comes on top. */
  readonly collect: () => Promise<CollectionResult>
  /** How many values the histograms have taken, and what the counters have come to. */
  readonly recordedCount: () => Promise<number>
}

/** @param seriesMax of each instrument; the SDK's own limit is 2,000 */
export function createReadableMeter(seriesMax?: number): ReadableMeter {
  const reader = new CollectingReader(seriesMax === undefined ? {} : { cardinalitySelector: () => seriesMax })
  const meter = new MeterProvider({ readers: [reader] }).getMeter('bench')
  const collect = () => reader.collect()
  const recordedCount = async () => countOf((await collect()).resourceMetrics)
  return { meter, collect, recordedCount }
}

function countOf({ scopeMetrics }: ResourceMetrics): number {
  let count = 0
  for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    if (metric.dataPointType === DataPointType.HISTOGRAM) {
      for (const point of metric.dataPoints) count += point.value.count
    } else if (metric.dataPointType === DataPointType.SUM) {
      for (const point of metric.dataPoints) count += point.value
    }
  }
  return count
}
