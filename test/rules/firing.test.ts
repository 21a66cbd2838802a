/** Every kind of objective, played through promtool: its alert fires when it does not hold, and only then. */
import { expect, test } from 'vitest'
import type { MetricDefinition } from '../../src/shared/metric.ts'
import type { SLODefinition } from '../../src/shared/slo/definition.ts'
import { checkRules, type InputSeries, PROMTOOL, playScenarios, rulesFor } from './promtool.ts'

const ECHO: MetricDefinition = { name: 'echo', kind: 'latency', unit: 'ms', buckets: [10, 60, 500] }
const PLAIN: MetricDefinition = { name: 'echo', kind: 'latency', unit: 'ms' }
const ROUTED: MetricDefinition = { ...ECHO, labelNames: ['route'] }
const HITS: MetricDefinition = { name: 'hits', kind: 'counter', labelNames: ['route'] }
const ERRORS: MetricDefinition = { name: 'errors', kind: 'counter', labelNames: ['route'] }
const SENT: MetricDefinition = { name: 'sent', kind: 'counter', unit: 'ms' }
const MEMORY: MetricDefinition = { name: 'memory_used', kind: 'gauge', unit: 'bytes' }
const LOAD: MetricDefinition = { name: 'load', kind: 'gauge', unit: 'percent' }

const AT = 'job="shop",instance="a"'

/** So many samples every 15 s: in all, up to 10 ms, up to 60 ms, up to 500 ms. */
function echo(
  all: number,
  upTo10: number,
  upTo60: number,
  upTo500 = all,
  sumSeconds = 0,
  more = '',
): InputSeries {
  const at = `${AT}${more}`
  return {
    [`echo_seconds_bucket{${at},le="0.01"}`]: `0+${upTo10}x80`,
    [`echo_seconds_bucket{${at},le="0.06"}`]: `0+${upTo60}x80`,
    [`echo_seconds_bucket{${at},le="0.5"}`]: `0+${upTo500}x80`,
    [`echo_seconds_bucket{${at},le="+Inf"}`]: `0+${all}x80`,
    [`echo_seconds_count{${at}}`]: `0+${all}x80`,
    [`echo_seconds_sum{${at}}`]: `0+${sumSeconds}x80`,
  }
}

const counting = (name: string, by: number, more = ''): InputSeries => ({
  [`${name}_total{${AT}${more}}`]: `0+${by}x80`,
})
const standing = (name: string, value: number, more = ''): InputSeries => ({
  [`${name}{${AT}${more}}`]: `${value}x80`,
})

interface Case {
  readonly slo: SLODefinition
  readonly metrics: readonly MetricDefinition[]
  readonly firing: InputSeries
  readonly quiet: InputSeries
  /** Series that are there, and say nothing. */
  readonly idle?: InputSeries
}

const IDLE_ECHO: InputSeries = Object.fromEntries(
  Object.keys(echo(0, 0, 0)).map(name => [name, '7x80'] as const),
)
const IDLE_HITS: InputSeries = { [`hits_total{${AT}}`]: '7x80', [`errors_total{${AT}}`]: '7x80' }

