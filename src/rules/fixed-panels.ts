/** What every dashboard shows: how the objectives stand, and the telemetry itself. Pure. */
import { CHOSEN } from './metric-panels.ts'
import { type Panel, stateTable, stateTimeline, timeSeries, violationStat } from './panels.ts'
import { VERDICT_METRIC } from './slo-alert.ts'

export function objectivePanels(): readonly Panel[] {
  const verdict = `${VERDICT_METRIC}{${CHOSEN}}`
  const about = 'As each process judges itself.'
  return [
    violationStat('Violated now', `sum(${verdict})`, about),
    stateTable('State', `max without (job) (${verdict})`, about),
    stateTimeline('Over time', `max by (slo) (${verdict})`, '{{slo}}', `${about} Of all instances.`),
  ]
}

export function telemetryPanels(): readonly Panel[] {
  const perInstance = (expr: string) => [expr, '{{instance}}'] as const
  const rate = (name: string) => `rate(${name}{${CHOSEN}}[$__rate_interval])`
  return [
    timeSeries('Samples lost', [perInstance(rate('offloop_samples_lost_total'))], {
      description: 'Samples a second that found no place. Figures lack them.',
      unit: 'cps',
    }),
    timeSeries('Samples summarized', [perInstance(rate('offloop_samples_summarized_total'))], {
      description: 'Samples a second that found their lane full: totals and histograms have them.',
      unit: 'cps',
    }),
    timeSeries('Heartbeat age', [perInstance(`offloop_heartbeat_age_seconds{${CHOSEN}}`)], {
      description: 'How long ago the event loop of the creating thread last turned.',
      unit: 's',
      limits: [5],
    }),
    timeSeries('Queue depth', [perInstance(`offloop_queue_depth{${CHOSEN}}`)], {
      description: 'Samples that waited when a tick began.',
      unit: 'short',
    }),
    timeSeries('Fill of the fullest lane', [perInstance(`offloop_lane_fill_ratio{${CHOSEN}}`)], {
      description: 'When a tick began.',
      unit: 'percentunit',
    }),
    timeSeries('Aggregator thread in use', [perInstance(rate('offloop_tick_time_seconds_sum'))], {
      description: 'Share of the time that its ticks take.',
      unit: 'percentunit',
    }),
    timeSeries(
      'Time a tick takes',
      [perInstance(`${rate('offloop_tick_time_seconds_sum')} / ${rate('offloop_tick_time_seconds_count')}`)],
      {
        description: 'Mean.',
        unit: 's',
      },
    ),
    timeSeries(
      'Lag of ticks',
      [perInstance(`${rate('offloop_tick_lag_seconds_sum')} / ${rate('offloop_tick_lag_seconds_count')}`)],
      {
        description: 'How late ticks begin. Mean.',
        unit: 's',
      },
    ),
  ]
}
