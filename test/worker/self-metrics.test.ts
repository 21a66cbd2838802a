import { expect, test } from 'vitest'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { SelfMetrics } from '../../src/worker/self-metrics.ts'
import { readText } from '../structure/tree.ts'
import { ManualClock } from '../support/manual-clock.ts'

const IDLE = {
  tickMs: 0.2,
  drainMs: 0.1,
  lagMs: 1,
  sampleCount: 0,
  queueDepth: 0,
  laneFill: 0,
  lostCount: 0,
  summarizedCount: 0,
  busDroppedCount: 0,
}

function selfMetrics() {
  const registry = new MetricRegistry({ clock: new ManualClock(), windowCapacity: 16, maxSeriesPerMetric: 4 })
  return { registry, self: new SelfMetrics(registry) }
}

test('the README names every metric the pipeline keeps about itself, and none that it does not', () => {
  const { registry } = selfMetrics()
  const named = new Set(
    /^## Reading back$[\s\S]*?^## /m
      .exec(readText('README.md'))?.[0]
      .match(/`offloop_[a-z_]+`/g)
      ?.map(name => name.slice(1, -1)),
  )
  expect([...named].sort()).toEqual(
    registry
      .metrics()
      .map(({ descriptor }) => descriptor.name)
      .sort(),
  )
})

test('queue depth and processing time are kept for each busy tick, and idle ones do not crowd them out', () => {
  const { registry, self } = selfMetrics()
  self.record({ ...IDLE, tickMs: 3, drainMs: 2, sampleCount: 40, queueDepth: 30 }, 1_000)
  for (let tick = 0; tick < 100; tick++) self.record(IDLE, 1_010 + tick)
  const lastOf = (name: string) => registry.metric(name)!.series([]).last
  expect([lastOf('offloop_tick_time'), lastOf('offloop_drain_time')]).toEqual([3, 2])
  expect([lastOf('offloop_queue_depth'), lastOf('offloop_batch_size')]).toEqual([30, 40])
})
