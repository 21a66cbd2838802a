import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TelemetryError } from '../../../src/shared/errors.ts'
import {
  COMPARISONS,
  formatObjective,
  holds,
  OBJECTIVE_LENGTH_MAX,
  type Objective,
  parseObjective,
  parseStatistic,
} from '../../../src/shared/slo/objective.ts'
import { THRESHOLD_UNITS } from '../../../src/shared/slo/threshold-units.ts'
import type { StatisticName } from '../../../src/shared/topics.ts'

describe('reading', () => {
  test.each([
    ['p(95)<60ms', 'p95', '<', 60, 'ms'],
    ['p95 < 60ms', 'p95', '<', 60, 'ms'],
    [' p( 95 ) < 60 ms ', 'p95', '<', 60, 'ms'],
    ['p(99.9)<=1.5s', 'p99.9', '<=', 1.5, 's'],
    ['p(0)>=1', 'p0', '>=', 1, undefined],
    ['p(100)<1h', 'p100', '<', 1, 'h'],
    ['p(050)<1m', 'p50', '<', 1, 'm'],
    ['avg<10', 'avg', '<', 10, undefined],
    ['mean<10us', 'avg', '<', 10, 'us'],
    ['avg<10µs', 'avg', '<', 10, 'us'],
    ['avg<10μs', 'avg', '<', 10, 'us'],
    ['med<10ns', 'p50', '<', 10, 'ns'],
    ['min>-5', 'min', '>', -5, undefined],
    ['max<=.5', 'max', '<=', 0.5, undefined],
    ['sum<1e6', 'sum', '<', 1_000_000, undefined],
    ['count>=+10', 'count', '>=', 10, undefined],
    ['rate>50/s', 'rate', '>', 50, '/s'],
    ['rate<0.01', 'rate', '<', 0.01, undefined],
    ['value<500MB', 'value', '<', 500, 'MB'],
    ['value<500KB', 'value', '<', 500, 'kB'],
    ['value<500kB', 'value', '<', 500, 'kB'],
    ['value<1GiB', 'value', '<', 1, 'GiB'],
    ['ratio<1%', 'ratio', '<', 1, '%'],
  ])('%j is read in full', (text, statistic, op, threshold, unit) => {
    expect(parseObjective(text)).toEqual({ statistic, op, threshold, unit })
  })

  test('a negative zero is the zero its text shows', () => {
    expect(Object.is(parseObjective('avg>-0').threshold, 0)).toBe(true)
  })

  test.each([
    ['p(95)', 'p95'],
    ['p99.99', 'p99.99'],
    ['med', 'p50'],
    ['mean', 'avg'],
    ['ratio', 'ratio'],
  ])('the statistic %j is known as %s', (text, statistic) => {
    expect(parseStatistic(text)).toBe(statistic)
  })
})

describe('an unreadable objective is refused at its column', () => {
  test.each([
    ['', 1, 'a percentile such as p95'],
    ['latency<5', 1, 'a percentile such as p95'],
    ['P95<5', 1, 'a percentile such as p95'],
    ['__proto__<5', 1, 'a percentile such as p95'],
    ['p<5', 2, 'a rank from 0 to 100'],
    ['p(101)<5', 3, 'a rank from 0 to 100'],
    ['p(-1)<5', 3, 'a rank from 0 to 100'],
    ['p(95<5', 5, '")"'],
    ['p95=5', 4, 'one of <, <=, >, >='],
    ['p95', 4, 'one of <, <=, >, >='],
    ['p95 ! 5', 5, 'one of <, <=, >, >='],
    ['p95<', 5, 'a finite number'],
    ['p95<<5', 5, 'a finite number'],
    ['p95<NaN', 5, 'a finite number'],
    ['p95<Infinity', 5, 'a finite number'],
    ['p95<1e999', 5, 'a finite number'],
    ['p95<60mx', 7, 'one of the units'],
    ['p95<60 Ms', 8, 'one of the units'],
    ['p95<60toString', 7, 'one of the units'],
    ['p95<60ms please', 10, 'nothing more'],
  ])('%j at column %i: expected %s', (text, column, expected) => {
    const error = thrownBy(() => parseObjective(text, 'slos[2].objective'))
    expect(error.code).toBe('OFFLOOP_OBJECTIVE')
    expect(error.details.at).toBe(`slos[2].objective, column ${column}`)
    expect(error.details.fix).toContain(expected)
    expect(error.details.fix).toContain(`\n  ${text}\n  ${' '.repeat(column - 1)}^ here`)
  })

  test('control characters do not move the caret', () => {
    expect(thrownBy(() => parseObjective('p95\n<\u2028x')).details.fix).toContain(
      '\n  p95·<·x\n        ^ here',
    )
  })

  test('a text without end is refused by its length, not read', () => {
    const text = `p95<${'1'.repeat(OBJECTIVE_LENGTH_MAX)}`
    expect(thrownBy(() => parseObjective(text)).code).toBe('OFFLOOP_OBJECTIVE')
  })

  test.each([[undefined], [null], [42], [{}]])('%j is refused where a text belongs', value => {
    expect(thrownBy(() => parseObjective(value as unknown as string)).code).toBe('OFFLOOP_OBJECTIVE')
  })

  test('a statistic followed by more is refused', () => {
    expect(thrownBy(() => parseStatistic('p95<60')).details.at).toBe('percentile, column 4')
  })
})

