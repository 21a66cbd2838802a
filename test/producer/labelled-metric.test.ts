import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LabelledMetric } from '../../src/producer/labelled-metric.ts'
import { describeMetric } from '../../src/shared/metric.ts'
import { createRecording } from '../support/recording.ts'

/** Any 16 bits, lone surrogates included. */
const codeUnit = fc.nat(0xffff).map(code => String.fromCharCode(code))

interface Handle {
  readonly labelValues: readonly string[]
  readonly isOverflow: boolean
}

function createMetric(labelNames: readonly string[], seriesMax = 1_000) {
  const bound: Handle[] = []
  const metric = new LabelledMetric<Handle, string>(
    describeMetric('latency', 'http', { labelNames }),
    seriesMax,
    (labelValues, isOverflow) => {
      const handle = { labelValues, isOverflow }
      bound.push(handle)
      return handle
    },
  )
  return { metric, bound }
}

test('the same labels give the same handle, in whatever order their keys come', () => {
  const { metric, bound } = createMetric(['route', 'method'])
  const handle = metric.labels({ route: '/a', method: 'GET' })
  expect(metric.labels({ method: 'GET', route: '/a' })).toBe(handle)
  expect(bound).toHaveLength(1)
  expect(handle.labelValues).toEqual(['/a', 'GET'])
})

test('numbers and booleans are taken as their text', () => {
  const { metric, bound } = createMetric(['status', 'cached'])
  const handle = metric.labels({ status: '200', cached: 'true' })
  expect(metric.labels({ status: 200, cached: true })).toBe(handle)
  expect(bound).toHaveLength(1)
})

test('different labels never share a handle, whatever characters their values have', () => {
  const hostile = fc.constantFrom('', '"', '","', '\\', '[]', '["a"]', '\ud800', '\0')
  const value = fc.oneof(fc.string({ unit: codeUnit, maxLength: 8 }), hostile)
  const valueSets = fc.integer({ min: 1, max: 3 }).chain(size => {
    const values = fc.array(value, { minLength: size, maxLength: size })
    return fc.uniqueArray(values, {
      maxLength: 20,
      comparator: (a, b) => a.every((one, at) => one === b[at]),
    })
  })
  fc.assert(
    fc.property(valueSets, sets => {
      const labelNames = ['a', 'b', 'c'].slice(0, sets[0]?.length ?? 1)
      const { metric } = createMetric(labelNames)
      const handles = sets.map(values =>
        metric.labels(Object.fromEntries(labelNames.map((name, index) => [name, values[index]!]))),
      )
      expect(new Set(handles).size).toBe(sets.length)
      expect(handles.map(({ labelValues }) => labelValues)).toEqual(sets)
    }),
    { numRuns: 50 },
  )
})

describe('beyond the limit of series', () => {
  test('every further set of labels gets the one overflow handle, and known ones keep theirs', () => {
    const { metric, bound } = createMetric(['route'], 2)
    const [a, b] = [metric.labels({ route: '/a' }), metric.labels({ route: '/b' })]
    const overflow = metric.labels({ route: '/c' })
    expect(overflow).toEqual({ labelValues: ['__overflow__'], isOverflow: true })
    for (let count = 0; count < 1_000; count++) {
      if (metric.labels({ route: `/${count}` }) !== overflow) expect.unreachable()
    }
    expect([metric.labels({ route: '/a' }), metric.labels({ route: '/b' })]).toEqual([a, b])
    expect(bound).toHaveLength(3)
  })

  test('labels are still checked', () => {
    const { metric } = createMetric(['route'], 1)
    metric.labels({ route: '/a' })
    expect(() => metric.labels({ rout: '/b' })).toThrow(
      expect.objectContaining({ code: 'OFFLOOP_LABEL_UNKNOWN' }),
    )
  })

  test('samples go to the overflow series of the aggregator, none is lost', () => {
    const { recorder, registry, drain } = createRecording({ maxSeriesPerMetric: 4 })
    const http = recorder.latency('http', { labelNames: ['route', 'method'] })
    for (let route = 0; route < 10; route++) http.labels({ route, method: 'GET' }).record(route)
    drain()
    const all = registry.metric('http')!.allSeries
    expect(all.map(({ isOverflow, total, labels }) => [isOverflow, total, labels['route']])).toEqual([
      [false, 1, '0'],
      [false, 1, '1'],
      [false, 1, '2'],
      [false, 1, '3'],
      [true, 6, '__overflow__'],
    ])
  })
})

test('labels that are refused leave the metric as it was', () => {
  const { metric, bound } = createMetric(['route'], 1)
  const hostile = {
    get route(): string {
      throw new Error('getter')
    },
  }
  for (const labels of [{}, { route: {} }, { route: '/a', x: 1 }, null, hostile, 'x'.repeat(2_000)]) {
    expect(() => metric.labels(labels as never)).toThrow()
  }
  expect(bound).toEqual([])
  expect(metric.labels({ route: '/a' }).isOverflow).toBe(false)
})

test('a binding that fails is tried again with the next use, and takes no place of the limit', () => {
  let isFull = true
  const metric = new LabelledMetric<string, 'route'>(
    describeMetric('latency', 'http', { labelNames: ['route'] }),
    1,
    () => {
      if (isFull) throw new Error('full')
      return 'handle'
    },
  )
  expect(() => metric.labels({ route: '/a' })).toThrow('full')
  isFull = false
  expect(metric.labels({ route: '/a' })).toBe('handle')
})
