import { expect, test } from 'vitest'
import type { PointForm, PointSample } from '../../../src/exporters/remote-write/point-series.ts'
import { samplesOf } from '../../../src/exporters/remote-write/point-series.ts'
import type { Family, Point } from '../../../src/exposition/families.ts'
import type { Exemplar, ExportSeries } from '../../../src/shared/extension/extension.ts'
import { ExponentialHistogram } from '../../../src/shared/statistics/exponential-histogram.ts'

const exemplar = (value: number, timeMs: number, spanId?: string): Exemplar => ({
  value,
  timeMs,
  traceId: 'a'.repeat(32),
  spanId,
})

/** A histogram in milliseconds, with bounds at 10 and 100 ms. */
function samplesWith(exemplars: readonly Exemplar[], form: Partial<PointForm>): PointSample[] {
  const histogram = new ExponentialHistogram()
  for (const { value } of exemplars) histogram.record(value)
  const series: ExportSeries = {
    labels: {},
    isOverflow: false,
    total: exemplars.length,
    totalSum: 0,
    last: 0,
    lastTimeMs: 0,
    buckets: { bounds: [10, 100], counts: Float64Array.of(0, 0, exemplars.length), isExact: true },
    distribution: () => histogram,
    quantiles: ranks => ranks.map(() => 0),
    exemplars,
  }
  const point: Point = { labels: [], series: [{ series, sign: 1, kind: 'latency' }], divisor: 1_000 }
  const family: Family = { name: 'wait', type: 'histogram', unit: 'seconds', help: '', points: [point] }
  const all = { histograms: 'classic', fineIndices: undefined, exemplarsAfterMs: 0, ...form } as const
  return samplesOf(family, point, [], all)
}

test('an exemplar goes with the bucket in which its value lies, in the exported unit', () => {
  const samples = samplesWith([exemplar(100, 5.5, 'b'.repeat(16)), exemplar(101, 6)], {})
  const shown = samples.map(({ labels, exemplars }) => [
    labels.find(([name]) => name === 'le')?.[1],
    exemplars,
  ])
  expect(shown).toEqual([
    ['0.01', []],
    [
      '0.1',
      [
        {
          value: 0.1,
          timeMs: 5,
          labels: [
            ['span_id', 'b'.repeat(16)],
            ['trace_id', 'a'.repeat(32)],
          ],
        },
      ],
    ],
    ['+Inf', [{ value: 0.101, timeMs: 6, labels: [['trace_id', 'a'.repeat(32)]] }]],
    [undefined, []],
    [undefined, []],
  ])
})

test('those of a native histogram come in the order of their times, and none comes twice', () => {
  const given = [exemplar(5, 30), exemplar(6, 10), exemplar(7, 20)]
  const times = (afterMs: number) =>
    samplesWith(given, { histograms: 'native', exemplarsAfterMs: afterMs })[0]!.exemplars.map(
      one => one.timeMs,
    )
  expect(times(0)).toEqual([10, 20, 30])
  expect(times(10)).toEqual([20, 30])
  expect(times(30)).toEqual([])
})
