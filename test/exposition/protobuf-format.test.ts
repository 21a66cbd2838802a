import fc from 'fast-check'
import { PbfReader } from 'pbf'
import { expect, test } from 'vitest'
import { familiesOf } from '../../src/exposition/families.ts'
import { nativeHistogramOf } from '../../src/exposition/native-histogram.ts'
import { protobufOf } from '../../src/exposition/protobuf-format.ts'
import { ExponentialHistogram } from '../../src/shared/statistics/exponential-histogram.ts'
import { hostForTest } from '../support/extension-host.ts'

/** Values by path of field numbers: as much of metrics.proto as the test needs. */
type Fields = Map<string, (number | string)[]>

const STRINGS = new Set(['1', '2', '5', '4.1.1', '4.1.2'])
const DOUBLES = new Set(['4.2.1', '4.3.1', '4.4.2', '4.4.3.1', '4.4.3.2', '4.7.2', '4.7.3.2', '4.7.6'])
const SIGNED = new Set(['4.7.5', '4.7.9.1', '4.7.12.1'])
const PACKED_SIGNED = new Set(['4.7.10', '4.7.13'])
const MESSAGES = new Set(['4', '4.1', '4.2', '4.3', '4.4', '4.4.3', '4.7', '4.7.3', '4.7.9', '4.7.12'])

function decoded(bytes: Uint8Array): Fields[] {
  const reader = new PbfReader(bytes)
  const families: Fields[] = []
  while (reader.pos < bytes.length) {
    const fields: Fields = new Map()
    readInto(reader, '', fields)
    families.push(fields)
  }
  return families
}

function readInto(reader: PbfReader, prefix: string, fields: Fields): void {
  reader.readMessage((tag, _, pbf) => {
    const path = `${prefix}${tag}`
    const add = (...values: (number | string)[]) => fields.set(path, [...(fields.get(path) ?? []), ...values])
    if (MESSAGES.has(path)) readInto(pbf, `${path}.`, fields)
    else if (STRINGS.has(path)) add(pbf.readString())
    else if (DOUBLES.has(path)) add(pbf.readDouble())
    else if (SIGNED.has(path)) add(pbf.readSVarint())
    else if (PACKED_SIGNED.has(path)) add(...pbf.readPackedSVarint())
    else if (pbf.type === 0) add(pbf.readVarint())
  }, undefined)
}

test('each family is a message behind its length, with everything that is known of it', () => {
  const { host, registry } = hostForTest()
  registry.register({
    kind: 'latency',
    name: 'took',
    unit: 's',
    help: 'Took',
    labelNames: ['a'],
    buckets: [0.005, 0.01],
  })
  registry.register({ kind: 'counter', name: 'hits' })
  registry.register({ kind: 'gauge', name: 'heap', unit: 'bytes' })
  registry.register({ kind: 'gauge', name: 'never' }).series([])
  for (const value of [0.001, 0.005, 0.006, 0.1]) registry.record('took', value, { a: 'é"\n' })
  registry.record('hits', 2.5)
  registry.record('heap', 1e9)
  const { families } = familiesOf(host.collect(), { windowQuantiles: [0.5] })
  const bytes = Buffer.concat([...protobufOf(families, host.resource)])
  const [target, took, windows, hits, heap, ...others] = decoded(bytes)
  expect(others).toEqual([])
  expect(target?.get('1')).toEqual(['target_info'])
  const shown = (fields: Fields | undefined, ...paths: string[]) => paths.map(path => fields?.get(path))
  expect(shown(took, '1', '2', '3', '5', '4.1.1', '4.1.2')).toEqual([
    ['took_seconds'],
    ['Took'],
    [4],
    ['seconds'],
    ['a'],
    ['é"\n'],
  ])
  expect(shown(took, '4.7.1', '4.7.2', '4.7.3.1', '4.7.3.2', '4.7.5', '4.7.7')).toEqual([
    [4],
    [0.112],
    [2, 3, 4],
    [0.005, 0.01, Number.POSITIVE_INFINITY],
    [5],
    [0],
  ])
  // Indices by the definition of schema 5, and what lies between them.
  const indices = [0.001, 0.005, 0.006, 0.1].map(seconds => Math.ceil(Math.log2(seconds) * 32))
  const gaps = indices.map((index, at) => (at === 0 ? index : index - indices[at - 1]! - 1))
  expect(shown(took, '4.7.12.1', '4.7.12.2', '4.7.13')).toEqual([gaps, [1, 1, 1, 1], [1, 0, 0, 0]])
  expect(shown(windows, '1', '3', '4.4.1', '4.4.3.1', '4.4.3.2')).toEqual([
    ['took_window_seconds'],
    [2],
    [4],
    [0.5],
    [0.005],
  ])
  expect(shown(hits, '1', '3', '4.3.1')).toEqual([['hits_total'], [0], [2.5]])
  expect(shown(heap, '1', '3', '4.2.1')).toEqual([['heap_bytes'], [1], [1e9]])
})

