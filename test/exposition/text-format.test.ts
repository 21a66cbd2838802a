import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exemplarTexts } from '../../src/exposition/exemplar-text.ts'
import { familiesOf } from '../../src/exposition/families.ts'
import { cleanText } from '../../src/exposition/names.ts'
import { PIPELINE_NAMES, pipelineFamilies } from '../../src/exposition/pipeline-families.ts'
import { type TextFormat, textOf } from '../../src/exposition/text-format.ts'
import type { ExtensionHost } from '../../src/shared/extension/extension.ts'
import type { MetricDefinition } from '../../src/shared/metric.ts'
import type { SloStatus } from '../../src/shared/snapshot.ts'
import { hostForTest } from '../support/extension-host.ts'
import { bucketsOf, parseText, sampleOf } from './parse-text.ts'

function printed(host: ExtensionHost, format: TextFormat, windowQuantiles: readonly number[] = []): string {
  const { families } = familiesOf(host.collect(), { reserved: PIPELINE_NAMES, windowQuantiles })
  return [...textOf(families, format, host.resource)].join('')
}

test('both formats look as their specifications show them', () => {
  const { host, registry } = hostForTest()
  const labelNames = ['route']
  registry.register({
    kind: 'latency',
    name: 'http_request',
    unit: 'ms',
    help: 'A "slow"\\fast\nrequest',
    labelNames,
    buckets: [5, 1_000],
  })
  registry.register({ kind: 'counter', name: 'hits', help: 'Hits' })
  registry.register({ kind: 'gauge', name: 'cpu', unit: 'percent' })
  for (const value of [5, 5.5, 2_000]) registry.record('http_request', value, { route: '/a"b\\c\n' })
  registry.record('hits', 2.5)
  registry.record('cpu', 12.5)
  const resource = { ...host.resource, startTimeMs: 1_500, pid: 7, version: '1.2.3', hostName: 'h' }
  const lines = (format: TextFormat) => printed({ ...host, resource }, format, [0.5]).split('\n')
  const [, , targetInfo, ...text] = lines('prometheus')
  expect(targetInfo).toBe(
    'target_info{service_name="test",service_instance_id="00000000-0000-4000-8000-000000000000",host_name="h",' +
      'process_pid="7",telemetry_sdk_language="nodejs",telemetry_sdk_name="offloop",telemetry_sdk_version="1.2.3"} 1',
  )
  expect(text).toEqual([
    '# HELP http_request_seconds A "slow"\\\\fast\\nrequest',
    '# TYPE http_request_seconds histogram',
    'http_request_seconds_bucket{route="/a\\"b\\\\c\\n",le="0.005"} 1',
    'http_request_seconds_bucket{route="/a\\"b\\\\c\\n",le="1"} 2',
    'http_request_seconds_bucket{route="/a\\"b\\\\c\\n",le="+Inf"} 3',
    'http_request_seconds_sum{route="/a\\"b\\\\c\\n"} 2.0105',
    'http_request_seconds_count{route="/a\\"b\\\\c\\n"} 3',
    '# HELP http_request_window_seconds A "slow"\\\\fast\\nrequest: quantiles of the latest samples',
    '# TYPE http_request_window_seconds summary',
    'http_request_window_seconds{route="/a\\"b\\\\c\\n",quantile="0.5"} 0.0055',
    'http_request_window_seconds_sum{route="/a\\"b\\\\c\\n"} 2.0105',
    'http_request_window_seconds_count{route="/a\\"b\\\\c\\n"} 3',
    '# HELP hits_total Hits',
    '# TYPE hits_total counter',
    'hits_total 2.5',
    '# TYPE cpu_ratio gauge',
    'cpu_ratio 0.125',
    '',
  ])
  expect(lines('openmetrics').slice(0, 2)).toEqual(['# HELP target Who is measured', '# TYPE target info'])
  expect(lines('openmetrics').slice(3)).toEqual([
    '# HELP http_request_seconds A \\"slow\\"\\\\fast\\nrequest',
    '# TYPE http_request_seconds histogram',
    '# UNIT http_request_seconds seconds',
    'http_request_seconds_bucket{route="/a\\"b\\\\c\\n",le="0.005"} 1',
    'http_request_seconds_bucket{route="/a\\"b\\\\c\\n",le="1.0"} 2',
    'http_request_seconds_bucket{route="/a\\"b\\\\c\\n",le="+Inf"} 3',
    'http_request_seconds_sum{route="/a\\"b\\\\c\\n"} 2.0105',
    'http_request_seconds_count{route="/a\\"b\\\\c\\n"} 3',
    'http_request_seconds_created{route="/a\\"b\\\\c\\n"} 1.5',
    '# HELP http_request_window_seconds A \\"slow\\"\\\\fast\\nrequest: quantiles of the latest samples',
    '# TYPE http_request_window_seconds summary',
    '# UNIT http_request_window_seconds seconds',
    'http_request_window_seconds{route="/a\\"b\\\\c\\n",quantile="0.5"} 0.0055',
    'http_request_window_seconds_sum{route="/a\\"b\\\\c\\n"} 2.0105',
    'http_request_window_seconds_count{route="/a\\"b\\\\c\\n"} 3',
    'http_request_window_seconds_created{route="/a\\"b\\\\c\\n"} 1.5',
    '# HELP hits Hits',
    '# TYPE hits counter',
    'hits_total 2.5',
    'hits_created 1.5',
    '# TYPE cpu_ratio gauge',
    '# UNIT cpu_ratio ratio',
    'cpu_ratio 0.125',
    '# EOF',
    '',
  ])
})

