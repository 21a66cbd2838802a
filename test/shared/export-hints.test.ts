/** What a metric tells exporters is checked where it is registered. */
import { describe, expect, test } from 'vitest'
import { bucketsIn, DEFAULT_BUCKETS_SECONDS } from '../../src/shared/export-hints.ts'
import { describeMetric, isSameMetric } from '../../src/shared/metric.ts'

test('default bounds look in milliseconds like what they are', () => {
  expect(bucketsIn('ms', DEFAULT_BUCKETS_SECONDS)).toEqual([
    5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000,
  ])
  expect(bucketsIn('us', [0.000_035, 0.000_7])).toEqual([35, 700])
})

describe('bounds are refused', () => {
  test.each([
    ['empty', []],
    ['descending', [2, 1]],
    ['equal', [1, 1]],
    ['infinite', [1, Number.POSITIVE_INFINITY]],
    ['no number', [1, '2']],
    ['a hole', new Array(3)],
    ['too many', Array.from({ length: 201 }, (_, index) => index)],
    ['no array', 5],
  ])('%s', (_, buckets) => {
    expect(() => describeMetric('latency', 'wait', { buckets: buckets as number[] })).toThrow(
      expect.objectContaining({
        code: 'OFFLOOP_OPTION',
        details: expect.objectContaining({ at: 'wait.buckets' }),
      }),
    )
  })
})

describe('hints are refused', () => {
  test.each([
    ['name', { name: '' }],
    ['instrument', { instrument: 'histogramm' }],
    ['isNegative', { isNegative: 1 }],
    ['unit', { unit: 7 }],
    ['quantiles', { quantiles: [2] }],
    ['scope', { scope: {} }],
    ['labelNames', { labelNames: ['a', 'b'] }],
    ['stray', { stray: 1 }],
  ])('%s', (key, exported) => {
    const options = { labelNames: ['a'], exported: exported as object }
    expect(() => describeMetric('gauge', 'level', options)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ at: `level.exported.${key}` }) }),
    )
  })
})

test('who says nothing of bounds and hints means the same metric, who says otherwise means another', () => {
  const metric = describeMetric('latency', 'wait', { buckets: [1, 2], exported: { name: 'waiting' } })
  expect(isSameMetric(metric, describeMetric('latency', 'wait'))).toBe(true)
  expect(isSameMetric(metric, describeMetric('latency', 'wait', { buckets: [1, 2] }))).toBe(true)
  expect(isSameMetric(metric, describeMetric('latency', 'wait', { buckets: [1, 3] }))).toBe(false)
  expect(isSameMetric(metric, describeMetric('latency', 'wait', { exported: { name: 'other' } }))).toBe(false)
})
