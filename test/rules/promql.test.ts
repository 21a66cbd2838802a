/** Pieces of PromQL, and rules of SLOs whose names are anything at all. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonOf } from '../../src/cli/rule-text.ts'
import { boundTexts, inBaseUnit, namePart, quoted, rangeOf, selector } from '../../src/rules/promql.ts'
import type { MetricDefinition } from '../../src/shared/metric.ts'
import type { SLODefinition } from '../../src/shared/slo/definition.ts'
import { checkRules, PROMTOOL, rulesFor } from './promtool.ts'

test.each([
  [1, '1ms'],
  [15_000, '15s'],
  [90_000, '1m30s'],
  [300_000, '5m'],
  [3_600_000, '1h'],
  [5_400_500, '1h30m500ms'],
  [1_500, '1s500ms'],
])('a range of %d ms is written %s', (durationMs, text) => expect(rangeOf(durationMs)).toBe(text))

test.each([
  [0.06, ['0.06']],
  [1, ['1', '1.0']],
  [2.5, ['2.5']],
  [10, ['10', '10.0']],
  [0.00025, ['0.00025']],
  [0.000025, ['0.000025', '2.5e-05']],
  [1e-7, ['1e-7', '1e-07']],
  [1e6, ['1000000', '1000000.0', '1e+06']],
  [2.5e7, ['25000000', '25000000.0', '2.5e+07']],
  [0, ['0', '0.0']],
  [-5, ['-5', '-5.0']],
])('the bound %d is looked for in each way it is written', (bound, texts) =>
  expect(boundTexts(bound)).toEqual(texts),
)

test('a selector has its matchers, each text as it is', () => {
  expect(selector('a_total', [])).toBe('a_total')
  expect(
    selector('a', [
      ['b', 'x"\\\n'],
      ['le', ['1', '1.0']],
      ['c', ''],
    ]),
  ).toBe('a{b="x\\"\\\\\\n",le=~"1|1\\\\.0",c=""}')
  // Prometheus takes a replacement character for broken UTF-8, unless it is escaped.
  expect(quoted('\ud800\0')).toBe('"\\ufffd\\ufffd"')
})

test('a value in base units is as it would be written', () => {
  expect([inBaseUnit(60, 1_000), inBaseUnit(1.1, 1_000), inBaseUnit(5, 100), inBaseUnit(0.1, 1)]).toEqual([
    0.06, 0.0011, 0.05, 0.1,
  ])
})

test('names of recordings are made of what they may be made of', () => {
  expect(namePart('above 1.5s%')).toBe('above_1_5s_')
})

describe.skipIf(PROMTOOL === undefined)('whatever names, labels, descriptions and thresholds are,', () => {
  const texts = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
  const objectives = fc
    .tuple(
      fc.constantFrom('p95', 'p(0)', 'p99.999', 'p100', 'avg', 'min', 'max', 'sum', 'count', 'rate', 'value'),
      fc.constantFrom('<', '<=', '>', '>='),
      fc.double({ min: -1e12, max: 1e12, noNaN: true }),
      fc.constantFrom('', 'ms', 's', 'h'),
    )
    .map(([statistic, op, threshold, unit]) =>
      ['rate', 'count'].includes(statistic)
        ? `${statistic}${op}${threshold}`
        : `${statistic}${op}${threshold}${unit}`,
    )
  const windows = fc.constantFrom(undefined, '5s', '1.5m', '1h') as fc.Arbitrary<'5s' | '1h' | undefined>
  const definitions = fc.record({
    metric: fc.oneof(fc.constantFrom('known', 'plain', 'other'), texts),
    objective: objectives,
    name: texts,
    description: texts,
    labels: fc.oneof(fc.constant({}), fc.record({ route: texts })),
    window: windows,
    by: fc.constantFrom('metric', 'series'),
    minSamples: fc.nat(20),
  })
  const known: readonly MetricDefinition[] = ['known', 'plain', 'other'].map(name => ({
    name,
    kind: 'latency',
    labelNames: ['route', 'slo'],
    ...(name === 'plain' ? {} : { buckets: [1, 60, 500] }),
  }))

  test('rules are valid, as YAML and as JSON', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(definitions, { minLength: 20, maxLength: 40, selector: ({ name }) => name }),
        texts,
        (slos, job) => {
          const given = slos.map(({ window, ...slo }) => (window === undefined ? slo : { ...slo, window }))
          const { file } = rulesFor(given as unknown as SLODefinition[], known, { job, severity: job })
          expect(checkRules(file)).toBe('')
          expect(checkRules(file, jsonOf(file))).toBe('')
        },
      ),
      { numRuns: 15, interruptAfterTimeLimit: 10_000, endOnFailure: true },
    )
  })
})
