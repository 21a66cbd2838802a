/** Alerts on the telemetry itself: nothing comes, the event loop stands still, samples are lost, pushes fail. Pure. */
import { type Matcher, selector } from './promql.ts'
import type { AlertingRule, RuleOptions } from './rule-file.ts'

/** An event loop that has not turned for so long is stuck, and not only busy. */
const BLOCKED_SECONDS = 5

export function pipelineAlerts({ job }: Pick<RuleOptions, 'job'>): readonly AlertingRule[] {
  const matchers: readonly Matcher[] = job === undefined ? [] : [['job', job]]
  const of = (metric: string) => selector(metric, matchers)
  return [
    {
      alert: 'OffloopAbsent',
      // Other than `up` it comes with pushes, too; it is there from the start, and stale as soon as a scrape fails.
      expr: `absent(${of('offloop_samples_lost_total')})`,
      for: '5m',
      labels: { severity: 'critical' },
      annotations: {
        summary: 'No metrics come from any instance',
        description: 'None have come for 5 minutes: no alert on an objective can fire.',
        runbook:
          'See the targets page of Prometheus for why scrapes fail. GET /health answers while a process lives.',
      },
    },
    {
      alert: 'OffloopEventLoopBlocked',
      expr: `${of('offloop_heartbeat_age_seconds')} > ${BLOCKED_SECONDS}`,
      labels: { severity: 'critical' },
      annotations: {
        summary: 'The event loop of {{ $labels.instance }} stands still',
        description:
          'It last turned {{ $value | humanizeDuration }} before the scrape; the process answers scrapes from a thread of its own.',
        runbook: 'Something synchronous runs on the main thread: a CPU profile shows what.',
      },
    },
    {
      alert: 'OffloopSamplesLost',
      expr: `increase(${of('offloop_samples_lost_total')}[5m]) > 0`,
      labels: { severity: 'warning' },
      annotations: {
        summary: '{{ $labels.instance }} loses samples',
        description:
          'About {{ $value | humanize }} samples of the last 5 minutes found no place: figures lack them.',
        runbook:
          'Give the telemetry a larger laneCapacity, or fewer series; offloop_queue_depth and offloop_tick_time_seconds show whether the aggregator keeps up.',
      },
    },
    {
      alert: 'OffloopExportFailing',
      expr: `sum by (job, instance, exporter) (increase(${of('offloop_export_failures_total')}[5m])) > 0`,
      for: '10m',
      labels: { severity: 'warning' },
      annotations: {
        summary: '{{ $labels.instance }} cannot send its metrics by {{ $labels.exporter }}',
        description: 'Pushes have been failing for 10 minutes, some {{ $value | humanize }} in the last 5.',
        runbook: 'offloop_export_failures_total says the reason, and so does the log of the process.',
      },
    },
  ]
}
