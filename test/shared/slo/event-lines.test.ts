import { expect, test } from 'vitest'
import { recoveryLine, violationLine } from '../../../src/shared/slo/event-lines.ts'
import type { SLOViolationEvent } from '../../../src/shared/topics.ts'

const event: SLOViolationEvent = {
  slo: 'input_to_echo p95<60ms',
  metric: 'input_to_echo',
  labels: {},
  percentile: 'p95',
  op: '<',
  threshold: 60,
  actual: 83.2467,
  unit: 'ms',
  count: 200,
  window: 'rolling',
  exact: true,
  suppressed: 0,
  timestamp: 0,
}

test.each<[Partial<SLOViolationEvent>, string]>([
  [{}, 'input_to_echo p95<60ms: p95 is 83.25 ms, should be < 60 ms (200 samples, rolling window)'],
  [
    { exact: false, window: '5m', count: 1, suppressed: 3 },
    'input_to_echo p95<60ms: p95 is about 83.25 ms, should be < 60 ms (1 sample, last 5m); 3 more were held back',
  ],
  [
    {
      slo: 'mem',
      percentile: 'value',
      unit: 'bytes',
      threshold: 5e8,
      actual: 612_345_678,
      labels: { pool: 'a' },
    },
    'mem {pool=a}: value is 612.3 MB, should be < 500 MB (200 samples, rolling window)',
  ],
  [
    { slo: 'http', labels: { route: '/users/:id', 'error.type': '' } },
    'http {route=/users/:id}: p95 is 83.25 ms, should be < 60 ms (200 samples, rolling window)',
  ],
  [
    {
      slo: 'm{pool=a} x',
      labels: { pool: 'a' },
      percentile: 'rate',
      unit: 'hz',
      actual: 12_345.67,
      threshold: 9,
    },
    'm{pool=a} x: rate is 12346/s, should be < 9/s (200 samples, rolling window)',
  ],
  [
    { slo: 'err', percentile: 'ratio', unit: 'ratio', actual: 0.0234, threshold: 0.01, window: 'total' },
    'err: ratio is 2.34 %, should be < 1 % (200 samples, since the start)',
  ],
])('a violation reads as a sentence: %j', (part, text) => {
  expect(violationLine({ ...event, ...part })).toBe(`SLO violated: ${text}`)
})

test('a recovery says how long it took', () => {
  expect(recoveryLine({ ...event, actual: 41.7, violatedForMs: 12_500 })).toBe(
    'SLO recovered: input_to_echo p95<60ms: p95 is 41.7 ms after 12.5 s in violation',
  )
})
