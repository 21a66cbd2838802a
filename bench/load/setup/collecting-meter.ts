/** A meter of the OpenTelemetry SDK, with a reader that collects when it is asked to and exports nowhere. */
import type { Meter } from '@opentelemetry/api'
import { type CollectionResult, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

class CollectingReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

export interface CollectingMeter {
  readonly meter: Meter
  /** Gathers all series into objects. What an exporter does then (serializing, sending) comes on top. */
  readonly collect: () => Promise<CollectionResult>
}

/** @param seriesMax of each instrument; the SDK's own limit is 2,000 */
export function createCollectingMeter(seriesMax: number): CollectingMeter {
  const reader = new CollectingReader({ cardinalitySelector: () => seriesMax })
  const meter = new MeterProvider({ readers: [reader] }).getMeter('bench')
  return { meter, collect: () => reader.collect() }
}
