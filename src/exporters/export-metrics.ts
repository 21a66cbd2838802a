/** What exporters that push count of themselves: the same metrics for each of them, told apart by `exporter`. Aggregator
 *  thread. */
import type { ExtensionHost, OwnSeries } from '../shared/extension/extension.ts'

/** Why something did not arrive, as few kinds: the `reason` of offloop_export_failures. */
export type FailureReason =
  | 'unreachable'
  | 'timeout'
  /** 429, 502, 503 and 504. */
  | 'busy'
  | 'unauthorized'
  | 'too_large'
  | 'redirected'
  | 'rejected'
  /** Other answers that begin with 5. */
  | 'failing'
  /** No HTTP. */
  | 'garbage'
  /** Some of it was taken. */
  | 'partial'
  | 'internal'

export interface ExportMetrics {
  readonly pushes: OwnSeries
  readonly dropped: OwnSeries
  /** In milliseconds. */
  readonly time: OwnSeries
  failed(reason: FailureReason): void
}

/** @param exporter name of the extension
 *  @throws TelemetryError as registering does */
export function createExportMetrics(host: ExtensionHost, exporter: string): ExportMetrics {
  const own = { exporter }
  const counter = (name: string, help: string) =>
    host.series({ kind: 'counter', name, help, labelNames: ['exporter'] }, own)
  const failures = (reason: FailureReason) =>
    host.series(
      {
        kind: 'counter',
        name: 'offloop_export_failures',
        help: 'Pushes that did not arrive whole',
        labelNames: ['exporter', 'reason'],
      },
      { ...own, reason },
    )
  // What cannot be registered shows now, and not when something has failed.
  failures('unreachable')
  return {
    pushes: counter('offloop_export_pushes', 'Pushes begun'),
    dropped: counter('offloop_export_dropped', 'Requests given up without having arrived'),
    time: host.series(
      {
        kind: 'latency',
        name: 'offloop_export_time',
        unit: 'ms',
        help: 'A push, from collecting to the last answer',
        labelNames: ['exporter'],
      },
      own,
    ),
    failed: reason => failures(reason).increment(1),
  }
}
