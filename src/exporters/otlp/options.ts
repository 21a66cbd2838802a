/** The options of the OTLP exporter, checked before they are handed to the aggregator thread. Types only. */
import type { OtlpProtocol } from './configuration.ts'

/** What `offloop/otel` has checked. */
export interface OtlpOptions {
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly protocol?: OtlpProtocol
  readonly compression?: 'none' | 'gzip'
  readonly intervalMs?: number
  readonly timeoutMs?: number
  readonly histograms?: 'explicit' | 'exponential'
  readonly resource?: Readonly<Record<string, string | number | boolean>>
  readonly maxDataPointsPerRequest?: number
  readonly maxQueue?: number
}
