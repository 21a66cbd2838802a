/** promtool, as the tests of rules use it: it reads rules as Prometheus does, and plays series through them. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { yamlOf } from '../../src/cli/rule-text.ts'
import { type RuleFile, type RuleOptions, rulesOf } from '../../src/rules/rule-file.ts'
import { describeMetric, type MetricDefinition } from '../../src/shared/metric.ts'
import type { SLODefinition } from '../../src/shared/slo/definition.ts'
import { resolveSLO } from '../../src/shared/slo/definition-check.ts'
import { programPath } from '../support/real-programs.ts'

export const PROMTOOL: string | undefined = programPath('promtool')

/** Values by series, in promtool's notation, one each 15 s: `{ 'hits_total{job="shop"}': '0+10x80' }`. */
export type InputSeries = Readonly<Record<string, string>>

export interface Expectation {
  readonly expr: string
  /** Default: 12 minutes after the first values. */
  readonly at?: string
  /** Label sets as text with the value each has. */
  readonly samples: Readonly<Record<string, number>>
}

export interface Scenario {
  readonly series: InputSeries
  readonly expected: readonly Expectation[]
  readonly alerts?: readonly ExpectedAlert[]
}

export interface ExpectedAlert {
  readonly name: string
  readonly at?: string
  readonly alerts: readonly {
    readonly exp_labels: Readonly<Record<string, string>>
    readonly exp_annotations: Readonly<Record<string, string>>
  }[]
}

export function rulesFor(
  slos: readonly SLODefinition[],
  metrics: readonly MetricDefinition[],
  options: Partial<RuleOptions> = {},
): ReturnType<typeof rulesOf> {
  return rulesOf(
    slos.map((slo, index) => resolveSLO(slo, `slos[${index}]`)),
    metrics.map(({ name, kind, ...rest }) => describeMetric(kind, name, rest)),
    {
      job: 'shop',
      service: undefined,
      forMs: 300_000,
      rangeMs: 300_000,
      scrapeIntervalMs: 15_000,
      severity: 'warning',
      ...options,
    },
  )
}

/** What `promtool check rules` has to say: empty where all is well. */
export function checkRules(file: RuleFile, text: string = yamlOf(file)): string {
  return inFolder(folder => {
    const path = join(folder, 'rules.yml')
    writeFileSync(path, text)
    return outcome(['check', 'rules', path])
  })
}

/** Plays series through the rules. @returns what is not as expected; empty where all is */
export function playRules(
  file: RuleFile,
  series: InputSeries,
  expected: readonly Expectation[],
  alerts: readonly ExpectedAlert[] = [],
): string {
  return playScenarios(file, { played: { series, expected, alerts } })
}

/** Several in one run, each by itself. */
export function playScenarios(file: RuleFile, scenarios: Readonly<Record<string, Scenario>>): string {
  const tests = Object.entries(scenarios).map(([name, { series, expected, alerts = [] }]) => ({
    name,
    interval: '15s',
    input_series: Object.entries(series).map(([text, values]) => ({ series: text, values })),
    promql_expr_test: expected.map(({ expr, at = AT_DEFAULT, samples }) => ({
      expr,
      eval_time: at,
      exp_samples: Object.entries(samples).map(([labels, value]) => ({ labels, value })),
    })),
    alert_rule_test: alerts.map(({ name: alertname, at = AT_DEFAULT, alerts: exp_alerts }) => ({
      alertname,
      eval_time: at,
      exp_alerts,
    })),
  }))
  // JSON is YAML; what it leaves as it is, Prometheus' reader would take for a line break.
  const text = JSON.stringify({ rule_files: ['rules.yml'], evaluation_interval: '15s', tests }).replace(
    /[\u2028\x7f]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return inFolder(folder => {
    writeFileSync(join(folder, 'rules.yml'), yamlOf(file))
    writeFileSync(join(folder, 'test.yml'), text)
    return outcome(['test', 'rules', join(folder, 'test.yml')])
  })
}

const AT_DEFAULT = '12m'

function outcome(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(PROMTOOL ?? 'promtool', args, { encoding: 'utf8' })
  return status === 0 ? '' : `${stdout}${stderr}`
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'offloop-rules-'))
  try {
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
