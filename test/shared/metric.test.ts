import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TelemetryError } from '../../src/shared/errors.ts'
import {
  describeMetric,
  HELP_LENGTH_MAX,
  isSameMetric,
  isTimeUnit,
  LABEL_NAMES_MAX,
  METRIC_NAME_LENGTH_MAX,
  type MetricKind,
  metricConflict,
} from '../../src/shared/metric.ts'

/** Any 16 bits, lone surrogates included. */
const codeUnit = fc.nat(0xffff).map(code => String.fromCharCode(code))

const coded = (code: string) => expect.objectContaining({ code })

describe('a metric name', () => {
  test.each([
    'a',
    'http_request',
    'http.server.duration',
    'ns:name',
    '_x',
    ':x',
    'A9',
    'constructor',
    '__proto__',
    'x'.repeat(METRIC_NAME_LENGTH_MAX),
  ])('%s is one', name => {
    expect(describeMetric('latency', name).name).toBe(name)
  })

  test.each([
    '',
    ' ',
    '9a',
    '.a',
    'a b',
    'a-b',
    'a\n',
    'a\0',
    'ä',
    'а',
    'a/b',
    'a{b}',
    'x'.repeat(METRIC_NAME_LENGTH_MAX + 1),
    undefined,
    null,
    5,
    {},
    ['a'],
    Symbol('a'),
  ])('%s is none', name => {
    expect(() => describeMetric('latency', name as string)).toThrow(coded('OFFLOOP_METRIC_NAME'))
  })

  test('is refused with what was given and what is allowed', () => {
    expect(() => describeMetric('latency', 'a b')).toThrow(/\(got "a b"\)\. To fix: use letters, digits/)
  })

  test('is never let through with a character that a line format would trip over', () => {
    fc.assert(
      fc.property(fc.string({ unit: codeUnit }), name => {
        try {
          describeMetric('gauge', name)
        } catch (error) {
          expect(error).toBeInstanceOf(TelemetryError)
          return
        }
        expect(name).toMatch(/^[\w:][\w:.]*$/)
      }),
    )
  })
})

describe('a unit', () => {
  test.each<[MetricKind, string]>([
    ['latency', 'ms'],
    ['gauge', '1'],
    ['counter', '1'],
  ])('of a %s is %s unless given', (kind, unit) => {
    expect(describeMetric(kind, 'm').unit).toBe(unit)
  })

  test.each(['ns', 'us', 'ms', 's'] as const)('of a latency may be %s', unit => {
    expect(describeMetric('latency', 'm', { unit }).unit).toBe(unit)
    expect(isTimeUnit(unit)).toBe(true)
  })

  test.each(['bytes', '1', 'ratio', '{requests}', 'minutes', '', 5, {}])('of a latency is not %s', unit => {
    expect(() => describeMetric('latency', 'm', { unit: unit as 'ms' })).toThrow(
      expect.objectContaining({
        code: 'OFFLOOP_METRIC_UNIT',
        message: expect.stringContaining('ns, us, ms, s'),
      }),
    )
  })

  test.each(['ns', 'bytes', 'ratio', 'percent', 'celsius', 'hz', '1', '{requests}', '{a b}'] as const)(
    'of a gauge or counter may be %s',
    unit => {
      expect(describeMetric('gauge', 'm', { unit }).unit).toBe(unit)
      expect(describeMetric('counter', 'm', { unit }).unit).toBe(unit)
    },
  )

  test.each(['byte', '{}', '{a}{b}', `{${'x'.repeat(61)}}`, 'requests', 'toString', '', ['1'], Symbol('u')])(
    'of a gauge is not %s',
    unit => {
      expect(() => describeMetric('gauge', 'm', { unit: unit as '1' })).toThrow(coded('OFFLOOP_METRIC_UNIT'))
    },
  )
})