const CASES: Readonly<Record<string, Case>> = {
  'a percentile below a bound: a share of samples above it': {
    slo: { metric: 'echo', objective: 'p(95)<60ms' },
    metrics: [ECHO],
    firing: echo(100, 0, 94),
    quiet: echo(100, 0, 96),
    idle: IDLE_ECHO,
  },
  'a percentile at most a bound': {
    slo: { metric: 'echo', objective: 'p99.9<=0.5s' },
    metrics: [ECHO],
    firing: echo(10_000, 0, 0, 9_980),
    quiet: echo(10_000, 0, 0, 9_995),
    idle: IDLE_ECHO,
  },
  'a percentile between bounds: estimated': {
    slo: { metric: 'echo', objective: 'p(50)<30ms' },
    metrics: [ECHO],
    firing: echo(100, 20, 80),
    quiet: echo(100, 40, 100),
    idle: IDLE_ECHO,
  },
  'a percentile of a latency whose buckets are not known: estimated': {
    slo: { metric: 'echo', objective: 'p(95)<60ms' },
    metrics: [PLAIN],
    firing: echo(100, 0, 94),
    quiet: echo(100, 0, 96),
    idle: IDLE_ECHO,
  },
  'a percentile of a metric nothing else is known of: a time is taken for a latency': {
    slo: { metric: 'echo', objective: 'p(95)<60ms' },
    metrics: [],
    firing: echo(100, 0, 94),
    quiet: echo(100, 0, 96),
    idle: IDLE_ECHO,
  },
  'a percentile above a bound: a share of samples up to it': {
    slo: { metric: 'echo', objective: 'p(10)>10ms' },
    metrics: [ECHO],
    firing: echo(100, 11, 50),
    quiet: echo(100, 9, 50),
    idle: IDLE_ECHO,
  },
  'a maximum below a bound: one sample above it is enough': {
    slo: { metric: 'echo', objective: 'max<500ms' },
    metrics: [ECHO],
    firing: {
      ...echo(1_000, 3, 500),
      [`echo_seconds_bucket{${AT},le="0.5"}`]: '0+1000x40 40999+1000x38',
    },
    quiet: echo(1_000, 3, 500),
    idle: IDLE_ECHO,
  },
  'a minimum above a bound': {
    slo: { metric: 'echo', objective: 'min>10ms' },
    metrics: [ECHO],
    firing: echo(1_000, 1, 500),
    quiet: echo(1_000, 0, 500),
    idle: IDLE_ECHO,
  },
  'a maximum above a bound': {
    slo: { metric: 'echo', objective: 'max>500ms' },
    metrics: [ECHO],
    firing: echo(10, 3, 5, 10),
    quiet: echo(10, 3, 5, 9),
    idle: IDLE_ECHO,
  },
  'a minimum below a bound': {
    slo: { metric: 'echo', objective: 'min<10ms' },
    metrics: [ECHO],
    firing: echo(10, 0, 5),
    quiet: echo(10, 1, 5),
    idle: IDLE_ECHO,
  },
  'a mean': {
    slo: { metric: 'echo', objective: 'avg<200ms' },
    metrics: [ECHO],
    firing: echo(10, 0, 0, 10, 2.1),
    quiet: echo(10, 0, 0, 10, 1.9),
    idle: IDLE_ECHO,
  },
  'samples a second': {
    slo: { metric: 'echo', objective: 'rate<10/s' },
    metrics: [ECHO],
    firing: echo(151, 0, 0),
    quiet: echo(149, 0, 0),
    idle: IDLE_ECHO,
  },
  'samples in a window': {
    slo: { metric: 'echo', objective: 'count>100', window: '5m' },
    metrics: [ECHO],
    firing: echo(4, 0, 0),
    quiet: echo(6, 0, 0),
    idle: IDLE_ECHO,
  },
  'their sum in a window': {
    slo: { metric: 'echo', objective: 'sum<20s', window: '5m' },
    metrics: [ECHO],
    firing: echo(10, 0, 0, 10, 1.1),
    quiet: echo(10, 0, 0, 10, 0.9),
    idle: IDLE_ECHO,
  },
  "a counter's rate": {
    slo: { metric: 'hits', objective: 'rate>=1' },
    metrics: [HITS],
    firing: counting('hits', 14),
    quiet: counting('hits', 16),
  },
  "a counter's rate, in base units": {
    slo: { metric: 'sent', objective: 'rate<1000' },
    metrics: [SENT],
    firing: counting('sent_seconds', 16),
    quiet: counting('sent_seconds', 14),
  },
  "a counter's increments in a window": {
    slo: { metric: 'hits', objective: 'count<100', window: '5m' },
    metrics: [HITS],
    firing: counting('hits', 6),
    quiet: counting('hits', 4),
    idle: IDLE_HITS,
  },
  "a counter's value, of each process": {
    slo: { metric: 'hits', objective: 'value<1' },
    metrics: [HITS],
    firing: { ...standing('hits_total', 1, ',route="/a"'), ...standing('hits_total', 0, ',route="/b"') },
    quiet: standing('hits_total', 0),
  },
  'a ratio of counters': {
    slo: { metric: 'errors', objective: 'ratio<1%', total: 'hits' },
    metrics: [HITS, ERRORS],
    firing: { ...counting('hits', 1_000), ...counting('errors', 11) },
    quiet: { ...counting('hits', 1_000), ...counting('errors', 9) },
    idle: IDLE_HITS,
  },
  'a ratio of which the part never was': {
    slo: { metric: 'hits', objective: 'ratio>=99%', total: 'all' },
    metrics: [HITS, { name: 'all', kind: 'counter', labelNames: ['route'] }],
    firing: counting('all', 100),
    quiet: { ...counting('all', 1_000), ...counting('hits', 995) },
    idle: { [`all_total{${AT}}`]: '7x80' },
  },
  'a ratio of counters nothing is known of': {
    slo: { metric: 'errors', objective: 'ratio<1%', total: 'hits', window: '10m' },
    metrics: [],
    firing: { ...counting('hits', 1_000), ...counting('errors', 11) },
    quiet: counting('hits', 1_000),
    idle: IDLE_HITS,
  },
  'a gauge from above': {
    slo: { metric: 'memory_used', objective: 'value<500MB' },
    metrics: [MEMORY],
    firing: { ...standing('memory_used_bytes', 500e6), ...standing('memory_used_bytes', 1, ',x="y"') },
    quiet: standing('memory_used_bytes', 499_999_999),
  },
  'a gauge from below, in base units': {
    slo: { metric: 'load', objective: 'value>=60%' },
    metrics: [LOAD],
    firing: standing('load_ratio', 0.59),
    quiet: standing('load_ratio', 0.6),
  },
  'a gauge that is shown as a sum that goes both ways': {
    slo: { metric: 'heap.used', objective: 'value<1MB', labels: { space: 'new' } },
    metrics: [
      {
        name: 'heap.used',
        kind: 'gauge',
        unit: 'bytes',
        labelNames: ['space'],
        exported: { instrument: 'updown' },
      },
    ],
    firing: standing('heap_used_bytes', 2e6, ',space="new"'),
    quiet: {
      ...standing('heap_used_bytes', 5e5, ',space="new"'),
      ...standing('heap_used_bytes', 2e6, ',space="old"'),
    },
  },
  'a sum that goes both ways, held as two counters: only the process knows': {
    slo: { metric: 'open', objective: 'value<5' },
    metrics: [{ name: 'open', kind: 'counter', exported: { instrument: 'updown' } }],
    firing: standing('offloop_slo_violated', 1, ',slo="open value<5"'),
    quiet: standing('offloop_slo_violated', 0, ',slo="open value<5"'),
  },
  'a latency that is shown as a summary: only the process knows': {
    slo: { metric: 'rpc', objective: 'p(95)<60ms' },
    metrics: [{ name: 'rpc', kind: 'latency', exported: { instrument: 'summary' } }],
    firing: standing('offloop_slo_violated', 1, ',slo="rpc p95<60ms"'),
    quiet: standing('rpc_seconds', 1, ',quantile="0.95"'),
  },
  'only the series that are meant': {
    slo: { metric: 'echo', objective: 'p(95)<60ms', labels: { route: '/a' } },
    metrics: [ROUTED],
    firing: {
      ...echo(100, 0, 94, 100, 0, ',route="/a"'),
      ...echo(10_000, 0, 10_000, 10_000, 0, ',route="/b"'),
    },
    quiet: { ...echo(100, 0, 96, 100, 0, ',route="/a"'), ...echo(10_000, 0, 0, 10_000, 0, ',route="/b"') },
  },
  'each series by itself': {
    slo: { metric: 'echo', objective: 'p(95)<60ms', by: 'series' },
    metrics: [ROUTED],
    firing: {
      ...echo(100, 0, 94, 100, 0, ',route="/a"'),
      ...echo(10_000, 0, 10_000, 10_000, 0, ',route="/b"'),
    },
    quiet: {
      ...echo(100, 0, 96, 100, 0, ',route="/a"'),
      ...echo(10_000, 0, 10_000, 10_000, 0, ',route="/b"'),
    },
  },
  'no more than a few samples': {
    slo: { metric: 'echo', objective: 'p(95)<60ms', minSamples: 100 },
    metrics: [ECHO],
    firing: echo(6, 0, 0),
    quiet: echo(4, 0, 0),
    idle: IDLE_ECHO,
  },
  'what only the process knows: the latest value of a latency': {
    slo: { metric: 'echo', objective: 'value<60ms' },
    metrics: [ECHO],
    firing: standing('offloop_slo_violated', 1, ',slo="echo value<60ms",metric="echo"'),
    quiet: {
      ...standing('offloop_slo_violated', 0, ',slo="echo value<60ms",metric="echo"'),
      ...standing('offloop_slo_violated', 1, ',slo="another",metric="echo"'),
    },
  },
  'what only the process knows, by series': {
    slo: { metric: 'memory_used', objective: 'max<500MB', by: 'series', name: 'memory' },
    metrics: [MEMORY],
    firing: {
      ...standing('offloop_slo_violated', 1, ',slo="memory",severity="a"'),
      ...standing('offloop_slo_violated', 0, ',slo="memory",severity="b"'),
    },
    quiet: standing('offloop_slo_violated', 0, ',slo="memory",severity="b"'),
  },
}

test.skipIf(PROMTOOL === undefined).each(Object.entries(CASES))('%s', (_, { slo, metrics, ...series }) => {
  const { file } = rulesFor([slo], metrics)
  expect(checkRules(file)).toBe('')
  const alerts = (state: 'firing' | 'pending', count: number) => ({
    expr: `count(ALERTS{alertname="OffloopSLOViolated",alertstate="${state}"})`,
    samples: count === 0 ? {} : { '{}': count },
  })
  const output = playScenarios(file, {
    'fires when it does not hold': { series: series.firing, expected: [alerts('firing', 1)] },
    'is quiet while it holds': {
      series: series.quiet,
      expected: [alerts('firing', 0), alerts('pending', 0)],
    },
    'is quiet without any data': {
      series: { [`up{${AT}}`]: '1x80' },
      expected: [alerts('firing', 0), alerts('pending', 0)],
    },
    'is quiet when no samples come': {
      series: series.idle ?? series.quiet,
      expected: [alerts('firing', 0), alerts('pending', 0)],
    },
  })
  expect(output).toBe('')
})
