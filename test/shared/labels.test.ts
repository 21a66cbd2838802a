import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  labelFilterOf,
  labelsOf,
  labelValuesOf,
  overflowValuesOf,
  seriesKeyOf,
} from '../../src/shared/labels.ts'
import { describeMetric, LABEL_VALUE_LENGTH_MAX } from '../../src/shared/metric.ts'

/** Any 16 bits, lone surrogates included. */
const codeUnit = fc.nat(0xffff).map(code => String.fromCharCode(code))

const http = describeMetric('latency', 'http', { labelNames: ['route', 'method'] })
const plain = describeMetric('latency', 'plain')

const coded = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

describe('label values', () => {
  test('come in the order of the label names, whatever the order given', () => {
    expect(labelValuesOf(http, { method: 'GET', route: '/a' })).toEqual(['/a', 'GET'])
    expect(labelValuesOf(plain, {})).toEqual([])
  })

  test('are texts: numbers and booleans too', () => {
    expect(labelValuesOf(http, { route: 200, method: false })).toEqual(['200', 'false'])
    expect(labelValuesOf(http, { route: -0, method: Number.NaN })).toEqual(['0', 'NaN'])
  })

  test('may be any text up to the limit, empty ones, quotes and lone surrogates included', () => {
    for (const route of ['', ' ', '"', '\ud800', '\0', '__overflow', 'x'.repeat(LABEL_VALUE_LENGTH_MAX)]) {
      expect(labelValuesOf(http, { route, method: '' })).toEqual([route, ''])
    }
  })

  test.each<[string, unknown, string, string]>([
    ['nothing', undefined, 'OFFLOOP_LABEL_MISSING', 'give the labels as an object'],
    ['null', null, 'OFFLOOP_LABEL_MISSING', 'got null'],
    ['a text', '/a', 'OFFLOOP_LABEL_MISSING', 'got "/a"'],
    ['an array', ['/a', 'GET'], 'OFFLOOP_LABEL_MISSING', 'as an object'],
    ['a label too few', { route: '/a' }, 'OFFLOOP_LABEL_MISSING', 'got "method"'],
    [
      'a label from the prototype',
      Object.create({ route: '/a', method: 'GET' }),
      'OFFLOOP_LABEL_MISSING',
      'got "route"',
    ],
    ['a Map', new Map([['route', '/a']]), 'OFFLOOP_LABEL_MISSING', 'got "route"'],
    ['a misspelt label', { rout: '/a', method: 'GET' }, 'OFFLOOP_LABEL_UNKNOWN', 'use only route, method'],
    [
      'a label too many',
      { route: '/a', method: 'GET', status: 200 },
      'OFFLOOP_LABEL_UNKNOWN',
      'got "status"',
    ],
    [
      'own __proto__',
      JSON.parse('{"route":"/a","method":"GET","__proto__":{}}'),
      'OFFLOOP_LABEL_UNKNOWN',
      '__proto__',
    ],
    ['undefined as value', { route: undefined, method: 'GET' }, 'OFFLOOP_LABEL_VALUE', 'http.route'],
    ['null as value', { route: '/a', method: null }, 'OFFLOOP_LABEL_VALUE', 'http.method'],
    [
      'an object as value',
      { route: { toString: () => '/a' }, method: 'GET' },
      'OFFLOOP_LABEL_VALUE',
      'give a string, number or boolean',
    ],
    ['a Symbol as value', { route: Symbol('/a'), method: 'GET' }, 'OFFLOOP_LABEL_VALUE', 'got Symbol(/a)'],
    ['a BigInt as value', { route: 5n, method: 'GET' }, 'OFFLOOP_LABEL_VALUE', 'got 5'],
    [
      'a value that is too long',
      { route: 'x'.repeat(LABEL_VALUE_LENGTH_MAX + 1), method: '' },
      'OFFLOOP_LABEL_VALUE',
      '1025 characters',
    ],
  ])('are not taken from %s', (_, labels, code, message) => {
    expect(() => labelValuesOf(http, labels)).toThrow(coded(code, message))
  })

  test('of a metric without labels: the advice is to name them', () => {
    expect(() => labelValuesOf(plain, { route: '/a' })).toThrow(
      coded('OFFLOOP_LABEL_UNKNOWN', 'name it in labelNames'),
    )
  })

  test('are read once each: a getter cannot pass the check with one value and be another', () => {
    let reads = 0
    const shifty = {
      get route() {
        return reads++ === 0 ? '/a' : ({} as string)
      },
      method: 'GET',
    }
    expect(labelValuesOf(http, shifty)).toEqual(['/a', 'GET'])
    expect(reads).toBe(1)
  })

  test('of a getter or proxy that throws: its own error comes through', () => {
    const boom = new Error('boom')
    const explosive = () => {
      throw boom
    }
    const getter = Object.defineProperty({ method: 'GET' }, 'route', { get: explosive, enumerable: true })
    for (const labels of [getter, new Proxy({}, { ownKeys: explosive })]) {
      expect(() => labelValuesOf(http, labels)).toThrow(boom)
    }
  })
})

