/** A meter of the OpenTelemetry SDK that aggregates: without a reader its instruments would do nothing. */
import type { Meter } from '@opentelemetry/api'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

/** Collects when asked, and exports nowhere: exporting is not what is measured. */
class IdleReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

export function createMeter(): Meter {
  return new MeterProvider({ readers: [new IdleReader()] }).getMeter('bench')
}
