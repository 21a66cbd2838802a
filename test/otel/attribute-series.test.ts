/** Finding series by attributes: the same handle for what is equal, another for what is not, however many there are. */
import type { Attributes } from '@opentelemetry/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AttributeSeries } from '../../src/otel/attribute-series.ts'
import { Reports } from '../../src/otel/reports.ts'

interface Handle {
  readonly of: string
}

function seriesOf(cardinalityLimit = 1_000_000) {
  const bound: Handle[] = []
  const series = new AttributeSeries<Handle>({
    name: 'tested',
    limits: { cardinalityLimit, attributeCountMax: 32, attributeValueLengthMax: 1_024 },
    reports: new Reports(),
    bindKeySet: keySet => texts => {
      const handle = { of: JSON.stringify([keySet.keys, keySet.types, texts]) }
      bound.push(handle)
      return handle
    },
    discard: { of: 'discarded' },
    overflows: true,
  })
  return { series, bound }
}

const values = fc.constantFrom<Attributes[string]>('1', 1, true, 'true', '', 'x', -0, 0, undefined, ['a'], [])
const attributes = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), values, { noNullPrototype: true })

test('equal attributes, in whatever order and object, are one series; others are others', () => {
  fc.assert(
    fc.property(fc.array(attributes, { maxLength: 40 }), sequence => {
      const { series } = seriesOf()
      const seen = new Map<string, Handle>()
      for (const given of [...sequence, ...sequence]) {
        const backwards = Object.fromEntries(Object.entries(given).reverse())
        const there = Object.entries(given).filter(([, value]) => value !== undefined)
        const key = JSON.stringify(there.sort(([a], [b]) => (a < b ? -1 : 1)))
        const handle = series.find(given)
        expect(series.find(backwards)).toBe(handle)
        expect(seen.get(key) ?? handle).toBe(handle)
        seen.set(key, handle)
      }
      expect(new Set(seen.values()).size).toBe(seen.size)
    }),
  )
})

test('beyond what is remembered, series are found none the less', () => {
  const { series, bound } = seriesOf()
  const first = Array.from({ length: 30_000 }, (_, user) => series.find({ user, kind: 'x' }))
  expect(bound).toHaveLength(30_000)
  for (const user of [0, 9_999, 10_001, 29_999]) expect(series.find({ kind: 'x', user })).toBe(first[user])
  expect(bound).toHaveLength(30_000)
})

test('no more series are bound than the limit allows, whatever comes', () => {
  const { series, bound } = seriesOf(100)
  for (let user = 0; user < 5_000; user++) series.find({ user })
  expect(bound).toHaveLength(100)
  expect(series.find({ user: 4_999 }).of).toContain('otel.metric.overflow')
  expect(series.find({ user: 5 }).of).toContain('5')
})

test('nor more sets of keys, each of which is a metric', () => {
  const { series, bound } = seriesOf()
  for (let header = 0; header < 1_000; header++) series.find({ [`header.${header}`]: 'x', route: '/a' })
  expect(bound).toHaveLength(201)
  expect(series.find({ 'header.999': 'x', route: '/a' }).of).toContain('otel.metric.overflow')
  expect(series.find({ 'header.5': 'y', route: '/b' }).of).toContain('header.5')
})