test('summaries, sums that go both ways, and series without samples', () => {
  const { host, registry } = hostForTest()
  const summary = { instrument: 'summary', quantiles: [0.5, 1] } as const
  registry.register({ kind: 'gauge', name: 'size', unit: 'bytes', exported: summary })
  registry.register({ kind: 'counter', name: 'open', exported: { instrument: 'updown' } })
  registry.register({ kind: 'gauge', name: 'never' }).series([])
  registry.register({ kind: 'latency', name: 'idle' }).series([])
  registry.register({ kind: 'gauge', name: 'plain', exported: { instrument: 'histogram' } })
  for (const value of [1, 2, 9]) registry.record('size', value)
  registry.record('open', 4)
  registry.record('plain', 4)
  for (const format of ['prometheus', 'openmetrics'] as const) {
    const families = parseText(printed(host, format), format === 'openmetrics')
    const size = families.get('size_bytes')
    expect(size?.type).toBe('summary')
    expect(size?.samples.filter(({ name }) => name === 'size_bytes').map(({ value }) => value)).toEqual([
      2, 9,
    ])
    expect([sampleOf(size, 'size_bytes_sum'), sampleOf(size, 'size_bytes_count')]).toEqual([12, 3])
    expect(families.get('open')?.type).toBe('gauge')
    expect(sampleOf(families.get('open'), 'open')).toBe(4)
    expect(bucketsOf(families.get('plain'), {})).toEqual([[Number.POSITIVE_INFINITY, 1]])
    expect(families.has('never')).toBe(false)
    // Rates begin with the first sample, where there was a zero before it.
    expect(sampleOf(families.get('idle_seconds'), 'idle_seconds_count')).toBe(0)
    expect(bucketsOf(families.get('idle_seconds'), {}).at(-1)).toEqual([Number.POSITIVE_INFINITY, 0])
  }
})

test('what the pipeline knows beside its metrics: heartbeat and SLOs', () => {
  const { host } = hostForTest()
  const slo = (name: string, state: SloStatus['state'], labels: Record<string, string> = {}): SloStatus => ({
    name,
    metric: 'm',
    labels,
    objective: 'p95<60ms',
    state,
    actual: 1,
    threshold: 60,
    unit: 'ms',
  })
  const statuses = [
    slo('a', 'violated', { route: '/', metric: 'x' }),
    slo('b', 'ok'),
    slo('b', 'violated'),
    slo('c', 'no-data'),
  ]
  const families = pipelineFamilies({ heartbeatAgeMs: 1_500, uptimeMs: 0, restarts: 0 }, statuses)
  const parsed = parseText([...textOf(families, 'openmetrics', host.resource)].join(''), true)
  expect(sampleOf(parsed.get('offloop_heartbeat_age_seconds'), 'offloop_heartbeat_age_seconds')).toBe(1.5)
  expect(parsed.get('offloop_slo_violated')?.samples.map(({ labels, value }) => [labels, value])).toEqual([
    [{ slo: 'a', metric: 'm', route: '/', exported_metric: 'x' }, 1],
    [{ slo: 'b', metric: 'm' }, 0],
  ])
  expect(pipelineFamilies({ heartbeatAgeMs: undefined, uptimeMs: 0, restarts: 0 }, [])).toEqual([])
})

