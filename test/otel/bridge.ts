/** OpenTelemetry's API through offloop, read back as a receiver of OTLP gets it. Needs the built package. */
import { onTestFinished } from 'vitest'
import { createTelemetry, type Telemetry, type TelemetryOptions } from '../../src/index.ts'
import { MeterProvider, type MeterProviderOptions, otlpExporter } from '../../src/otel/index.ts'
import {
  type ReceivedMetric,
  type ReceivedPoint,
  type Receiver,
  startReceiver,
} from '../exporters/otlp/receiver.ts'

export interface Bridge {
  readonly telemetry: Telemetry
  readonly provider: MeterProvider
  /** Everything, as sent now, callbacks of observable instruments included. */
  collect(): Promise<readonly ReceivedMetric[]>
}

export async function startBridge(
  providerOptions: MeterProviderOptions = {},
  telemetryOptions: Partial<TelemetryOptions> = {},
): Promise<Bridge> {
  const receiver: Receiver = await startReceiver()
  const telemetry = createTelemetry({
    service: 'bridged',
    log: false,
    exporters: [otlpExporter({ url: receiver.url, intervalMs: 3_600_000 })],
    ...telemetryOptions,
  })
  await telemetry.ready
  const provider = new MeterProvider(telemetry, providerOptions)
  onTestFinished(async () => {
    await provider.shutdown().catch(() => {})
    await telemetry.close()
  })
  const collect = async () => {
    receiver.requests.length = 0
    await provider.forceFlush()
    return receiver.metrics()
  }
  return { telemetry, provider, collect }
}

/** Points of one metric by their attributes, as JSON of sorted entries. */
export function pointsOf(metrics: readonly ReceivedMetric[], name: string): Record<string, ReceivedPoint> {
  const points = metrics.filter(metric => metric.name === name).flatMap(metric => metric.points)
  return Object.fromEntries(points.map(point => [attributesKey(point.attributes), point]))
}

export function attributesKey(attributes: Record<string, unknown>): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)))
}
