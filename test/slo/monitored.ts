/** A monitor over a real registry, with a clock that stands still until told, and everything it says written down. */
import { vi } from 'vitest'
import { describeMetric } from '../../src/shared/metric.ts'
import type { SLODefinition } from '../../src/shared/slo/definition.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import type { Publish, SLORecoveryEvent, SLOViolationEvent } from '../../src/shared/topics.ts'
import { SLOMonitor } from '../../src/slo/monitor.ts'
import type { SLOMonitorOptions } from '../../src/slo/monitor-options.ts'
import { ManualClock } from '../support/manual-clock.ts'

/** Samples a window holds: as many recorded anew replace all. */
const WINDOW_SAMPLES = 20

export const ECHO_P95: SLODefinition = { metric: 'echo', objective: 'p(95)<60ms' }

export const METRICS = [
  describeMetric('latency', 'echo'),
  describeMetric('latency', 'render'),
  describeMetric('latency', 'http', { labelNames: ['route', 'method'] }),
  describeMetric('gauge', 'heap', { unit: 'bytes' }),
  describeMetric('counter', 'errors', { labelNames: ['route'] }),
  describeMetric('counter', 'requests', { labelNames: ['route'] }),
]

export function monitored(
  definitions: readonly SLODefinition[],
  options: SLOMonitorOptions & { publish?: Publish } = {},
) {
  const { publish, ...monitorOptions } = options
  const clock = new ManualClock()
  const registry = new MetricRegistry({ windowCapacity: WINDOW_SAMPLES, clock })
  for (const descriptor of METRICS) registry.register(descriptor)
  const violations: SLOViolationEvent[] = []
  const recoveries: SLORecoveryEvent[] = []
  const lines: string[] = []
  const write: Publish = (topic, payload) => {
    if (topic === 'perf.slo_violation') violations.push(payload as SLOViolationEvent)
    if (topic === 'perf.slo_recovered') recoveries.push(payload as SLORecoveryEvent)
  }
  const log = (line: string) => lines.push(line)
  const monitor = new SLOMonitor(registry, definitions, publish ?? write, { log, ...monitorOptions })

  /** Makes every sample of the window this one. */
  const fill = (metric: string, value: number, labels?: Record<string, string>) => {
    for (let count = 0; count < WINDOW_SAMPLES; count += 1) registry.record(metric, value, labels)
  }
  /** Lets time pass for the clock and for vitest's fake timers alike, in small steps. */
  const passMs = (durationMs: number, stepMs = 10) => {
    for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
      clock.advance(stepMs)
      vi.advanceTimersByTime(stepMs)
    }
  }
  return { clock, registry, monitor, violations, recoveries, lines, fill, passMs }
}