test('native buckets hold each sample within the error that is promised, whatever was recorded', () => {
  const anyValue = fc.oneof(
    fc.double({ min: 1e-9, max: 1e12, noNaN: true }),
    fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    fc.constantFrom(0, 1, 2, 4, -1, 1e-30),
  )
  fc.assert(
    fc.property(
      fc.array(anyValue, { maxLength: 400 }),
      fc.constantFrom(1, 100, 1e3, 1e6, 1e9),
      (values, divisor) => {
        const histogram = new ExponentialHistogram()
        for (const value of values) histogram.record(value)
        const native = nativeHistogramOf(histogram, divisor)
        const base = 2 ** (2 ** -native.schema)
        expect(native.zeroThreshold).toBe(2 ** -64 / divisor)
        const bucketsOf = ({ spans, deltas }: typeof native.positive) => {
          const buckets: [upper: number, count: number][] = []
          let index = 0
          let count = 0
          let at = 0
          for (const { offset, length } of spans) {
            index += offset
            for (let step = 0; step < length; step += 1) {
              count += deltas[at]!
              at += 1
              if (count > 0) buckets.push([base ** index, count])
              index += 1
            }
          }
          expect(at).toBe(deltas.length)
          return buckets
        }
        const uppersOf = (side: typeof native.positive) =>
          bucketsOf(side).flatMap(([upper, count]) => Array.from({ length: count }, () => upper))
        const magnitudes = (sign: 1 | -1) =>
          values
            .filter(value => sign * value > 2 ** -64)
            .map(value => (sign * value) / divisor)
            .sort((a, b) => a - b)
        for (const [side, sign] of [
          [native.positive, 1],
          [native.negative, -1],
        ] as const) {
          const uppers = uppersOf(side)
          const wanted = magnitudes(sign)
          expect(uppers.length).toBe(wanted.length)
          for (const [rank, upper] of uppers.entries()) {
            // In its bucket, or by the shift's rounding half a bucket of the finest beside it.
            expect(wanted[rank]!).toBeLessThanOrEqual(upper * 1.0111)
            expect(wanted[rank]!).toBeGreaterThanOrEqual(upper / base / 1.0111)
          }
        }
        expect(native.zeroCount + magnitudes(1).length + magnitudes(-1).length).toBe(values.length)
        expect(bucketsOf(native.positive).length + bucketsOf(native.negative).length).toBeLessThanOrEqual(160)
      },
    ),
  )
})

test('texts arrive as they were, characters beyond U+20000 included', () => {
  const { host, registry } = hostForTest()
  const help = 'k\u{20000}\u{1f600}é'
  registry.register({ kind: 'counter', name: 'hits', help, labelNames: ['a'] })
  registry.record('hits', 1, { a: '\u{2f800}\u{10ffff}x' })
  const { families } = familiesOf(host.collect())
  const [, hits] = decoded(Buffer.concat([...protobufOf(families, host.resource)]))
  expect(hits!.get('2')).toEqual([help])
  expect(hits!.get('4.1.2')).toEqual(['\u{2f800}\u{10ffff}x'])
})