describe('label names', () => {
  test.each([[[]], [['route']], [['a', 'b', '_c', 'd.e', 'constructor', 'toString', 'hasOwnProperty']]])(
    '%j are fine',
    labelNames => {
      expect(describeMetric('latency', 'm', { labelNames }).labelNames).toEqual(labelNames)
    },
  )

  test.each<[string, unknown]>([
    ['a text', 'route'],
    ['an object', { 0: 'a', length: 1 }],
    ['the same one twice', ['a', 'b', 'a']],
    ['__proto__', ['__proto__']],
    ['an empty one', ['']],
    ['one with a dash', ['a-b']],
    ['one that begins with a digit', ['1a']],
    ['one with a line break', ['a\n']],
    ['one that is too long', ['x'.repeat(101)]],
    ['a number', [5]],
    ['undefined', [undefined]],
    // biome-ignore lint/suspicious/noSparseArray: the enemy of this test
    ['a hole', [, 'a']],
    ['an array as name', [['a']]],
    ['a Symbol', [Symbol('a')]],
    ['too many', Array.from({ length: LABEL_NAMES_MAX + 1 }, (_, index) => `l${index}`)],
  ])('are not %s', (_, labelNames) => {
    expect(() => describeMetric('latency', 'm', { labelNames: labelNames as string[] })).toThrow(
      coded('OFFLOOP_LABEL_NAME'),
    )
  })

  test('that change while they are looked at are taken as they were checked', () => {
    let reads = 0
    const shifty = new Proxy(['a'], {
      get: (target, key, receiver) =>
        key === '0' && reads++ > 0 ? '__proto__' : Reflect.get(target, key, receiver),
    })
    expect(describeMetric('latency', 'm', { labelNames: shifty }).labelNames).toEqual(['a'])
  })

  test('changed afterwards change nothing', () => {
    const labelNames = ['a']
    const descriptor = describeMetric('latency', 'm', { labelNames })
    labelNames[0] = 'b'
    expect(descriptor.labelNames).toEqual(['a'])
  })
})

test.each(['histogram', '', '__proto__', 'toString', undefined, null, 5, Symbol('kind')])(
  '%s is no kind of metric, whatever its unit',
  kind => {
    for (const options of [{}, { unit: '1' as const }]) {
      expect(() => describeMetric(kind as MetricKind, 'm', options)).toThrow(
        expect.objectContaining({
          code: 'OFFLOOP_OPTION',
          message: expect.stringContaining('use latency, gauge or counter'),
        }),
      )
    }
  },
)

test.each([null, 'ms', 5, true])(
  '%s in place of options is refused, not tripped over and not ignored',
  options => {
    expect(() => describeMetric('latency', 'm', options as never)).toThrow(coded('OFFLOOP_OPTION'))
  },
)

test.each([5, null, {}, 'x'.repeat(HELP_LENGTH_MAX + 1)])(
  'help is a text of bounded length, not %o',
  help => {
    const options = { help: help as string }
    if (help === null) expect(describeMetric('latency', 'm', options).help).toBe('')
    else expect(() => describeMetric('latency', 'm', options)).toThrow(coded('OFFLOOP_OPTION'))
  },
)

test('metrics are the same by kind, unit and label names in their order; help does not count', () => {
  const base = describeMetric('gauge', 'm', { unit: 'ms', labelNames: ['a', 'b'], help: 'x' })
  expect(isSameMetric(base, { ...base, help: 'y' })).toBe(true)
  for (const other of [
    { ...base, kind: 'latency' as const },
    { ...base, unit: 's' as const },
    { ...base, labelNames: ['a'] },
    { ...base, labelNames: ['b', 'a'] },
    { ...base, labelNames: ['a', 'b', 'c'] },
  ]) {
    expect([isSameMetric(base, other), isSameMetric(other, base)]).toEqual([false, false])
  }
})

test('a conflict names both shapes and the metric', () => {
  const known = describeMetric('latency', 'http', { labelNames: ['route', 'method'] })
  const wanted = describeMetric('gauge', 'http', { unit: 'bytes' })
  expect(metricConflict(known, wanted).message).toBe(
    'OFFLOOP_METRIC_CONFLICT: the metric is already registered with another kind, unit or label names at http ' +
      '(got "gauge in bytes by []"). To fix: register it as it is already known, ' +
      'latency in ms by [route, method], or choose another name.',
  )
})
