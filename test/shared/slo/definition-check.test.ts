import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TelemetryError } from '../../../src/shared/errors.ts'
import { resolveSLO } from '../../../src/shared/slo/definition-check.ts'
import { sloPresets } from '../../../src/shared/slo/presets.ts'

const echo = { metric: 'input_to_echo', objective: 'p(95)<60ms' }
const parts = { metric: 'input_to_echo', percentile: 'p95', threshold: 60 }

test('an objective given as text gets every default', () => {
  expect(resolveSLO(echo, 'slos[0]')).toEqual({
    at: 'slos[0]',
    name: 'input_to_echo p95<60ms',
    metric: 'input_to_echo',
    objective: { statistic: 'p95', op: '<', threshold: 60, unit: 'ms' },
    labels: {},
    by: 'metric',
    every: 'interval',
    window: undefined,
    windowMs: undefined,
    minSamples: 1,
    total: undefined,
    description: '',
  })
})

test("an objective given in parts says the same, in the metric's unit", () => {
  const { objective } = resolveSLO({ ...parts, op: '>=' })
  expect(objective).toEqual({ statistic: 'p95', op: '>=', threshold: 60, unit: undefined })
  expect(resolveSLO(parts).objective.op).toBe('<')
})

test('all that can be given is kept', () => {
  const labels = { route: '/users' }
  const given = {
    ...echo,
    name: 'echo',
    labels,
    by: 'series',
    every: 'tick',
    window: '5m',
    minSamples: 20,
    description: 'why',
  }
  expect(resolveSLO(given)).toMatchObject({
    name: 'echo',
    labels,
    by: 'series',
    every: 'tick',
    window: '5m',
    windowMs: 300_000,
    minSamples: 20,
    description: 'why',
  })
  expect(resolveSLO({ metric: 'errors', objective: 'ratio<1%', total: 'requests' }).total).toBe('requests')
})

test('a key that is present but undefined counts as left out', () => {
  expect(resolveSLO({ ...echo, name: undefined, threshold: undefined, minSamples: undefined })).toMatchObject(
    {
      name: 'input_to_echo p95<60ms',
      minSamples: 1,
    },
  )
})

test('default names tell apart SLOs that differ in labels, window or by', () => {
  const names = [{}, { labels: { a: '1' } }, { labels: { a: '2' } }, { window: '5m' }, { by: 'series' }].map(
    more => resolveSLO({ ...echo, ...more }).name,
  )
  expect(names).toEqual([
    'input_to_echo p95<60ms',
    'input_to_echo{a=1} p95<60ms',
    'input_to_echo{a=2} p95<60ms',
    'input_to_echo p95<60ms over 5m',
    'input_to_echo p95<60ms by series',
  ])
})

test('a rate is over ten seconds unless a window is given', () => {
  expect(resolveSLO({ metric: 'a', objective: 'rate>5' })).toMatchObject({
    name: 'a rate>5',
    window: '10s',
    windowMs: 10_000,
  })
  expect(resolveSLO({ metric: 'a', objective: 'rate>5', window: '1m' })).toMatchObject({
    window: '1m',
    windowMs: 60_000,
  })
})

test('the labels given are copied: changing them later changes no SLO', () => {
  const labels = { route: '/users' }
  const slo = resolveSLO({ ...echo, labels })
  labels.route = '/other'
  expect(slo.labels).toEqual({ route: '/users' })
})

