/** Everything that `offloop/prom-client` has, under prom-client's names. Any thread. */
import { validateMetricName } from './metric-base.ts'
import {
  OPENMETRICS_CONTENT_TYPE,
  type OpenMetricsContentType,
  PROMETHEUS_CONTENT_TYPE,
  type PrometheusContentType,
} from './registered-metric.ts'
import { globalRegistry, type Registry, type RegistryContentType } from './registry.ts'

export { aggregators } from './aggregation.ts'
export { exponentialBuckets, linearBuckets } from './bucket-generators.ts'
export { AggregatorRegistry } from './cluster-registry.ts'
export { Counter } from './counter.ts'
export { collectDefaultMetrics } from './default-metrics.ts'
export type { DefaultMetricsCollectorConfiguration } from './default-metrics-place.ts'
export { Gauge } from './gauge.ts'
export { Histogram } from './histogram.ts'
export type {
  Aggregator,
  Collector,
  CounterConfiguration,
  GaugeConfiguration,
  HistogramConfiguration,
  IncreaseDataWithExemplar,
  Metric,
  ObserveDataWithExemplar,
  SummaryConfiguration,
} from './metric-configuration.ts'
export { Pushgateway } from './pushgateway.ts'
export type { OpenMetricsContentType, PrometheusContentType } from './registered-metric.ts'
export { Registry, type RegistryContentType } from './registry.ts'
export { Summary } from './summary.ts'
export { useTelemetry } from './telemetry-in-use.ts'
export { validateMetricName }

/** The registry that metrics go to unless they name others. */
export const register: Registry = globalRegistry

/** What the default registry's `contentType` is at first. */
export const contentType: RegistryContentType = PROMETHEUS_CONTENT_TYPE
export const prometheusContentType: PrometheusContentType = PROMETHEUS_CONTENT_TYPE
export const openMetricsContentType: OpenMetricsContentType = OPENMETRICS_CONTENT_TYPE
