import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanText, labelNameOf, prometheusName, ucumWord, unitWord } from '../../src/exposition/names.ts'

test.each([
  ['http_request', 'ms', 'histogram', 'http_request_seconds'],
  ['http.server.request.duration', 's', 'histogram', 'http_server_request_duration_seconds'],
  ['request_seconds', 'ms', 'histogram', 'request_seconds'],
  ['heap_used', 'bytes', 'gauge', 'heap_used_bytes'],
  ['cpu', 'percent', 'gauge', 'cpu_ratio'],
  ['fill', 'ratio', 'gauge', 'fill_ratio'],
  ['room', 'celsius', 'gauge', 'room_celsius'],
  ['clock', 'hz', 'gauge', 'clock_hertz'],
  ['users', '1', 'gauge', 'users'],
  ['hits', '{requests}', 'counter', 'hits'],
  ['hits_total', '1', 'counter', 'hits'],
  ['process_cpu_seconds_total', 's', 'counter', 'process_cpu_seconds'],
  ['a_total', '1', 'gauge', 'a_total'],
  ['_total', '1', 'counter', '_total'],
  ['2xx.count', '', 'counter', '_2xx_count'],
  ['a..b--c', '', 'gauge', 'a_b_c'],
  ['already__valid:name', '', 'gauge', 'already__valid:name'],
  ['trailing.', 'bytes', 'gauge', 'trailing_bytes'],
  ['ärger', '', 'gauge', '_rger'],
  ['…', '', 'gauge', '_'],
  ['net', 'bytes_per_second', 'gauge', 'net_bytes_per_second'],
] as const)('%s in %s, a %s, is exported as %s', (name, unit, type, exported) => {
  expect(prometheusName(name, unit, type)).toBe(exported)
})

test.each([
  ['ms', 'histogram', 'milliseconds'],
  ['s', 'histogram', 'seconds'],
  ['By', 'gauge', 'bytes'],
  ['By/s', 'gauge', 'bytes_per_second'],
  ['{request}/s', 'gauge', 'per_second'],
  ['{request}', 'counter', ''],
  ['1', 'gauge', 'ratio'],
  ['1', 'counter', ''],
  ['%', 'gauge', 'percent'],
  ['Cel', 'gauge', 'celsius'],
  ['', 'gauge', ''],
  ['widget units', 'gauge', 'widget_units'],
  ['toString', 'gauge', 'toString'],
] as const)('the UCUM unit %s of a %s is called %j', (unit, type, word) => {
  expect(ucumWord(unit, type)).toBe(word)
})

test('a unit of our own is called by its base unit, another text by itself', () => {
  expect(['ns', 'us', 'ms', 's', '{x}', 'widgets'].map(unitWord)).toEqual([
    'seconds',
    'seconds',
    'seconds',
    'seconds',
    '',
    'widgets',
  ])
})

test.each([
  ['http.route', 'http_route'],
  ['route', 'route'],
  ['a__b', 'a__b'],
  ['__name__', '_name_'],
  ['2nd', 'key_2nd'],
  ['', 'key_'],
  ['a b"\n', 'a_b_'],
])('the label %j is exported as %s', (name, exported) => {
  expect(labelNameOf(name)).toBe(exported)
})

test('whatever the name, what comes of it is valid, and stays when it is made valid once more', () => {
  const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }))
  const types = fc.constantFrom('counter', 'updown', 'gauge', 'histogram', 'summary' as const)
  fc.assert(
    fc.property(anyText, anyText, types, (name, unit, type) => {
      const exported = prometheusName(name, ucumWord(unit, type), type)
      expect(exported).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/)
      expect(labelNameOf(name)).toMatch(/^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/)
      expect(labelNameOf(labelNameOf(name))).toBe(labelNameOf(name))
    }),
  )
})

test('texts that are not well-formed, or hold a NUL, are replaced where they are', () => {
  expect(cleanText('plain "text"\n')).toBe('plain "text"\n')
  expect(cleanText('a\0b\ud800c')).toBe('a\ufffdb\ufffdc')
  expect(cleanText('\u{1f600}')).toBe('\u{1f600}')
})