describe('a label filter', () => {
  test('takes some of the labels, as texts', () => {
    expect(labelFilterOf(http, {})).toEqual({})
    expect(labelFilterOf(http, { method: 5 })).toEqual({ method: '5' })
  })

  test.each<[unknown, string]>([
    [{ rout: '/a' }, 'OFFLOOP_LABEL_UNKNOWN'],
    [{ route: null }, 'OFFLOOP_LABEL_VALUE'],
    ['route', 'OFFLOOP_LABEL_MISSING'],
    [null, 'OFFLOOP_LABEL_MISSING'],
  ])('refuses %j', (filter, code) => {
    expect(() => labelFilterOf(http, filter)).toThrow(coded(code))
  })
})

test('no two sets of label values of a metric share a key', () => {
  const delimiters = fc.constantFrom(',', '"', '\\', '[', ']', 'a', '\ud800')
  const value = fc.string({ unit: fc.oneof(delimiters, codeUnit), maxLength: 3 })
  const valueSet = fc.integer({ min: 0, max: 3 }).chain(size => {
    const values = fc.array(value, { minLength: size, maxLength: size })
    // Also the same characters, cut up elsewhere.
    const recut = fc.tuple(values, fc.nat(12)).map(([given, at]) => {
      const text = given.join(',')
      return size === 2 ? [text.slice(0, at), text.slice(at + 1)] : given
    })
    return fc.tuple(values, fc.oneof(values, recut))
  })
  fc.assert(
    fc.property(valueSet, ([a, b]) => {
      const isSame = a.every((one, index) => one === b[index])
      expect(seriesKeyOf(a) === seriesKeyOf(b)).toBe(isSame)
    }),
  )
  expect(seriesKeyOf(['a,b', 'c'])).not.toBe(seriesKeyOf(['a', 'b,c']))
  expect(seriesKeyOf(['a","b', 'c'])).not.toBe(seriesKeyOf(['a', 'b","c']))
})

test('labels are plain properties, whatever their names are', () => {
  const labels = labelsOf(['constructor', 'toString', 'a'], ['x', 'y'])
  expect(labels).toEqual({ constructor: 'x', toString: 'y', a: '' })
  expect(Object.getPrototypeOf(labels)).toBe(Object.prototype)
})

test('the text of the overflow series is reserved, and filters may ask for it', () => {
  const labels = { route: '__overflow__', method: 'GET' }
  expect(() => labelValuesOf(http, labels)).toThrow(coded('OFFLOOP_LABEL_VALUE', 'http.route'))
  expect(labelFilterOf(http, labels)).toEqual(labels)
})

test('the overflow series has the same value for every label', () => {
  expect(overflowValuesOf(http)).toEqual(['__overflow__', '__overflow__'])
  expect(overflowValuesOf(plain)).toEqual([])
})
