/** A meter of the OpenTelemetry SDK that aggregates: without a reader its instruments would do nothing. */
import type { Meter } from '@opentelemetry/api'
import { DataPointType, MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics'

/** Collects when asked, and exports nowhere: exporting is not what is measured. */
class IdleReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

export function createMeter(): Meter {
  return createReadableMeter().meter
}

/** A meter, and how many values its histograms have taken. */
export function createReadableMeter(): { meter: Meter; recordedCount: () => Promise<number> } {
  const reader = new IdleReader()
  const meter = new MeterProvider({ readers: [reader] }).getMeter('bench')
  const recordedCount = async () => countOf((await reader.collect()).resourceMetrics)
  return { meter, recordedCount }
}

function countOf({ scopeMetrics }: ResourceMetrics): number {
  let count = 0
  for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    if (metric.dataPointType !== DataPointType.HISTOGRAM) continue
    for (const point of metric.dataPoints) count += point.value.count
  }
  return count
}