test.each<[string, unknown, string]>([
  ['not an object', 'p95<60ms', 'slos[2]'],
  ['null', null, 'slos[2]'],
  ['an array', [echo], 'slos[2]'],
  ['an unknown key', { ...echo, minSample: 5 }, 'slos[2].minSample'],
  ['a symbol as key', { ...echo, [Symbol('x')]: 5 }, 'slos[2].Symbol(x)'],
  ['no metric', { objective: 'p95<60ms' }, 'slos[2].metric'],
  ['an empty metric', { ...echo, metric: '' }, 'slos[2].metric'],
  ['no objective', { metric: 'a' }, 'slos[2]'],
  ['an objective that is no text', { ...echo, objective: 60 }, 'slos[2].objective'],
  ['objective and percentile', { ...echo, percentile: 'p95' }, 'slos[2].percentile'],
  ['objective and threshold', { ...echo, threshold: 60 }, 'slos[2].threshold'],
  ['objective and op', { ...echo, op: '<' }, 'slos[2].op'],
  ['a percentile as a number', { ...parts, percentile: 95 }, 'slos[2].percentile'],
  ['no threshold', { ...parts, threshold: undefined }, 'slos[2].threshold'],
  ['threshold NaN', { ...parts, threshold: Number.NaN }, 'slos[2].threshold'],
  ['threshold infinite', { ...parts, threshold: Number.POSITIVE_INFINITY }, 'slos[2].threshold'],
  ['threshold as text', { ...parts, threshold: '60' }, 'slos[2].threshold'],
  ['an operator of another language', { ...parts, op: '=<' }, 'slos[2].op'],
  ['labels as an array', { ...echo, labels: ['a'] }, 'slos[2].labels'],
  ['a label value that is no text', { ...echo, labels: { route: 5 } }, 'slos[2].labels.route'],
  ['by something else', { ...echo, by: 'label' }, 'slos[2].by'],
  ['every something else', { ...echo, every: 'second' }, 'slos[2].every'],
  ['a window without unit', { ...echo, window: '5' }, 'slos[2].window'],
  ['a window as a number', { ...echo, window: 5 }, 'slos[2].window'],
  ['a window of nothing', { ...echo, window: '0s' }, 'slos[2].window'],
  ['a window that is too short', { ...echo, window: '4s' }, 'slos[2].window'],
  ['a window that is too long', { ...echo, window: '2h' }, 'slos[2].window'],
  ['minSamples negative', { ...echo, minSamples: -1 }, 'slos[2].minSamples'],
  ['minSamples not whole', { ...echo, minSamples: 1.5 }, 'slos[2].minSamples'],
  ['minSamples NaN', { ...echo, minSamples: Number.NaN }, 'slos[2].minSamples'],
  ['minSamples as text', { ...echo, minSamples: '5' }, 'slos[2].minSamples'],
  ['a ratio of nothing', { metric: 'errors', objective: 'ratio<1%' }, 'slos[2].total'],
  ['a total without ratio', { ...echo, total: 'requests' }, 'slos[2].total'],
  ['an empty name', { ...echo, name: '' }, 'slos[2].name'],
  ['a description that is no text', { ...echo, description: 5 }, 'slos[2].description'],
])('%s is refused at its path', (_, input, at) => {
  try {
    resolveSLO(input, 'slos[2]')
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(TelemetryError)
    expect(error).toMatchObject({ code: 'OFFLOOP_SLO_DEFINITION', details: { at } })
    expect((error as TelemetryError).details.fix.length).toBeGreaterThan(5)
  }
})

test.each([
  [{ ...echo, objective: 'p95<60mx' }, 'slos[2].objective, column 7'],
  [{ ...parts, percentile: 'q95' }, 'slos[2].percentile, column 1'],
])('what cannot be read as an objective says so with path and column', (input, at) => {
  expect(() => resolveSLO(input, 'slos[2]')).toThrow(
    expect.objectContaining({ code: 'OFFLOOP_OBJECTIVE', details: expect.objectContaining({ at }) }),
  )
})

test('whatever is given, only a TelemetryError is thrown', () => {
  const keys = [
    'metric',
    'objective',
    'percentile',
    'threshold',
    'op',
    'labels',
    'window',
    'minSamples',
    'total',
    'by',
  ] as const
  const plausible = fc.constantFrom<unknown>(
    'p95<5',
    'p95',
    '<',
    5,
    '5m',
    'ratio<1%',
    'a',
    'series',
    undefined,
  )
  const inputs = fc.dictionary(fc.constantFrom(...keys), fc.oneof(plausible, fc.anything()))
  fc.assert(
    fc.property(fc.oneof(inputs, fc.anything()), input => {
      try {
        resolveSLO(input)
      } catch (error) {
        expect(error).toBeInstanceOf(TelemetryError)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('the interactive preset holds the product figures, each under a name of its own', () => {
  const resolved = sloPresets.interactive.map((definition, index) =>
    resolveSLO(definition, `interactive[${index}]`),
  )
  expect(resolved.map(({ name }) => name)).toEqual([
    'input_to_echo p50<30ms',
    'input_to_echo p95<60ms',
    'input_to_render p50<60ms',
    'input_to_render p95<150ms',
    'frame_rate value>=60',
    'memory_used value<500MB',
    'startup_time max<2s',
  ])
})
