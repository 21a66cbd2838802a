/** A registered metric and its series, of which there is a limited number. */
import type { Clock } from '../clock.ts'
import { bucketsIn } from '../export-hints.ts'
import { labelsOf, overflowValuesOf, seriesKeyOf } from '../labels.ts'
import { isTimeUnit, type Labels, type MetricDescriptor } from '../metric.ts'
import { BucketBounds } from './explicit-buckets.ts'
import { Series } from './series.ts'
import type { StatisticsMemory } from './statistics-memory.ts'

export interface MetricLimits {
  readonly clock: Clock
  readonly windowCapacity: number
  readonly maxSeriesPerMetric: number
  /** How many more series there may be, of all metrics together. */
  readonly seriesLeft: { count: number }
  readonly onSeriesOverflow: (metric: Metric) => void
  readonly memory?: StatisticsMemory | undefined
  /** Bounds of a latency's histogram unless it has its own. Undefined: it has none. */
  readonly bucketsSeconds?: readonly number[] | undefined
}

/** Owns the metric's series. Beyond the limit all further label values share one overflow series. */
export class Metric {
  readonly descriptor: MetricDescriptor
  /** Upper bounds of its histogram, in its unit: its own, or the default ones. */
  readonly buckets: readonly number[] | undefined
  /** Times it was registered. A change means that its violation rate limit starts anew. */
  registrations = 1
  readonly #limits: MetricLimits
  readonly #bounds: BucketBounds | undefined
  readonly #seriesByKey = new Map<string, Series>()
  readonly #allSeries: Series[] = []
  #overflow: Series | undefined

  constructor(descriptor: MetricDescriptor, limits: MetricLimits) {
    this.descriptor = descriptor
    this.#limits = limits
    this.buckets = bucketsOf(descriptor, limits.bucketsSeconds)
    this.#bounds = this.buckets === undefined ? undefined : BucketBounds.of(this.buckets)
  }

  /** In order of creation, the overflow series included. */
  get allSeries(): readonly Series[] {
    return this.#allSeries
  }

  /** Bytes of samples, counts and slices of all series. */
  get bytes(): number {
    return this.#allSeries.reduce((bytes, series) => bytes + series.bytes, 0)
  }

  /** The series of these label values, in the order of the metric's label names; created when it is new.
   *  Beyond `maxSeriesPerMetric` the overflow series: tell by `isOverflow`.
   *  @param isOverflow asks for the overflow series, whatever the label values */
  series(labelValues: readonly string[], isOverflow = false): Series {
    if (isOverflow) return this.#overflowSeries()
    const key = seriesKeyOf(labelValues)
    const known = this.#seriesByKey.get(key)
    if (known !== undefined) return known
    const { maxSeriesPerMetric, seriesLeft } = this.#limits
    if (this.#seriesByKey.size >= maxSeriesPerMetric || seriesLeft.count <= 0) return this.#overflowSeries()
    seriesLeft.count--
    const series = this.#createSeries(labelValues, false)
    this.#seriesByKey.set(key, series)
    return series
  }

  /** The series that have all these label values. Without any: all series. */
  select(filter: Labels): readonly Series[] {
    const wanted = Object.entries(filter)
    if (wanted.length === 0) return this.#allSeries
    return this.#allSeries.filter(({ labels }) =>
      wanted.every(([labelName, value]) => labels[labelName] === value),
    )
  }

  #overflowSeries(): Series {
    if (this.#overflow === undefined) {
      this.#overflow = this.#createSeries(overflowValuesOf(this.descriptor), true)
      this.#limits.onSeriesOverflow(this)
    }
    return this.#overflow
  }

  #createSeries(labelValues: readonly string[], isOverflow: boolean): Series {
    const { clock, windowCapacity, memory } = this.#limits
    const labels = labelsOf(this.descriptor.labelNames, labelValues)
    const bounds = this.#bounds
    const series = new Series(this.descriptor, labels, { clock, windowCapacity, isOverflow, memory, bounds })
    this.#allSeries.push(series)
    return series
  }
}

/** The metric's own bounds, or those a latency has by default. */
function bucketsOf(
  { kind, unit, buckets }: MetricDescriptor,
  defaultSeconds: readonly number[] | undefined,
): readonly number[] | undefined {
  if (kind === 'counter') return undefined
  if (buckets !== undefined || kind !== 'latency' || defaultSeconds === undefined) return buckets
  return isTimeUnit(unit) ? bucketsIn(unit, defaultSeconds) : undefined
}
