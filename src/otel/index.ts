/** The entry `offloop/otel`: OpenTelemetry's metrics API on top of offloop, and what is recorded sent as OTLP. */
export { MeterProvider, type MeterProviderOptions } from './meter-provider.ts'
export { type OtlpExporterOptions, otlpExporter } from './otlp-exporter.ts'
