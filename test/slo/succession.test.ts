import { expect, test } from 'vitest'
import { MetricRegistry } from '../../src/shared/statistics/registry.ts'
import { SLOMonitor } from '../../src/slo/monitor.ts'
import { ManualClock } from '../support/manual-clock.ts'

const BY_ROUTE = { metric: 'http', objective: 'p(95)<60ms', by: 'series' } as const
const LATE = { metric: 'late', objective: 'max<60ms' } as const

/** One monitor after the other on one registry, each with what the one before has left. */
function createSuccession() {
  const clock = new ManualClock()
  const registry = new MetricRegistry({ clock, windowCapacity: 1 })
  registry.register({ kind: 'latency', name: 'http', labelNames: ['route'] })
  const events: { topic: string; route: string; suppressed: number; violatedForMs?: number }[] = []
  let monitor: SLOMonitor | undefined
  const succeed = (definitions: ConstructorParameters<typeof SLOMonitor>[1]) => {
    const saved = structuredClone(monitor?.state())
    monitor = new SLOMonitor(
      registry,
      definitions,
      (topic, payload) => {
        const { labels, suppressed, ...event } = payload as unknown as {
          labels: { route?: string }
          suppressed: number
          violatedForMs?: number
        }
        const { violatedForMs } = event
        events.push({
          topic,
          route: labels.route ?? '',
          suppressed,
          ...(violatedForMs === undefined ? {} : { violatedForMs }),
        })
      },
      {},
      { state: saved },
    )
    return monitor
  }
  return { clock, registry, events, succeed }
}

test('a successor keeps to the rate limit, counts on what was held back, and knows since when', () => {
  const { clock, registry, events, succeed } = createSuccession()
  registry.record('http', 100, { route: '/a' })
  registry.record('http', 10, { route: '/b' })
  succeed([BY_ROUTE]).checkAll()
  clock.advance(5_000)
  const second = succeed([BY_ROUTE])
  second.checkAll()
  registry.record('http', 100, { route: '/b' })
  second.checkAll()
  clock.advance(6_000)
  const third = succeed([BY_ROUTE])
  third.checkAll()
  registry.record('http', 10, { route: '/a' })
  third.checkAll()
  expect(events).toEqual([
    { topic: 'perf.slo_violation', route: '/a', suppressed: 0 },
    { topic: 'perf.slo_violation', route: '/b', suppressed: 0 },
    { topic: 'perf.slo_violation', route: '/a', suppressed: 2 },
    { topic: 'perf.slo_recovered', route: '/a', suppressed: 0, violatedForMs: 11_000 },
  ])
})

test('an SLO that is added late, or not by every successor, goes on where it stood', () => {
  const { clock, registry, events, succeed } = createSuccession()
  registry.register({ kind: 'latency', name: 'late' })
  registry.record('late', 100)
  succeed([LATE]).checkAll()
  clock.advance(1_000)
  // This one dies before anyone has added the SLO again.
  succeed([]).checkAll()
  clock.advance(1_000)
  const third = succeed([])
  third.add(LATE)
  registry.record('late', 10)
  third.checkAll()
  expect(events).toEqual([
    { topic: 'perf.slo_violation', route: '', suppressed: 0 },
    { topic: 'perf.slo_recovered', route: '', suppressed: 0, violatedForMs: 2_000 },
  ])
})

test('registering a metric again lets the next violation through, whoever has seen it', () => {
  const { clock, registry, events, succeed } = createSuccession()
  registry.register({ kind: 'latency', name: 'late' })
  registry.record('late', 100)
  succeed([LATE]).checkAll()
  clock.advance(1_000)
  registry.register({ kind: 'latency', name: 'late' })
  succeed([LATE]).checkAll()
  succeed([LATE]).checkAll()
  expect(events.length).toBe(2)
})
