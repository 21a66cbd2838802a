/** What registries know of the metrics in them, and content types. Any thread. */
import type { Settled, ViewMetric } from '../shared/prom-client/view.ts'
import type { Aggregator } from './metric-configuration.ts'

export type PrometheusContentType = 'text/plain; version=0.0.4; charset=utf-8'
export type OpenMetricsContentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

export const PROMETHEUS_CONTENT_TYPE: PrometheusContentType = 'text/plain; version=0.0.4; charset=utf-8'
export const OPENMETRICS_CONTENT_TYPE: OpenMetricsContentType =
  'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** A value as it is read. */
export interface ShownValue {
  value: number
  labels: Record<string, unknown>
  metricName?: string
}

/** A metric as it is read. */
export interface ShownMetric {
  name: string
  help: string
  type: string
  aggregator: Aggregator
  values: ShownValue[]
}

/** Any metric in a registry: one that was made from others' values has no more than these. */
interface ForeignMetric {
  readonly name: string
  readonly help: string
  readonly type: string
  get(): ShownMetric | Promise<ShownMetric>
  reset?(): void
}

/** One of ours. */
export interface OwnMetric extends ForeignMetric {
  readonly aggregator: Aggregator
  readonly collect: (() => void | Promise<void>) | undefined
  viewed(): { metric: ViewMetric; settle: (settled: readonly Settled[]) => void }
  shownLabels(values: readonly string[]): Record<string, unknown>
  countRegistry(by: 1 | -1): void
  reset(): void
}

export type RegisteredMetric = OwnMetric | ForeignMetric

export interface AnyRegistry {
  readonly contentType: string
  registerMetric(metric: never): void
}

export function isOwn(metric: RegisteredMetric): metric is OwnMetric {
  return 'viewed' in metric
}
