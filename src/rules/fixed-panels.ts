/** What every dashboard shows: how the objectives stand, and the telemetry itself. Pure. */
import { CHOSEN } from './metric-panels.ts'
import { heatmap, type Panel, stateTable, stateTimeline, timeSeries, violationStat } from './panels.ts'
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
  const tick = `sum by (le) (${rate('offloop_tick_time_seconds_bucket')})`
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
    timeSeries(
      'Tick time',
      [
        [`histogram_quantile(0.5, ${tick})`, 'p50'],
        [`histogram_quantile(0.99, ${tick})`, 'p99'],
      ],
      { description: 'Work of the aggregator thread, tick by tick. Estimated within buckets.', unit: 's' },
    ),
    heatmap('Tick times', tick, 's', 'Work of the aggregator thread, tick by tick.'),
  ]
}
