/** What Prometheus is to compute for an SLO, and what of that says that it does not hold. Pure. */
import type { ResolvedSLO } from '../shared/slo/definition-check.ts'
import { counterIndicator, gaugeIndicator } from './counted-indicator.ts'
import { distributionIndicator } from './distribution-indicator.ts'
import type { ExposedMetrics } from './exposed-metric.ts'
import { type IndicatorOptions, Question } from './question.ts'

/** How people read a value: `0.05` as a share is 5%. */
export type ValueFormat = 'percentage' | 'duration' | 'bytes' | 'number'

/** Computed by Prometheus from what the processes expose, over all of them. */
export interface Indicator {
  readonly by: 'prometheus'
  /** Name of the recording rule: `level:metric:operation`. */
  readonly record: string
  readonly expr: string
  /** The comparison that tells a violation: `> 0.05`. */
  readonly violation: string
  /** What must hold as well, for there to be samples enough: matched by `levels`. */
  readonly guard: string | undefined
  /** Labels the result has. */
  readonly levels: readonly string[]
  readonly format: ValueFormat
  /** What the value is, for people: `share of input_to_echo above 60ms over 5m`. */
  readonly meaning: string
  /** Why the value is not quite what the process would say; undefined where it is, but for the range of time. */
  readonly approximate: string | undefined
}

/** Judged by each process itself, which says so. */
export interface Verdict {
  readonly by: 'process'
  /** Why Prometheus cannot tell. */
  readonly reason: string
}

/** @throws TelemetryError OFFLOOP_SLO_DEFINITION, OFFLOOP_OBJECTIVE where the SLO does not fit its metric */
export function indicatorOf(
  slo: ResolvedSLO,
  metrics: ExposedMetrics,
  options: IndicatorOptions,
): Indicator | Verdict {
  const metric = metrics.of(slo)
  const total = metrics.totalOf(slo)
  if (metric === undefined || (slo.total !== undefined && total === undefined)) {
    return {
      by: 'process',
      reason: 'not all is known of its metric: see --url, or metrics in the file of SLOs',
    }
  }
  const question = new Question(slo, metric, total, options)
  if (metric.type === 'histogram') return distributionIndicator(question)
  if (metric.type === 'counter') return counterIndicator(question)
  // A sum that goes both ways, held as a gauge, has its value as a gauge has.
  const isGauge = metric.type === 'gauge' || metric.type === 'updown'
  if (isGauge && metric.descriptor.kind === 'gauge') return gaugeIndicator(question)
  return { by: 'process', reason: `${metric.family} is exposed as ${metric.type}` }
}
