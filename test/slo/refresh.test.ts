/** A registry that has to be brought up to date before a check is: once, and by a refresh that may fail. */
import { expect, test, vi } from 'vitest'
import { describeMetric } from '../../src/shared/metric.ts'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { SLOMonitor } from '../../src/slo/monitor.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { ECHO_P95 } from './monitored.ts'

function refreshed(refresh: (registry: MetricRegistry) => void) {
  const registry = new MetricRegistry({ windowCapacity: 20, clock: new ManualClock() })
  registry.register(describeMetric('latency', 'echo'))
  const lines: string[] = []
  const view = {
    clock: registry.clock,
    metric: (name: string) => registry.metric(name),
    refresh: () => refresh(registry),
  }
  const definition = { ...ECHO_P95, every: 'tick' } as const
  const monitor = new SLOMonitor(view, [definition], () => {}, { log: line => lines.push(line) })
  return { monitor, registry, lines }
}

test('checkAll judges what the refresh brings; checkTick, which follows a drain, does without', () => {
  const refresh = vi.fn((registry: MetricRegistry) => registry.record('echo', 100))
  const { monitor } = refreshed(refresh)
  expect(monitor.checkTick()).toEqual([])
  expect(refresh).not.toHaveBeenCalled()
  expect(monitor.checkAll()).toMatchObject([{ actual: 100, count: 1 }])
  expect(refresh).toHaveBeenCalledOnce()
})

test('a refresh that throws is logged, and what is known is judged', () => {
  const { monitor, registry, lines } = refreshed(() => expect.unreachable('the lane is broken'))
  registry.record('echo', 100)
  expect(monitor.checkAll()).toHaveLength(1)
  expect(lines).toEqual([expect.stringMatching(/^offloop: .*the lane is broken/)])
})

test('a refresh that asks for a check gets none: checks never overlap', () => {
  const found: unknown[] = []
  const { monitor, registry } = refreshed(() => found.push(...monitor.checkAll()))
  registry.record('echo', 100)
  expect(monitor.checkAll()).toHaveLength(1)
  expect(found).toEqual([])
})
