/** Answers queries from the registry. Aggregator thread; pure reading. */
import { timestampOf } from '../shared/clock.ts'
import type { QueryOptions } from '../shared/control-api.ts'
import { TelemetryError } from '../shared/errors.ts'
import { labelFilterOf } from '../shared/labels.ts'
import { SELF_METRIC_PREFIX } from '../shared/metric.ts'
import type { SeriesSnapshot, TelemetrySnapshot } from '../shared/snapshot.ts'
import { closestName } from '../shared/statistics/closest-name.ts'
import { parseDurationMs } from '../shared/statistics/duration.ts'
import { snapshotSeries } from '../shared/statistics/reading.ts'
import type { Metric, MetricRegistry } from '../shared/statistics/registry.ts'
import { SINCE_START } from '../shared/statistics/time-slices.ts'

/** Statistics of one metric: of the series with these labels merged, or of all of them.
 *  @throws TelemetryError OFFLOOP_METRIC_UNKNOWN, OFFLOOP_LABEL_UNKNOWN, OFFLOOP_LABEL_VALUE, OFFLOOP_TIME_WINDOW */
export function answerQuery(registry: MetricRegistry, name: string, options: QueryOptions): SeriesSnapshot {
  const metric = registry.metric(name)
  if (metric === undefined) throw unknownMetric(registry, name)
  const labels = labelFilterOf(metric.descriptor, options.labels ?? {})
  return snapshotSeries(metric.select(labels), {
    nowMs: registry.clock.nowMs(),
    timestamp: timestampOf(registry.clock),
    labels,
    metric: metric.descriptor,
    ...(options.window === undefined ? {} : { timeWindowMs: timeWindowMsOf(options.window) }),
  })
}

/** Every metric and every series: the application's, and apart from them what the pipeline keeps about itself. */
export function snapshotMetrics(
  registry: MetricRegistry,
): Pick<TelemetrySnapshot, 'series' | 'self' | 'metrics'> {
  const at = { nowMs: registry.clock.nowMs(), timestamp: timestampOf(registry.clock) }
  const metrics = registry.metrics()
  const isSelf = (metric: Metric) => metric.descriptor.name.startsWith(SELF_METRIC_PREFIX)
  const seriesOf = (some: readonly Metric[]) =>
    some
      .flatMap(metric => metric.allSeries)
      .map(series => snapshotSeries([series], { ...at, labels: series.labels }))
  return {
    metrics: metrics.map(({ descriptor, buckets }) => (buckets ? { ...descriptor, buckets } : descriptor)),
    series: seriesOf(metrics.filter(metric => !isSelf(metric))),
    self: seriesOf(metrics.filter(isSelf)),
  }
}

function timeWindowMsOf(window: NonNullable<QueryOptions['window']>): number {
  return window === 'start' ? SINCE_START : parseDurationMs(window)
}

function unknownMetric(registry: MetricRegistry, name: string): TelemetryError {
  const names = registry.metrics().map(metric => metric.descriptor.name)
  const closest = typeof name === 'string' ? closestName(name, names) : undefined
  return new TelemetryError('OFFLOOP_METRIC_UNKNOWN', {
    got: name,
    fix:
      closest === undefined
        ? 'register it first, on any thread'
        : `register it first, or did you mean "${closest}"?`,
  })
}
