/** What the compiler holds of SLO definitions and events. Compiled by `tsc`, never run. */
import { expectTypeOf } from 'vitest'
import type { SLODefinition } from '../../src/shared/slo/definition.ts'
import type { Publish, SLORecoveryEvent, SLOViolationEvent, StatisticName } from '../../src/shared/topics.ts'
import { SLOMonitor } from '../../src/slo/monitor.ts'
import type { SLORegistry } from '../../src/slo/watched-slo.ts'

export const accepted: readonly SLODefinition[] = [
  { metric: 'a', objective: 'p(95)<60ms' },
  { metric: 'a', percentile: 'p95', threshold: 60 },
  { metric: 'a', percentile: 'p99.9', threshold: 60, op: '>=' },
  { metric: 'a', percentile: 'rate', threshold: 60, window: '5m', every: 'tick', by: 'series' },
  {
    metric: 'a',
    objective: 'ratio<1%',
    total: 'b',
    labels: { route: '/a' },
    minSamples: 5,
    name: 'x',
    description: 'y',
  },
]

export const refused: readonly SLODefinition[] = [
  // @ts-expect-error no metric
  { objective: 'p(95)<60ms' },
  // @ts-expect-error neither objective nor percentile
  { metric: 'a' },
  // @ts-expect-error both
  { metric: 'a', objective: 'p(95)<60ms', percentile: 'p95', threshold: 60 },
  // @ts-expect-error a percentile without a threshold
  { metric: 'a', percentile: 'p95' },
  // @ts-expect-error percentiles are named, not numbered
  { metric: 'a', percentile: 95, threshold: 60 },
  // @ts-expect-error no such statistic
  { metric: 'a', percentile: 'average', threshold: 60 },
  // @ts-expect-error no such comparison
  { metric: 'a', percentile: 'p95', threshold: 60, op: '=' },
  // @ts-expect-error a misspelt key
  { metric: 'a', objective: 'p(95)<60ms', minSample: 5 },
  // @ts-expect-error a window needs a unit
  { metric: 'a', objective: 'p(95)<60ms', window: '5' },
  // @ts-expect-error no such period
  { metric: 'a', objective: 'p(95)<60ms', every: 'second' },
  // @ts-expect-error label values are texts
  { metric: 'a', objective: 'p(95)<60ms', labels: { status: 200 } },
]

declare const registry: SLORegistry
declare const publish: Publish

export const monitor: SLOMonitor = new SLOMonitor(registry, accepted, publish, { rateLimitScope: 'metric' })
// @ts-expect-error no such scope
new SLOMonitor(registry, accepted, publish, { rateLimitScope: 'label' })
// @ts-expect-error no such option
new SLOMonitor(registry, accepted, publish, { rateLimitWindow: 5 })
// A listener of its own need not be generic.
new SLOMonitor(registry, accepted, async (topic, payload) => [topic, payload.timestamp])

expectTypeOf(monitor.checkAll()).toEqualTypeOf<SLOViolationEvent[]>()
expectTypeOf(monitor.checkTick()).toEqualTypeOf<SLOViolationEvent[]>()
expectTypeOf(monitor.add({ metric: 'a', objective: 'p95<1' })).toEqualTypeOf<() => void>()
expectTypeOf<SLOViolationEvent['percentile']>().toEqualTypeOf<StatisticName>()
expectTypeOf<SLORecoveryEvent>().toExtend<SLOViolationEvent>()
