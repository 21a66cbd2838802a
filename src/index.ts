/** The main entry of the package: the producer API. Everything a user needs is exported here, and nothing else. */
export { type AttachedTelemetry, type AttachOptions, attachTelemetry } from './producer/attached-telemetry.ts'
export { type BusReader, connectBus, type Listener } from './producer/bus-reader.ts'
export type { Counter } from './producer/counter.ts'
export type { Gauge } from './producer/gauge.ts'
export type { LabelledMetric, LabelValues } from './producer/labelled-metric.ts'
export type { Latency } from './producer/latency.ts'
export type {
  CounterOptions,
  GaugeOptions,
  LatencyOptions,
  MetricOf,
  MetricOptions,
} from './producer/metric-options.ts'
export type { TelemetryOptions } from './producer/options.ts'
export type { EndingSignal } from './producer/signals.ts'
export {
  createTelemetry,
  type Telemetry,
  type TelemetryReady,
  type TelemetryStatus,
} from './producer/telemetry.ts'
export type { FlushOptions, FlushResult, ThreadTelemetry } from './producer/thread-telemetry.ts'
export type { QueryOptions, Scrape } from './shared/control-api.ts'
export { TelemetryError, type TelemetryErrorCode, type TelemetryErrorDetails } from './shared/errors.ts'
export type { ExportHints } from './shared/export-hints.ts'
export type {
  Exemplar,
  ExportBuckets,
  ExportHealth,
  ExportMetric,
  ExportResource,
  ExportSeries,
  Extension,
  ExtensionHost,
  ExtensionInfo,
  ExtensionModule,
  ExtensionSpec,
  OwnSeries,
} from './shared/extension/extension.ts'
export type { HttpOptions } from './shared/http-options.ts'
export type {
  Labels,
  MetricDefinition,
  MetricDescriptor,
  MetricKind,
  TimeUnit,
  Unit,
} from './shared/metric.ts'
export type { TelemetryShare } from './shared/share.ts'
export type { DurationText, SLODefinition } from './shared/slo/definition.ts'
export { sloPresets } from './shared/slo/presets.ts'
export type {
  LaneSnapshot,
  SeriesSnapshot,
  SloStatus,
  TelemetrySnapshot,
  TimeWindowSpan,
} from './shared/snapshot.ts'
export { type Metric, MetricRegistry, type RegistryOptions } from './shared/statistics/registry.ts'
export type { Series } from './shared/statistics/series.ts'
export type {
  AggregatorRestartedEvent,
  BusDroppedEvent,
  Comparison,
  LaneCorruptEvent,
  Publish,
  SamplesLostEvent,
  SeriesOverflowEvent,
  SLORecoveryEvent,
  SLOViolationEvent,
  StatisticName,
  Topic,
  TopicPayloads,
} from './shared/topics.ts'
export { SLOMonitor } from './slo/monitor.ts'
export type { SLOMonitorOptions } from './slo/monitor-options.ts'
