/** How a metric is exposed, as far as a rule has to know: taken from what it is registered as, or from what an
 *  objective gives away. Pure. */
import { exportedShapeOf } from '../exposition/families.ts'
import type { FamilyType } from '../exposition/family.ts'
import { labelNameOf } from '../exposition/names.ts'
import { isTimeUnit, type MetricDescriptor } from '../shared/metric.ts'
import type { ResolvedSLO } from '../shared/slo/definition-check.ts'
import type { Objective } from '../shared/slo/objective.ts'
import { inBaseUnit } from './promql.ts'

export interface ExposedMetric {
  readonly descriptor: MetricDescriptor
  /** Name of its family: samples are called this, or this and `_total`, `_bucket`, `_sum` or `_count`. */
  readonly family: string
  readonly type: FamilyType
  /** `seconds`, `bytes` …; empty: none. */
  readonly unit: string
  /** What values were divided by to come to that unit. */
  readonly divisor: number
  /** Bounds of its histogram, in that unit. Undefined: not known. */
  readonly bounds: readonly number[] | undefined
}

function exposedMetricOf(descriptor: MetricDescriptor): ExposedMetric {
  const { name: family, type, unit, divisor } = exportedShapeOf(descriptor)
  const bounds = descriptor.buckets?.map(bound => inBaseUnit(bound, divisor))
  return { descriptor, family, type, unit, divisor, bounds }
}

/** What a label is called in Prometheus: `job` and `instance` are the scrape's own there, and it renames those it finds. */
export function storedLabelName({ descriptor, type }: ExposedMetric, labelName: string): string {
  const index = descriptor.labelNames.indexOf(labelName)
  const valid = labelNameOf(descriptor.exported?.labelNames?.[index] ?? labelName)
  const isDistribution = type === 'histogram' || type === 'summary'
  const taken = isDistribution ? ['job', 'instance', 'le', 'quantile'] : ['job', 'instance']
  return taken.includes(valid) ? `exported_${valid}` : valid
}

/** Looks metrics up by the name that SLOs know them by. */
export class ExposedMetrics {
  readonly #byName: ReadonlyMap<string, ExposedMetric>

  constructor(descriptors: readonly MetricDescriptor[]) {
    this.#byName = new Map(descriptors.map(descriptor => [descriptor.name, exposedMetricOf(descriptor)]))
  }

  get all(): readonly ExposedMetric[] {
    return [...this.#byName.values()]
  }

  /** The metric an SLO is about. Where nothing is known of it: what its objective gives away, if that is enough. */
  of(slo: ResolvedSLO): ExposedMetric | undefined {
    return this.#byName.get(slo.metric) ?? inferred(slo.metric, slo)
  }

  /** The counter a ratio divides by. */
  totalOf(slo: ResolvedSLO): ExposedMetric | undefined {
    return slo.total === undefined ? undefined : (this.#byName.get(slo.total) ?? inferred(slo.total, slo))
  }
}

/** A time that is ranked or averaged is a latency, and a ratio is of two counters. All else may be of several kinds, and
 *  a rule for the wrong one would never fire. */
function inferred(name: string, { objective, by, labels }: ResolvedSLO): ExposedMetric | undefined {
  if (by === 'series') return undefined
  const common = { name, help: '', labelNames: Object.keys(labels) }
  if (objective.statistic === 'ratio') return exposedMetricOf({ ...common, kind: 'counter', unit: '1' })
  if (!isTimeOfLatency(objective)) return undefined
  return exposedMetricOf({ ...common, kind: 'latency', unit: 'ms' })
}

function isTimeOfLatency({ statistic, unit }: Objective): boolean {
  const isTime = unit === 'm' || unit === 'h' || (unit !== undefined && isTimeUnit(unit))
  return isTime && (statistic.startsWith('p') || ['avg', 'min', 'max'].includes(statistic))
}
