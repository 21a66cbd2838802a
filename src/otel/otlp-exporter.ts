/** Names the OTLP exporter for `createTelemetry({ exporters })`, with options that have been checked. Any thread. */
import { TelemetryError } from '../index.ts'
import type { ExtensionSpec } from '../shared/extension/extension.ts'

/** How metrics are sent as OTLP. What is not given comes from OpenTelemetry's environment variables, or has their default. */
export interface OtlpExporterOptions {
  /** Where to: the whole address. Default: OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT, or
   *  `http://localhost:4318/v1/metrics` (gRPC: `http://localhost:4317`). */
  readonly url?: string
  /** Sent along, for example `{ authorization: 'Bearer …' }`; gRPC's metadata. */
  readonly headers?: Readonly<Record<string, string>>
  /** Default `http/protobuf`. `grpc` needs the package `@opentelemetry/exporter-metrics-otlp-grpc`. */
  readonly protocol?: 'http/protobuf' | 'grpc'
  /** Default `none`. */
  readonly compression?: 'none' | 'gzip'
  /** Between two pushes. Default 60,000. */
  readonly intervalMs?: number
  /** For one request, all tries together. Default 10,000. */
  readonly timeoutMs?: number
  /** Explicit buckets by the metric's bounds, or base-2 exponential ones of scale 5. Default `explicit`. */
  readonly histograms?: 'explicit' | 'exponential'
  /** Attributes of the resource, beside and before those that are known. */
  readonly resource?: Readonly<Record<string, string | number | boolean>>
  /** Series in one request at most; a collection of more is sent in several. Default 500. */
  readonly maxDataPointsPerRequest?: number
  /** Requests that are kept for another try when the receiver is away. Default 0: each push has all totals since the
   *  start, so that nothing is missing but points in time. */
  readonly maxQueue?: number
}

type Check = (value: unknown) => boolean
type Rule = readonly [isRight: Check, fix: string]

const TIMER_MS_MAX = 2_147_483_647

const isOneOf =
  (...values: readonly unknown[]): Check =>
  value =>
    values.includes(value)
const isWhole =
  (min: number, max: number): Check =>
  value =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
const isRecordOf =
  (isValue: Check): Check =>
  value =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(isValue)
const isMilliseconds: Rule = [
  value => typeof value === 'number' && value >= 1 && value <= TIMER_MS_MAX,
  `give milliseconds from 1 to ${TIMER_MS_MAX}`,
]

const RULES: Readonly<Record<keyof OtlpExporterOptions, Rule>> = {
  url: [isHttpUrl, 'give an address such as http://localhost:4318/v1/metrics'],
  headers: [
    isRecordOf(value => typeof value === 'string'),
    'give texts by name, such as { authorization: … }',
  ],
  protocol: [isOneOf('http/protobuf', 'grpc'), "use 'http/protobuf' or 'grpc'"],
  compression: [isOneOf('none', 'gzip'), "use 'none' or 'gzip'"],
  intervalMs: isMilliseconds,
  timeoutMs: isMilliseconds,
  histograms: [isOneOf('explicit', 'exponential'), "use 'explicit' or 'exponential'"],
  resource: [
    isRecordOf(value => ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)),
    'give texts, numbers or booleans by name',
  ],
  maxDataPointsPerRequest: [isWhole(1, 1_000_000), 'give a whole number from 1 to 1000000'],
  maxQueue: [isWhole(0, 1_000), 'give a whole number from 0 to 1000'],
}

/** For `createTelemetry({ exporters: [otlpExporter()] })`. The aggregator thread sends by OpenTelemetry's own exporter:
 *  `npm install @opentelemetry/exporter-metrics-otlp-proto` (or `…-grpc`).
 *  @throws TelemetryError OFFLOOP_OPTION */
export function otlpExporter(options: OtlpExporterOptions = {}): ExtensionSpec {
  return { name: 'otlp', module: moduleUrl(), options: checked(options) }
}

function checked(options: unknown): OtlpExporterOptions {
  if (!isRecordOf(() => true)(options)) {
    const fix = 'give the options as an object, or nothing'
    throw new TelemetryError('OFFLOOP_OPTION', { at: 'otlpExporter', got: options, fix })
  }
  const given = Object.entries(options as object).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) {
    const at = `otlpExporter.${name}`
    const rule = Object.hasOwn(RULES, name) ? RULES[name as keyof OtlpExporterOptions] : undefined
    if (rule === undefined) {
      const fix = `remove it, or use one of ${Object.keys(RULES).join(', ')}`
      throw new TelemetryError('OFFLOOP_OPTION', { at, fix })
    }
    const [isRight, fix] = rule
    if (isRight(value)) continue
    // What may hold credentials is not to be shown.
    const isSecret = name === 'headers' || (name === 'url' && String(value).includes('@'))
    throw new TelemetryError('OFFLOOP_OPTION', { at, fix, ...(isSecret ? {} : { got: value }) })
  }
  return structuredClone(Object.fromEntries(given))
}

function isHttpUrl(value: unknown): boolean {
  try {
    return typeof value === 'string' && /^https?:$/.test(new URL(value).protocol)
  } catch {
    return false
  }
}

/** Written out for bundlers, which copy such files along. In CommonJS, where they may put this code, no module has an address:
 *  then it is a name that the aggregator thread looks for. */
function moduleUrl(): string {
  try {
    return import.meta.url.endsWith('.ts')
      ? new URL('../../dist/exporters/otlp.js', import.meta.url).href
      : new URL('../exporters/otlp.js', import.meta.url).href
  } catch {
    return 'offloop/exporters/otlp'
  }
}
