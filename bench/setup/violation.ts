/** What travels on the bus: a violation as the monitor makes it. */
import type { SLOViolationEvent } from '../../src/shared/topics.ts'

export const VIOLATION: SLOViolationEvent = {
  slo: 'http_request p95<60ms',
  metric: 'http_request',
  labels: { method: 'GET', route: '/orders/:id', status: '200' },
  percentile: 'p95',
  op: '<',
  threshold: 60,
  actual: 118.25,
  unit: 'ms',
  count: 10_000,
  window: 'rolling',
  exact: true,
  suppressed: 0,
  timestamp: 1_700_000_000_000.5,
}