describe('writing', () => {
  const statistics = fc.oneof(
    fc.constantFrom<StatisticName>('avg', 'min', 'max', 'sum', 'count', 'rate', 'value', 'ratio'),
    fc.integer({ min: 0, max: 100_000_000 }).map((millionths): StatisticName => `p${millionths / 1_000_000}`),
  )
  const objectives: fc.Arbitrary<Objective> = fc.record({
    statistic: statistics,
    op: fc.constantFrom(...COMPARISONS),
    threshold: fc.double({ noNaN: true, noDefaultInfinity: true }).map(threshold => threshold + 0),
    unit: fc.constantFrom(undefined, ...THRESHOLD_UNITS),
  })

  test('the canonical text reads back as the same objective, for every number and unit', () => {
    fc.assert(
      fc.property(objectives, objective => {
        expect(parseObjective(formatObjective(objective))).toEqual(objective)
      }),
      { numRuns: 1_000 },
    )
  })

  test('blanks between the tokens change nothing', () => {
    const blanks = fc.stringMatching(/^[ \t]{0,3}$/)
    fc.assert(
      fc.property(objectives, blanks, blanks, (objective, before, after) => {
        const { statistic, op, threshold, unit = '' } = objective
        const text = `${before}${statistic}${after}${op}${before}${threshold}${after}${unit}${before}`
        expect(parseObjective(text)).toEqual(objective)
      }),
    )
  })

  test.each([
    ['p(95) < 60 ms', 'p95<60ms'],
    ['med>=1.50 KB', 'p50>=1.5kB'],
    ['mean<1e3', 'avg<1000'],
  ])('%j is written as %j', (text, canonical) => {
    expect(formatObjective(parseObjective(text))).toBe(canonical)
  })
})

describe('whatever is written', () => {
  const pieces = fc.constantFrom(
    'p',
    '(',
    ')',
    '95',
    '99.9',
    '<',
    '>',
    '=',
    '.',
    'e',
    '-',
    ' ',
    'ms',
    'µs',
    '%',
    '/s',
    'avg',
    '\0',
    '😀',
  )
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 12 }).map(parts => parts.join('')),
  )

  test('the parser answers or throws a TelemetryError that points into the text', () => {
    fc.assert(
      fc.property(hostile, text => {
        try {
          const objective = parseObjective(text)
          expect(Number.isFinite(objective.threshold)).toBe(true)
          expect(parseObjective(formatObjective(objective))).toEqual(objective)
        } catch (error) {
          expect(error).toBeInstanceOf(TelemetryError)
          const column = Number(/column (\d+)$/.exec((error as TelemetryError).details.at ?? '')?.[1])
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual(text.length + 1)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

test.each([
  ['<', false, true],
  ['<=', true, true],
  ['>', false, false],
  ['>=', true, false],
] as const)('%s decides the boundary value', (op, atThreshold, below) => {
  expect(holds(60, op, 60)).toBe(atThreshold)
  expect(holds(59.999, op, 60)).toBe(below)
  expect(holds(60.001, op, 60)).toBe(!below)
})

function thrownBy(action: () => unknown): TelemetryError {
  try {
    action()
  } catch (error) {
    if (error instanceof TelemetryError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
