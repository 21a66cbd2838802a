/** An SLO and its metric, ready to be written as PromQL: thresholds, labels, ranges of time. Pure. */
import type { ResolvedSLO } from '../shared/slo/definition-check.ts'
import { fitToMetric } from '../shared/slo/metric-fit.ts'
import { type ExposedMetric, storedLabelName } from './exposed-metric.ts'
import type { ValueFormat } from './indicator.ts'
import { inBaseUnit, type Matcher, rangeOf, selector } from './promql.ts'

/** How an SLO is put to Prometheus. */
export interface IndicatorOptions {
  /** The scrape job. Undefined: of every job. */
  readonly job: string | undefined
  /** Of objectives without a window of their own. */
  readonly rangeMs: number
  /** No range is shorter: it would hold too few scrapes. */
  readonly rangeMinMs: number
}

/** An SLO and its metric, ready to be written as PromQL. */
export class Question {
  readonly slo: ResolvedSLO
  readonly metric: ExposedMetric
  readonly total: ExposedMetric | undefined
  /** In the metric's unit, per second for a rate. */
  readonly threshold: number
  /** Whether the objective says from when on it speaks. */
  readonly hasWindow: boolean
  readonly range: string
  readonly #job: string | undefined

  /** @throws TelemetryError OFFLOOP_SLO_DEFINITION, OFFLOOP_OBJECTIVE where the SLO does not fit its metric */
  constructor(
    slo: ResolvedSLO,
    metric: ExposedMetric,
    total: ExposedMetric | undefined,
    options: IndicatorOptions,
  ) {
    this.slo = slo
    this.metric = metric
    this.total = total
    this.threshold = fitToMetric(slo, metric.descriptor, total?.descriptor).threshold
    this.hasWindow = slo.windowMs !== undefined
    this.range = rangeOf(Math.max(slo.windowMs ?? options.rangeMs, options.rangeMinMs))
    this.#job = options.job
  }

  get isUpper(): boolean {
    return this.slo.objective.op.startsWith('<')
  }

  /** The comparison that holds where the objective's does not. */
  get violatingOp(): string {
    return { '<': '>=', '<=': '>', '>': '<=', '>=': '<' }[this.slo.objective.op]
  }

  /** The threshold as it compares with what is exposed. */
  get exposedThreshold(): number {
    return inBaseUnit(this.threshold, this.metric.divisor)
  }

  /** How values of the metric are read. */
  get format(): ValueFormat {
    if (this.metric.unit === 'seconds') return 'duration'
    return this.metric.unit === 'bytes' ? 'bytes' : 'number'
  }

  /** Labels that tell results apart. */
  levels(...more: readonly string[]): readonly string[] {
    const { slo, metric } = this
    const names = slo.by === 'series' ? metric.descriptor.labelNames : Object.keys(slo.labels)
    return [...new Set(['job', ...more, ...names.map(name => storedLabelName(metric, name))])]
  }

  /** The metric's samples of this suffix. */
  samples(suffix: string, matchers: readonly Matcher[] = [], metric: ExposedMetric = this.metric): string {
    const picked = Object.entries(this.slo.labels).map(
      ([name, value]) => [storedLabelName(metric, name), value] as const,
    )
    const job = this.#job === undefined ? [] : [['job', this.#job] as const]
    return selector(`${metric.family}${suffix}`, [...job, ...picked, ...matchers])
  }

  /** `sum by (job) (…)`. */
  sum(expr: string, levels: readonly string[] = this.levels()): string {
    return `sum by (${levels.join(', ')}) (${expr})`
  }

  rate(samples: string): string {
    return `rate(${samples}[${this.range}])`
  }

  increase(samples: string): string {
    return `increase(${samples}[${this.range}])`
  }

  /** @example recordName('hits', 'rate5m') // job:hits:rate5m */
  recordName(metric: string, operation: string, levels: readonly string[] = this.levels()): string {
    return `${levels.join('_')}:${metric}:${operation}`
  }

  /** Says that so many samples came as the SLO wants. Of a value that is none without samples, one is no question. */
  guardOf(samples: string, divisor = 1): string | undefined {
    const { minSamples } = this.slo
    if (minSamples <= 1) return undefined
    return `${this.sum(this.increase(samples))} >= ${inBaseUnit(minSamples, divisor)}`
  }

  /** The same of a count: that one is 0 without samples, which an objective such as `count>5` would take for a violation.
   *  @param count what is counted, by level
   *  @param divisor what that was divided by */
  guardOfCount(count: string, divisor = 1): string | undefined {
    const { minSamples } = this.slo
    if (minSamples > 1) return `${count} >= ${inBaseUnit(minSamples, divisor)}`
    return minSamples === 1 && !this.isUpper ? `${count} > 0` : undefined
  }
}
