import fc from 'fast-check'
import { expect, test } from 'vitest'
import { STALE, type WireSeries, WriteRequest } from '../../../src/exporters/remote-write/wire.ts'
import { decodeRequest, unpackSnappy } from './decoded-request.ts'

const LABELS = [
  ['__name__', 'wait_seconds'],
  ['job', 'shop'],
] as const

function sent(...series: WireSeries[]) {
  const request = new WriteRequest()
  for (const one of series) request.addSeries(one)
  return decodeRequest(request.finish())
}

test('a sample arrives as it is: labels, value, time', () => {
  const timeMs = 1_763_754_000_123
  const { timeseries } = sent({ labels: LABELS, value: 0.1, timeMs, exemplars: [] })
  expect(timeseries).toEqual([
    {
      labels: [
        { name: '__name__', value: 'wait_seconds' },
        { name: 'job', value: 'shop' },
      ],
      samples: [{ value: 0.1, timestamp: timeMs }],
      exemplars: [],
      histograms: [],
    },
  ])
})

test('any value, any text and any number of series arrive, packed and unpacked by other code', () => {
  const series = fc.record({
    labels: fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', maxLength: 100 })), {
      maxLength: 5,
    }),
    value: fc.double(),
    timeMs: fc.integer({ min: 0, max: 2 ** 43 }),
    exemplars: fc.constant([]),
  })
  fc.assert(
    fc.property(fc.array(series, { maxLength: 200 }), all => {
      const { timeseries } = sent(...all)
      expect(timeseries.map(({ samples }) => samples[0])).toEqual(
        all.map(({ value, timeMs }) => ({ value, timestamp: timeMs })),
      )
      expect(timeseries.map(({ labels }) => labels.map(({ name, value }) => [name, value]))).toEqual(
        all.map(({ labels }) => labels),
      )
    }),
    { numRuns: 200 },
  )
})

test('a request far larger than a snappy block arrives', () => {
  const series = Array.from({ length: 5_000 }, (_, index) => ({
    labels: [...LABELS, ['path', `/users/${index}/${'x'.repeat(index % 90)}`]] as const,
    value: index,
    timeMs: 1,
    exemplars: [],
  }))
  const { timeseries } = sent(...series)
  expect(timeseries.map(({ samples }) => samples[0]!.value)).toEqual(series.map(({ value }) => value))
})

test('a native histogram arrives with spans and differences', () => {
  const value = {
    count: 13,
    sum: 4.5,
    schema: 5,
    zeroThreshold: 2 ** -70,
    zeroCount: 1,
    negative: { spans: [{ offset: 3, length: 1 }], deltas: [4] },
    positive: {
      spans: [
        { offset: -40, length: 2 },
        { offset: 7, length: 1 },
      ],
      deltas: [5, -3, -1],
    },
  }
  const [series] = sent({ labels: LABELS, value, timeMs: 9, exemplars: [] }).timeseries
  expect(series!.samples).toEqual([])
  expect(series!.histograms).toMatchObject([
    {
      countInt: 13,
      sum: 4.5,
      schema: 5,
      zeroThreshold: 2 ** -70,
      zeroCountInt: 1,
      negativeSpans: [{ offset: 3, length: 1 }],
      negativeDeltas: [4],
      positiveSpans: [
        { offset: -40, length: 2 },
        { offset: 7, length: 1 },
      ],
      positiveDeltas: [5, -3, -1],
      resetHint: 'UNKNOWN',
      timestamp: 9,
    },
  ])
})

test('counts beyond 32 bits arrive', () => {
  const count = 2 ** 52
  const buckets = { spans: [{ offset: 0, length: 2 }], deltas: [count / 2, 1 - count / 4] }
  const none = { spans: [], deltas: [] }
  const value = {
    count,
    sum: 1,
    schema: 5,
    zeroThreshold: 0,
    zeroCount: 0,
    negative: none,
    positive: buckets,
  }
  const [series] = sent({ labels: LABELS, value, timeMs: 9, exemplars: [] }).timeseries
  expect(series!.histograms[0]).toMatchObject({ countInt: count, positiveDeltas: buckets.deltas })
})

test('what ends a series has the very bits that Prometheus looks for', () => {
  const request = new WriteRequest()
  request.addSeries({ labels: LABELS, value: STALE, timeMs: 5, exemplars: [] })
  const bytes = Buffer.from(unpackSnappy(request.finish()))
  // Field 1 of a sample, as eight bytes, low byte first: 0x7ff0000000000002.
  expect(bytes.includes(Buffer.from('09020000000000f07f', 'hex'))).toBe(true)
})

test('exemplars and metadata arrive', () => {
  const request = new WriteRequest()
  const exemplar = { labels: [['trace_id', 'a1']] as const, value: 0.3, timeMs: 7 }
  request.addSeries({ labels: LABELS, value: 1, timeMs: 9, exemplars: [exemplar] })
  request.addMetadata({
    type: 'histogram',
    name: 'wait_seconds',
    help: 'Time a guest waits',
    unit: 'seconds',
  })
  request.addMetadata({ type: 'counter', name: 'guests_total', help: '', unit: '' })
  const { timeseries, metadata } = decodeRequest(request.finish())
  expect(timeseries[0]!.exemplars).toEqual([
    { labels: [{ name: 'trace_id', value: 'a1' }], value: 0.3, timestamp: 7 },
  ])
  expect(metadata).toEqual([
    { type: 'HISTOGRAM', metricFamilyName: 'wait_seconds', help: 'Time a guest waits', unit: 'seconds' },
    { type: 'COUNTER', metricFamilyName: 'guests_total', help: '', unit: '' },
  ])
})
