/** A query in the one form it is asked in: what cannot even be asked is refused here, the rest the aggregator judges. */
import type { QueryOptions } from '../shared/control-api.ts'
import { TelemetryError } from '../shared/errors.ts'
import { checkKnownKeys } from '../shared/known-keys.ts'
import { labelTextsOf } from '../shared/labels.ts'
import { METRIC_NAME_LENGTH_MAX } from '../shared/metric.ts'

export interface Question {
  readonly metric: string
  readonly options: QueryOptions
  /** The same for equal questions. */
  readonly key: string
}

/** @throws TelemetryError OFFLOOP_METRIC_UNKNOWN, OFFLOOP_OPTION, OFFLOOP_LABEL_MISSING, OFFLOOP_LABEL_VALUE, OFFLOOP_TIME_WINDOW */
export function questionOf(metric: unknown, options: unknown): Question {
  if (typeof metric !== 'string' || metric.length > METRIC_NAME_LENGTH_MAX) {
    throw new TelemetryError('OFFLOOP_METRIC_UNKNOWN', { got: metric, fix: 'give the name of a metric' })
  }
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const fix = "give an object such as { labels: { route: '/users' }, window: '1m' }, or nothing"
    throw new TelemetryError('OFFLOOP_OPTION', { at: 'query options', got: options, fix })
  }
  checkKnownKeys(options, ['labels', 'window'], 'query.')
  const { labels: givenLabels, window } = options as QueryOptions
  if (window !== undefined && typeof window !== 'string') {
    throw new TelemetryError('OFFLOOP_TIME_WINDOW', {
      got: window,
      fix: 'write it as a text such as 30s or 5m',
    })
  }
  const labels = labelTextsOf(givenLabels ?? {}, metric)
  return {
    metric,
    options: window === undefined ? { labels } : { labels, window },
    key: JSON.stringify([metric, window, Object.entries(labels).sort()]),
  }
}
