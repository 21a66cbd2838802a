/** Runs once through what a first check would run for the first time. Aggregator thread, as it starts. */
import { MetricRegistry } from '../shared/statistics/registry.ts'
import { SLOMonitor } from '../slo/monitor.ts'

const SAMPLES = 100

/** Code that was never run takes milliseconds to compile: the first real check would be late, and say that it is slow.
 *  Nothing of this is kept. */
export function warmUp(): void {
  const registry = new MetricRegistry()
  registry.register({ kind: 'latency', name: 'warm_up' })
  for (let sample = 0; sample < SAMPLES; sample++) registry.record('warm_up', sample)
  const definition = { metric: 'warm_up', objective: 'p(95)<1ms' }
  const monitor = new SLOMonitor(
    registry,
    [definition, { ...definition, window: '1m', name: 'window' }],
    () => {},
    // That this check is slow is why it is made: it is not worth a line.
    { log: () => {} },
  )
  monitor.checkAll()
}
