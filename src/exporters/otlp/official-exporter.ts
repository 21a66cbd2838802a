/** OpenTelemetry's own exporter, loaded when there is something to send to: an optional package. Aggregator thread. */
import { createRequire } from 'node:module'
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { TelemetryError } from '../../shared/errors.ts'
import type { OtlpConfiguration } from './configuration.ts'
import { Connections } from './connections.ts'

const PACKAGES = {
  'http/protobuf': {
    name: '@opentelemetry/exporter-metrics-otlp-proto',
    load: () => import('@opentelemetry/exporter-metrics-otlp-proto'),
  },
  grpc: {
    name: '@opentelemetry/exporter-metrics-otlp-grpc',
    load: () => import('@opentelemetry/exporter-metrics-otlp-grpc'),
  },
} as const

/** As much of a PushMetricExporter as is used. */
export interface OfficialExporter {
  export(metrics: ResourceMetrics, done: (result: { code: number; error?: Error }) => void): void
  shutdown(): Promise<void>
}

export interface OpenExporter {
  readonly exporter: OfficialExporter
  /** Ends what is under way. */
  giveUp(): void
}

/** Makes exporters: another one after one was given up. */
export type ExporterSource = () => OpenExporter

type ExporterClass = new (options: object) => OfficialExporter

/** @throws TelemetryError OFFLOOP_PEER_MISSING */
export async function loadExporter(configuration: OtlpConfiguration): Promise<ExporterSource> {
  const { protocol, url, headers, compression, timeoutMs } = configuration
  const { name, load } = PACKAGES[protocol]
  const { OTLPMetricExporter } = await loadPeer(name, load)
  const common = {
    ...(url === undefined ? {} : { url }),
    ...(compression === undefined ? {} : { compression }),
    timeoutMillis: timeoutMs,
  }
  if (protocol === 'grpc') {
    const metadata = headers === undefined ? {} : { metadata: metadataOf(name, headers) }
    return () => {
      const exporter = new OTLPMetricExporter({ ...common, ...metadata })
      return { exporter, giveUp: () => void exporter.shutdown().catch(() => {}) }
    }
  }
  return () => {
    const connections = new Connections()
    const exporter = new OTLPMetricExporter({
      ...common,
      ...(headers === undefined ? {} : { headers }),
      httpAgentOptions: connections.factory,
    })
    return { exporter, giveUp: () => connections.giveUp() }
  }
}

async function loadPeer(
  name: string,
  load: () => Promise<unknown>,
): Promise<{ OTLPMetricExporter: ExporterClass }> {
  try {
    return (await load()) as { OTLPMetricExporter: ExporterClass }
  } catch (cause) {
    const isMissing = (cause as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND'
    if (!isMissing) throw cause
    throw new TelemetryError('OFFLOOP_PEER_MISSING', { at: name, fix: `npm install ${name}`, cause })
  }
}

/** gRPC's headers. Its package belongs to the exporter, and is found from there. */
function metadataOf(exporterName: string, headers: Readonly<Record<string, string>>): unknown {
  const fromHere = createRequire(import.meta.url)
  const { Metadata } = createRequire(fromHere.resolve(exporterName))('@grpc/grpc-js') as {
    Metadata: new () => { set(key: string, value: string): void }
  }
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value)
  return metadata
}
