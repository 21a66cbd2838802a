/** What the exporter counts of itself. Aggregator thread. */
import type { ExtensionHost, OwnSeries } from '../../shared/extension/extension.ts'
import type { FailureReason } from './failure.ts'

const EXPORTER = { exporter: 'otlp' } as const

export interface ExportMetrics {
  readonly pushes: OwnSeries
  readonly dropped: OwnSeries
  /** In milliseconds. */
  readonly time: OwnSeries
  failed(reason: FailureReason): void
}

export function createExportMetrics(host: ExtensionHost): ExportMetrics {
  const counter = (name: string, help: string) =>
    host.series({ kind: 'counter', name, help, labelNames: ['exporter'] }, EXPORTER)
  const failures = (reason: FailureReason) =>
    host.series(
      {
        kind: 'counter',
        name: 'offloop_export_failures',
        help: 'Pushes that did not arrive whole',
        labelNames: ['exporter', 'reason'],
      },
      { ...EXPORTER, reason },
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
      EXPORTER,
    ),
    failed: reason => failures(reason).increment(1),
  }
}