test('an exemplar stands behind the bucket it fell into, the latest of several, if its labels fit', () => {
  const one = (value: number, timeMs: number, traceId = 'a'.repeat(32)) => ({
    value,
    timeMs,
    traceId,
    spanId: 'b'.repeat(16),
  })
  const texts = exemplarTexts(
    [one(5, 2_000), one(3, 1_000), one(99, 3_000), one(7, 1_000, 'c'.repeat(100))],
    [5, 10],
    1_000,
  )
  const labels = `{trace_id="${'a'.repeat(32)}",span_id="${'b'.repeat(16)}"}`
  expect([...texts]).toEqual([
    [0, ` # ${labels} 0.005 2`],
    [2, ` # ${labels} 0.099 3`],
  ])
})

test('whatever is recorded under whatever names, it is read as what it was: both formats', () => {
  const anyText = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom(
      '\\',
      '"',
      '\n',
      '\r\n',
      '\\n',
      '\0',
      '\ud800',
      '}',
      ' # {',
      '# EOF',
      'le',
      '__name__',
      '\u2028',
    ),
  )
  const instrument = fc.constantFrom(undefined, 'counter', 'updown', 'gauge', 'histogram', 'summary' as const)
  const anyMetric = fc.record({
    kind: fc.constantFrom('counter', 'gauge', 'latency' as const),
    name: anyText,
    unit: fc.option(fc.constantFrom('ms', 's', 'By', '1', '{x}', 'By/s', '%', 'odd unit"'), {
      nil: undefined,
    }),
    instrument,
    help: anyText,
    labelNames: fc.array(anyText, { maxLength: 3 }),
    rows: fc.array(
      fc.tuple(
        fc.array(anyText, { minLength: 3, maxLength: 3 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      ),
      { maxLength: 4 },
    ),
    isBucketed: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(anyMetric, { maxLength: 6 }), metrics => {
      const { host, registry } = hostForTest()
      for (const [index, metric] of metrics.entries()) {
        const definition: MetricDefinition = {
          kind: metric.kind,
          name: `m${index}`,
          help: metric.help,
          labelNames: metric.labelNames.map((_, label) => `l${label}`),
          exported: {
            ...(metric.name === '' ? {} : { name: metric.name }),
            ...(metric.unit === undefined ? {} : { unit: metric.unit }),
            ...(metric.instrument === undefined ? {} : { instrument: metric.instrument }),
            labelNames: metric.labelNames,
          },
          ...(metric.isBucketed ? { buckets: [-1, 0, 0.1, 7] } : {}),
        }
        registry.register(definition)
        for (const [values, value] of metric.rows) {
          const labels = Object.fromEntries(
            definition.labelNames!.map((name, label) => [name, values[label]!]),
          )
          registry.record(definition.name, metric.kind === 'counter' ? Math.abs(value) : value, labels)
        }
      }
      const { families } = familiesOf(host.collect(), { reserved: PIPELINE_NAMES, windowQuantiles: [0.5] })
      for (const format of ['prometheus', 'openmetrics'] as const) {
        // Through bytes, as it travels.
        const bytes = Buffer.from([...textOf(families, format, host.resource)].join(''))
        const parsed = parseText(bytes.toString(), format === 'openmetrics')
        for (const { name, type, help, points } of families) {
          const shown = parsed.get(format === 'prometheus' && type === 'counter' ? `${name}_total` : name)
          if (shown === undefined) continue
          if (help !== '') expect(shown.help).toBe(cleanText(help))
          for (const { labels, series, divisor } of points) {
            const own = Object.fromEntries(labels)
            const [{ series: first } = { series: undefined }] = series
            if (type === 'histogram' && first!.total > 0) {
              expect(sampleOf(shown, `${name}_count`, own)).toBe(first!.total)
              expect(sampleOf(shown, `${name}_sum`, own)).toBe(first!.totalSum / divisor + 0)
            }
            if (type === 'summary') expect(sampleOf(shown, `${name}_count`, own)).toBe(first!.total)
          }
        }
      }
    }),
    { numRuns: 200 },
  )
})
