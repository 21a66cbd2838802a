/** Alerts as they arrive: what they say, under names that are up to no good, too; and alerts on the telemetry itself. */
import { describe, expect, test } from 'vitest'
import { jsonOf } from '../../src/cli/rule-text.ts'
import type { AlertingRule, RecordingRule, RuleFile } from '../../src/rules/rule-file.ts'
import type { MetricDefinition } from '../../src/shared/metric.ts'
import { checkRules, PROMTOOL, playRules, rulesFor } from './promtool.ts'

const HOSTILE = 'a"b\\c\nd\re\u2028\x7f\x01: # {{ $value }} {{ `x` }} {{{ %s $x <b> 😀'
const AT = 'job="shop",instance="a"'

function alertsOf({ groups }: RuleFile): readonly AlertingRule[] {
  return groups.flatMap(({ rules }) => rules).filter((rule): rule is AlertingRule => 'alert' in rule)
}

function recordingsOf({ groups }: RuleFile): readonly RecordingRule[] {
  return groups.flatMap(({ rules }) => rules).filter((rule): rule is RecordingRule => 'record' in rule)
}

describe.skipIf(PROMTOOL === undefined)('an alert on an objective', () => {
  const echo: MetricDefinition = { name: 'echo', kind: 'latency', buckets: [60] }
  const above = {
    [`echo_seconds_bucket{${AT},le="0.06"}`]: '0+75x80',
    [`echo_seconds_bucket{${AT},le="+Inf"}`]: '0+100x80',
    [`echo_seconds_count{${AT}}`]: '0+100x80',
  }

  test('says what does not hold, by how much, and where', () => {
    const { file } = rulesFor(
      [{ metric: 'echo', objective: 'p(95)<60ms', description: '95 of 100 key presses echo within 60 ms' }],
      [echo],
      { severity: 'page' },
    )
    const alert = {
      exp_labels: { job: 'shop', severity: 'page', slo: 'echo p95<60ms' },
      exp_annotations: {
        summary: 'echo p95<60ms does not hold (95 of 100 key presses echo within 60 ms)',
        description: 'Share of echo above 60ms over 5m: 25%, for job shop. Objective: echo p95<60ms.',
        runbook: alertsOf(file)[0]?.annotations['runbook'] ?? '',
      },
    }
    expect(alert.exp_annotations.runbook).toContain('/snapshot.json')
    expect(playRules(file, above, [], [{ name: 'OffloopSLOViolated', alerts: [alert] }])).toBe('')
    // It has to be violated for five minutes.
    expect(playRules(file, above, [], [{ name: 'OffloopSLOViolated', at: '4m', alerts: [] }])).toBe('')
  })

  test.each([
    ['a duration', { metric: 'echo', objective: 'avg<60ms' }, 'Mean of echo over 5m: 250ms, for job shop.'],
    ['bytes', { metric: 'used', objective: 'value<1MB' }, 'Latest used: 2MiB, for job shop, instance a.'],
    ['a number', { metric: 'hits', objective: 'rate<1' }, 'Hits a second over 1m: 2, for job shop.'],
  ] as const)('shows its value as %s', (_, slo, text) => {
    const { file } = rulesFor(
      [slo],
      [
        { name: 'echo', kind: 'latency' },
        { name: 'used', kind: 'gauge', unit: 'bytes' },
        { name: 'hits', kind: 'counter' },
      ],
    )
    const input = {
      [`echo_seconds_sum{${AT}}`]: '0+25x80',
      [`echo_seconds_count{${AT}}`]: '0+100x80',
      [`used_bytes{${AT}}`]: '2097152x80',
      [`hits_total{${AT}}`]: '0+30x80',
    }
    const output = playRules(file, input, [], [{ name: 'OffloopSLOViolated', alerts: [] }])
    expect(output).toContain(text)
  })

  test('keeps hostile texts as they are, and runs none of them', () => {
    const { file } = rulesFor(
      [
        {
          metric: 'echo',
          objective: 'p(95)<60ms',
          name: HOSTILE,
          description: HOSTILE,
          labels: { route: HOSTILE },
        },
      ],
      [{ ...echo, labelNames: ['route'] }],
      { severity: HOSTILE, job: HOSTILE },
    )
    expect(checkRules(file)).toBe('')
    expect(checkRules(file, jsonOf(file))).toBe('')
    const route = `route=${JSON.stringify(HOSTILE)},job=${JSON.stringify(HOSTILE)},instance="a"`
    const input = {
      [`echo_seconds_bucket{${route},le="0.06"}`]: '0+75x80',
      [`echo_seconds_bucket{${route},le="+Inf"}`]: '0+100x80',
      [`echo_seconds_count{${route}}`]: '0+100x80',
    }
    const alert = {
      exp_labels: { job: HOSTILE, route: HOSTILE, severity: HOSTILE, slo: HOSTILE },
      exp_annotations: {
        summary: `${HOSTILE} does not hold (${HOSTILE})`,
        description: `Share of echo above 60ms over 5m: 25%, for job ${HOSTILE}, route ${HOSTILE}. Objective: echo p95<60ms.`,
        runbook: alertsOf(file)[0]?.annotations['runbook'] ?? '',
      },
    }
    expect(playRules(file, input, [], [{ name: 'OffloopSLOViolated', alerts: [alert] }])).toBe('')
  })

  test('tells series apart by labels that are called as those of the rules and of the scrape', () => {
    const labelNames = ['slo', 'severity', 'job', 'le']
    const { file } = rulesFor(
      [{ metric: 'echo', objective: 'p(95)<60ms', by: 'series', name: 'fast', minSamples: 2 }],
      [{ ...echo, labelNames }],
    )
    const series = (value: string) =>
      `${AT},slo="${value}",severity="${value}",exported_job="${value}",exported_le="${value}"`
    const bad = (value: string) => ({
      [`echo_seconds_bucket{${series(value)},le="0.06"}`]: '0+75x80',
      [`echo_seconds_bucket{${series(value)},le="+Inf"}`]: '0+100x80',
      [`echo_seconds_count{${series(value)}}`]: '0+100x80',
    })
    const expr = 'count(ALERTS{alertname="OffloopSLOViolated",alertstate="firing",slo="fast"})'
    expect(playRules(file, { ...bad('a'), ...bad('b') }, [{ expr, samples: { '{}': 2 } }])).toBe('')
  })

  test('waits, unless one sample is enough to violate the objective', () => {
    const waits = (objective: string, window?: '5m') =>
      alertsOf(rulesFor([{ metric: 'echo', objective, ...(window ? { window } : {}) }], [echo]).file)[0]?.for
    expect(['p95<60ms', 'avg<1s', 'rate<5'].map(objective => waits(objective))).toEqual(['5m', '5m', '5m'])
    expect([waits('max<60ms'), waits('min>60ms'), waits('sum<5s', '5m')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    const { file } = rulesFor([{ metric: 'echo', objective: 'p95<60ms' }], [echo], { forMs: 0 })
    expect(alertsOf(file)[0]).not.toHaveProperty('for')
  })
})

describe.skipIf(PROMTOOL === undefined)('of the telemetry itself', () => {
  const up = { [`up{${AT}}`]: '1x80', 'up{job="other",instance="b"}': '1x80' }
  const { file } = rulesFor([], [])
  const firing = (name: string, input: Readonly<Record<string, string>>, rules = file) => {
    const expr = `count(ALERTS{alertname="${name}",alertstate="firing"})`
    const output = playRules(rules, input, [{ expr, samples: { '{}': 1 } }])
    // Either as expected, or nothing.
    if (output !== '') expect(output).toMatch(/got: ?nil/)
    return output === ''
  }

  test('the rules are valid', () => expect(checkRules(file)).toBe(''))

  test('nothing comes, scraped or pushed', () => {
    const lost = (job: string, instance: string, values: string) => ({
      [`offloop_samples_lost_total{job="${job}",instance="${instance}"}`]: values,
    })
    expect(firing('OffloopAbsent', up)).toBe(true)
    expect(firing('OffloopAbsent', lost('other', 'b', '0x80'))).toBe(true)
    expect(firing('OffloopAbsent', lost('shop', 'a', '0x80'))).toBe(false)
    // A failed scrape leaves no values, and that at once; one instance of two is enough.
    expect(firing('OffloopAbsent', lost('shop', 'a', '0x20 stale _x60'))).toBe(true)
    expect(
      firing('OffloopAbsent', { ...lost('shop', 'a', '0x20 stale _x60'), ...lost('shop', 'b', '0x80') }),
    ).toBe(false)
    const anyJob = rulesFor([], [], { job: undefined }).file
    expect(checkRules(anyJob)).toBe('')
    expect(firing('OffloopAbsent', up, anyJob)).toBe(true)
    expect(firing('OffloopAbsent', lost('other', 'b', '0x80'), anyJob)).toBe(false)
  })

  test('the event loop stands still', () => {
    const age = (values: string) => ({ ...up, [`offloop_heartbeat_age_seconds{${AT}}`]: values })
    expect(firing('OffloopEventLoopBlocked', age('0.05x40 6x38'))).toBe(true)
    expect(firing('OffloopEventLoopBlocked', age('4x80'))).toBe(false)
    expect(firing('OffloopEventLoopBlocked', up)).toBe(false)
  })

  test('samples are lost', () => {
    const lost = (values: string) => ({ ...up, [`offloop_samples_lost_total{${AT}}`]: values })
    expect(firing('OffloopSamplesLost', lost('0x40 5x38'))).toBe(true)
    expect(firing('OffloopSamplesLost', lost('5x80'))).toBe(false)
    expect(firing('OffloopSamplesLost', up)).toBe(false)
  })

  test('pushes fail', () => {
    const failures = (values: string) => ({
      ...up,
      [`offloop_export_failures_total{${AT},exporter="otlp",reason="timeout"}`]: values,
    })
    expect(firing('OffloopExportFailing', failures('0+1x80'))).toBe(true)
    expect(firing('OffloopExportFailing', failures('0x40 1x38'))).toBe(false)
    expect(firing('OffloopExportFailing', up)).toBe(false)
  })
})

test('what is recorded goes by level, metric and operation, and is told apart by the SLO', () => {
  const { file } = rulesFor(
    [
      { metric: 'http.request', objective: 'p(99)<1s', by: 'series', window: '10m' },
      { metric: 'http.request', objective: 'p(99.9)<1.5s', labels: { route: '/a' } },
      { metric: 'used', objective: 'value<1MB' },
    ],
    [
      { name: 'http.request', kind: 'latency', labelNames: ['route'], buckets: [1_000] },
      { name: 'used', kind: 'gauge', unit: 'bytes' },
    ],
  )
  expect(recordingsOf(file).map(({ record, labels }) => [record, labels['slo']])).toEqual([
    ['job_route:http_request_seconds:above_1s_ratio_rate10m', 'http.request p99<1s over 10m by series'],
    ['job_instance:used_bytes:max', 'used value<1MB'],
  ])
  // No bucket reaches 1.5 s.
  expect(alertsOf(file)[1]?.expr).toContain('offloop_slo_violated{')
})
