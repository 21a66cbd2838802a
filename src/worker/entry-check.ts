/** Registers what a thread's directory says, by the rules that registering on a thread keeps. Aggregator thread. */
import { TelemetryError } from '../shared/errors.ts'
import { checkLabelValues } from '../shared/labels.ts'
import type { DirectoryEntry } from '../shared/memory/directory-entry.ts'
import {
  describeMetric,
  isSameMetric,
  type MetricDescriptor,
  metricConflict,
  SELF_METRIC_PREFIX,
} from '../shared/metric.ts'
import type { Metric, MetricRegistry } from '../shared/statistics/registry.ts'
import type { Series } from '../shared/statistics/series.ts'

/** The metric of a descriptor that another thread wrote down, which may be anything. One that is known already is the same
 *  one; that is no registration anew.
 *  @throws TelemetryError OFFLOOP_METRIC_CONFLICT, OFFLOOP_METRIC_LIMIT, OFFLOOP_METRIC_NAME, OFFLOOP_METRIC_UNIT,
 *  OFFLOOP_LABEL_NAME, OFFLOOP_OPTION */
export function foreignMetric(registry: MetricRegistry, given: MetricDescriptor | undefined): Metric {
  const { kind, name, ...options } = given ?? ({} as MetricDescriptor)
  const descriptor = describeMetric(kind, name, options)
  if (name.startsWith(SELF_METRIC_PREFIX)) {
    const fix = `choose a name that does not begin with ${SELF_METRIC_PREFIX}: those are the pipeline's own`
    throw new TelemetryError('OFFLOOP_METRIC_NAME', { got: name, fix })
  }
  const known = registry.metric(name)
  if (known === undefined) return registry.register(descriptor)
  if (!isSameMetric(known.descriptor, descriptor)) throw metricConflict(known.descriptor, descriptor)
  return known
}

/** The series that another thread wrote down; undefined where its metric could not be registered.
 *  @throws TelemetryError OFFLOOP_LABEL_VALUE */
export function foreignSeries(
  metric: Metric | undefined,
  { labelValues, isOverflow }: Extract<DirectoryEntry, { type: 'series' }>,
): Series | undefined {
  if (metric === undefined || isOverflow) return metric?.series([], true)
  checkLabelValues(metric.descriptor, labelValues)
  return metric.series(labelValues)
}
