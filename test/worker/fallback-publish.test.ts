import { expect, test, vi } from 'vitest'
import { recoveryLine, violationLine } from '../../src/shared/slo/event-lines.ts'
import type { SLORecoveryEvent, SLOViolationEvent } from '../../src/shared/topics.ts'
import type { Bus } from '../../src/worker/bus.ts'
import { createFallbackPublish } from '../../src/worker/fallback-publish.ts'

const violation: SLOViolationEvent = {
  slo: 'echo p(95)<60ms',
  metric: 'input_to_echo',
  labels: {},
  percentile: 'p95',
  op: '<',
  threshold: 60,
  actual: 61.25,
  unit: 'ms',
  count: 100,
  window: 'rolling',
  exact: true,
  suppressed: 0,
  timestamp: 0,
}
const recovery: SLORecoveryEvent = { ...violation, actual: 50, violatedForMs: 5_000 }

function fallback(hasReaders: boolean) {
  const lines: string[] = []
  const bus = { hasReaders, publish: vi.fn() }
  return { publish: createFallbackPublish(bus as unknown as Bus, line => lines.push(line)), bus, lines }
}

test('with a listener everything goes to the bus, and nothing to the log', () => {
  const { publish, bus, lines } = fallback(true)
  publish('perf.slo_violation', violation)
  publish('perf.slo_recovered', recovery)
  expect(bus.publish.mock.calls.map(([topic, payload]) => [topic, payload])).toEqual([
    ['perf.slo_violation', violation],
    ['perf.slo_recovered', recovery],
  ])
  expect(lines).toEqual([])
})

test('without one violations and recoveries are said, one line each, and once how to silence them', () => {
  const { publish, lines } = fallback(false)
  publish('perf.slo_violation', violation)
  publish('perf.slo_recovered', recovery)
  publish('perf.slo_violation', violation)
  expect(lines).toHaveLength(4)
  expect(lines.filter(line => line.includes('log: false'))).toHaveLength(1)
  expect(lines[0]).toBe(`offloop: ${violationLine(violation)}`)
  expect(lines[2]).toBe(`offloop: ${recoveryLine(recovery)}`)
  expect(lines.every(line => !line.includes('\n'))).toBe(true)
})

test('other events nobody listens to are nobody’s loss: they stay unsaid', () => {
  const { publish, lines } = fallback(false)
  publish('perf.bus_dropped', { count: 1, timestamp: 0 })
  publish('perf.samples_lost', { threadId: 1, count: 1, timestamp: 0 })
  expect(lines).toEqual([])
})

test('a listener that comes later ends the lines', () => {
  const { publish, bus, lines } = fallback(false)
  publish('perf.slo_violation', violation)
  const count = lines.length
  bus.hasReaders = true
  publish('perf.slo_violation', violation)
  expect(lines).toHaveLength(count)
})
