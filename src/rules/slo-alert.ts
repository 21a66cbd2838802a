/** The recording rule and the alert of one SLO. Pure. */
import { cleanText } from '../exposition/names.ts'
import type { ResolvedSLO } from '../shared/slo/definition-check.ts'
import { formatObjective } from '../shared/slo/objective.ts'
import { literal, valueText } from './alert-text.ts'
import type { Indicator } from './indicator.ts'
import { type Matcher, quoted, rangeOf, selector } from './promql.ts'
import type { AlertingRule, RecordingRule, RuleOptions } from './rule-file.ts'

const SLO_ALERT = 'OffloopSLOViolated'
/** 1 while the process takes the SLO for violated. */
export const VERDICT_METRIC = 'offloop_slo_violated'

/** Labels that the rules give to what they find. */
const OWN_LABELS = ['slo', 'severity']

export function recordingOf(slo: ResolvedSLO, { record, expr, levels }: Indicator): RecordingRule {
  return { record, expr: withOwnLabelsKept(expr, levels), labels: { slo: cleanText(slo.name) } }
}

export function alertOnIndicator(slo: ResolvedSLO, indicator: Indicator, options: RuleOptions): AlertingRule {
  const { record, violation, guard, levels, format, meaning } = indicator
  const recorded = selector(record, jobMatchers(options, [['slo', slo.name]]))
  const matched = levels.map(level => (level === 'slo' ? 'exported_slo' : level)).join(', ')
  const isEnough = guard === undefined ? '' : ` and on (${matched}) (${withOwnLabelsKept(guard, levels)})`
  return {
    ...head(slo, `${recorded} ${violation}${isEnough}`, options),
    annotations: {
      ...summaryOf(slo),
      description: `${literal(capitalized(meaning))}: ${valueText(format)}${whereOf(levels)}. Objective: ${literal(objectiveText(slo))}.`,
      runbook: RUNBOOK,
    },
  }
}

export function alertOnVerdict(slo: ResolvedSLO, options: RuleOptions): AlertingRule {
  const verdict = selector(VERDICT_METRIC, jobMatchers(options, [['slo', slo.name]]))
  // Which labels the series have is not known here; processes see to `slo` themselves.
  const kept = slo.by === 'series' ? withOwnLabelsKept(verdict, ['severity']) : verdict
  return {
    ...head(slo, `${kept} == 1`, options),
    annotations: {
      ...summaryOf(slo),
      description: `{{ $labels.instance }} of {{ $labels.job }} says that its objective does not hold: ${literal(objectiveText(slo))}.`,
      runbook: RUNBOOK,
    },
  }
}

const RUNBOOK =
  'GET /snapshot.json of an instance shows the figures of each series and the state of each objective; the bus has the violations one by one (perf.slo_violation).'

/** One sample may be enough to violate these, and it is seen for as long as it is in the range: whoever waits longer than
 *  that never hears of it. */
const AT_ONCE: readonly string[] = ['min', 'max', 'sum', 'count']

function head(
  slo: ResolvedSLO,
  expr: string,
  { forMs, severity }: RuleOptions,
): Pick<AlertingRule, 'alert' | 'expr' | 'for' | 'labels'> {
  const isAtOnce = forMs === 0 || AT_ONCE.includes(slo.objective.statistic)
  return {
    alert: SLO_ALERT,
    expr,
    ...(isAtOnce ? {} : { for: rangeOf(forMs) }),
    labels: { severity: literal(severity), slo: literal(slo.name) },
  }
}

function summaryOf({ name, description }: ResolvedSLO): { readonly summary: string } {
  const what = description === '' ? '' : ` (${description})`
  return { summary: literal(`${name} does not hold${what}`) }
}

function objectiveText({ metric, objective, window, total }: ResolvedSLO): string {
  const per = total === undefined ? '' : ` per ${total}`
  return `${metric}${per} ${formatObjective(objective)}${window === undefined ? '' : ` over ${window}`}`
}

/** Which of several is meant: `, for job shop, route /users`. */
function whereOf(levels: readonly string[]): string {
  return `, for ${levels.map(level => `${level} {{ $labels.${level} }}`).join(', ')}`
}

function jobMatchers({ job }: RuleOptions, matchers: readonly Matcher[]): readonly Matcher[] {
  return job === undefined ? matchers : [['job', job], ...matchers]
}

/** A metric's own label `slo` or `severity` would be overwritten, and series become one: it is kept as Prometheus keeps a
 *  label of the scrape's. */
function withOwnLabelsKept(expr: string, levels: readonly string[]): string {
  return levels
    .filter(level => OWN_LABELS.includes(level))
    .reduce(
      (kept, level) =>
        `label_replace(${kept}, ${quoted(`exported_${level}`)}, "$1", ${quoted(level)}, "(.+)")`,
      expr,
    )
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
