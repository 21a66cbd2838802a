/** The rules of a service, as Prometheus loads them: what it computes for each SLO, the alert on that, and alerts on the
 *  pipeline itself. Pure. */
import { cleanText } from '../exposition/names.ts'
import type { MetricDescriptor } from '../shared/metric.ts'
import type { ResolvedSLO } from '../shared/slo/definition-check.ts'
import { ExposedMetrics } from './exposed-metric.ts'
import { indicatorOf } from './indicator.ts'
import { pipelineAlerts } from './pipeline-alerts.ts'
import { alertOnIndicator, alertOnVerdict, recordingOf } from './slo-alert.ts'

export interface RuleFile {
  readonly groups: readonly RuleGroup[]
}

interface RuleGroup {
  readonly name: string
  readonly rules: readonly (RecordingRule | AlertingRule)[]
}

export interface RecordingRule {
  readonly record: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
}

export interface AlertingRule {
  readonly alert: string
  readonly expr: string
  /** Left out: fires at once. */
  readonly for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface RuleOptions {
  /** Of the scrape. Undefined: rules are about every job that exposes the metrics. */
  readonly job: string | undefined
  readonly service: string | undefined
  /** For how long an SLO has to be violated before its alert fires. */
  readonly forMs: number
  /** Of objectives without a window of their own. */
  readonly rangeMs: number
  readonly scrapeIntervalMs: number
  /** Label of the alerts on SLOs. */
  readonly severity: string
}

/** What the rules say less exactly, or in another way, than the processes themselves. */
export interface RuleNote {
  readonly slo: string
  readonly text: string
}

export interface GeneratedRules {
  readonly file: RuleFile
  readonly notes: readonly RuleNote[]
}

/** Ranges hold as many scrapes at least: `rate` needs two, and one may fail. */
const SCRAPES_MIN = 4

/** @throws TelemetryError OFFLOOP_SLO_DEFINITION, OFFLOOP_OBJECTIVE where an SLO does not fit its metric */
export function rulesOf(
  slos: readonly ResolvedSLO[],
  descriptors: readonly MetricDescriptor[],
  options: RuleOptions,
): GeneratedRules {
  const metrics = new ExposedMetrics(descriptors)
  const rangeMinMs = SCRAPES_MIN * options.scrapeIntervalMs
  const notes: RuleNote[] = []
  const recordings: RecordingRule[] = []
  const alerts: AlertingRule[] = []
  for (const slo of slos) {
    const indicator = indicatorOf(slo, metrics, { job: options.job, rangeMs: options.rangeMs, rangeMinMs })
    if (indicator.by === 'process') {
      notes.push({ slo: slo.name, text: `the alert goes by what each process says: ${indicator.reason}` })
      alerts.push(alertOnVerdict(slo, options))
      continue
    }
    if (indicator.approximate !== undefined) notes.push({ slo: slo.name, text: indicator.approximate })
    if (slo.windowMs !== undefined && slo.windowMs < rangeMinMs) {
      notes.push({
        slo: slo.name,
        text: `its window of ${slo.window} holds too few scrapes: a longer one is taken`,
      })
    }
    recordings.push(recordingOf(slo, indicator))
    alerts.push(alertOnIndicator(slo, indicator, options))
  }
  const name = cleanText(options.job ?? options.service ?? 'offloop')
  const groups = [
    // One after the other within a group: the alerts go by what has just been recorded.
    { name: `${name}: objectives`, rules: [...recordings, ...alerts] },
    { name: `${name}: telemetry`, rules: pipelineAlerts(options) },
  ]
  return { file: { groups: groups.filter(({ rules }) => rules.length > 0) }, notes }
}
