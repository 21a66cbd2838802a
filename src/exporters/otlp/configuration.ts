/** What the sending of OTLP goes by: options, and what the environment says where they are silent. Aggregator thread. */
import type { OtlpOptions } from './options.ts'

/** Interval of OpenTelemetry's periodic reader. */
const INTERVAL_MS_DEFAULT = 60_000
/** Time an OTLP exporter has for one request. */
const TIMEOUT_MS_DEFAULT = 10_000
/** 500 histograms of 14 bounds are some 0.2 MB, and hold the thread for some milliseconds while they are serialised. */
const DATA_POINTS_PER_REQUEST_DEFAULT = 500
const ENDPOINTS = {
  'http/protobuf': 'http://localhost:4318/v1/metrics',
  grpc: 'http://localhost:4317',
} as const

export type OtlpProtocol = keyof typeof ENDPOINTS

export interface OtlpConfiguration {
  readonly protocol: OtlpProtocol
  /** As the options have it; undefined: the official exporter reads the environment. */
  readonly url: string | undefined
  /** Where that leads to, without user name and password: for people. */
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly compression: 'none' | 'gzip' | undefined
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly maxDataPointsPerRequest: number
  readonly maxQueue: number
  readonly histograms: 'explicit' | 'exponential'
}

/** @param log gets a line for whatever the environment says that is not followed */
export function configurationOf(
  options: OtlpOptions,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): OtlpConfiguration {
  const protocol = options.protocol ?? protocolOf(env, log)
  warnOfTemporality(env, log)
  return {
    protocol,
    url: options.url,
    endpoint: withoutCredentials(options.url ?? endpointOf(protocol, env)),
    headers: options.headers,
    compression: options.compression,
    intervalMs:
      options.intervalMs ?? positive(env, ['OTEL_METRIC_EXPORT_INTERVAL'], log) ?? INTERVAL_MS_DEFAULT,
    timeoutMs:
      options.timeoutMs ??
      positive(env, ['OTEL_EXPORTER_OTLP_METRICS_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT'], log) ??
      TIMEOUT_MS_DEFAULT,
    maxDataPointsPerRequest: options.maxDataPointsPerRequest ?? DATA_POINTS_PER_REQUEST_DEFAULT,
    maxQueue: options.maxQueue ?? 0,
    histograms: options.histograms ?? histogramsOf(env),
  }
}

/** The first of these variables that is set. Signal-specific ones come first. */
export function fromEnv(env: NodeJS.ProcessEnv, names: readonly string[]): string | undefined {
  return names.map(name => env[name]?.trim()).find(text => text !== undefined && text !== '')
}

function protocolOf(env: NodeJS.ProcessEnv, log: (line: string) => void): OtlpProtocol {
  const text = fromEnv(env, ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'])
  if (text === 'grpc' || text === 'http/protobuf' || text === undefined) return text ?? 'http/protobuf'
  log(
    `otlp: the environment asks for the protocol ${text}; http/protobuf is used; grpc is the only other one`,
  )
  return 'http/protobuf'
}

/** By OpenTelemetry's rules the general address is a base, the one for metrics is taken as it is. */
function endpointOf(protocol: OtlpProtocol, env: NodeJS.ProcessEnv): string {
  const own = fromEnv(env, ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'])
  const base = fromEnv(env, ['OTEL_EXPORTER_OTLP_ENDPOINT'])
  if (own !== undefined || base === undefined) return own ?? ENDPOINTS[protocol]
  return protocol === 'grpc' ? base : `${base.replace(/\/$/, '')}/v1/metrics`
}

function histogramsOf(env: NodeJS.ProcessEnv): 'explicit' | 'exponential' {
  const text = fromEnv(env, ['OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION'])
  return text === 'base2_exponential_bucket_histogram' ? 'exponential' : 'explicit'
}

function warnOfTemporality(env: NodeJS.ProcessEnv, log: (line: string) => void): void {
  const text = fromEnv(env, ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'])?.toLowerCase()
  if (text === undefined || text === 'cumulative') return
  log(
    `otlp: the environment asks for ${text} temporality; cumulative is sent: see the Collector's cumulativetodelta`,
  )
}

function positive(
  env: NodeJS.ProcessEnv,
  names: readonly string[],
  log: (line: string) => void,
): number | undefined {
  const text = fromEnv(env, names)
  if (text === undefined) return undefined
  const number = Number(text)
  if (number >= 1 && number <= 2_147_483_647) return number
  log(`otlp: ${names.join(' or ')} is no number of milliseconds: ${text.slice(0, 40)}`)
  return undefined
}

function withoutCredentials(url: string): string {
  try {
    const parsed = new URL(url)
    parsed.username = ''
    parsed.password = ''
    parsed.search = ''
    return parsed.href
  } catch {
    return url.replace(/^.*@/, '').slice(0, 200)
  }
}
