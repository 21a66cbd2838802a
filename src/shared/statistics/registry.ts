/** Every metric the aggregator knows, by name. */
import { type Clock, createClock } from '../clock.ts'
import { TelemetryError } from '../errors.ts'
import { checkOptions } from '../known-keys.ts'
import { labelValuesOf } from '../labels.ts'
import { describeMetric, isSameMetric, type MetricDefinition, metricConflict } from '../metric.ts'
import { closestName } from './closest-name.ts'
import { Metric, type MetricLimits } from './registered-metric.ts'
import type { StatisticsMemory } from './statistics-memory.ts'
import { checkWindowCapacity, WINDOW_CAPACITY_DEFAULT } from './window.ts'

export { Metric } from './registered-metric.ts'

const OPTION_NAMES = [
  'windowCapacity',
  'maxSeriesPerMetric',
  'clock',
  'onSeriesOverflow',
  'memory',
  'bucketsSeconds',
] as const
const SERIES_MAX_DEFAULT = 1_000
const SERIES_MAX_LIMIT = 1_000_000
/** Metrics of one registry: a thread that makes up names must not fill the memory. */
export const METRICS_MAX = 10_000
/** Series of one registry, overflow series not counted. Beyond it new label values share their metric's overflow series. */
const SERIES_TOTAL_MAX = 1_000_000

export interface RegistryOptions {
  /** Samples each series' rolling window holds. Default 10,000. */
  readonly windowCapacity?: number | undefined
  /** Series of one metric; further ones share an overflow series. Default 1,000. */
  readonly maxSeriesPerMetric?: number | undefined
  readonly clock?: Clock | undefined
  /** Called once for each metric that reaches its limit. */
  readonly onSeriesOverflow?: ((metric: Metric) => void) | undefined
  /** Where samples and closed slices lie. Default: the heap.
   *  @internal */
  readonly memory?: StatisticsMemory | undefined
  /** Bounds of a latency's histogram unless it has its own, in seconds. Default: none are counted.
   *  @internal */
  readonly bucketsSeconds?: readonly number[] | undefined
}

/** Owns the metrics, and through them all statistics. One thread owns a registry. */
export class MetricRegistry {
  readonly clock: Clock
  readonly #limits: MetricLimits
  readonly #metricsByName = new Map<string, Metric>()

  /** @throws TelemetryError OFFLOOP_WINDOW_SIZE, OFFLOOP_OPTION */
  constructor(options: RegistryOptions = {}) {
    checkOptions(options, OPTION_NAMES, 'registry options')
    const { onSeriesOverflow = () => {} } = options
    if (typeof onSeriesOverflow !== 'function') {
      const fix = 'give a function'
      throw new TelemetryError('OFFLOOP_OPTION', { at: 'onSeriesOverflow', got: onSeriesOverflow, fix })
    }
    this.clock = options.clock ?? createClock()
    if (typeof this.clock.nowMs !== 'function') {
      const fix = 'give a clock: nowMs() and originEpochMs'
      throw new TelemetryError('OFFLOOP_OPTION', { at: 'clock', got: this.clock, fix })
    }
    this.#limits = {
      clock: this.clock,
      windowCapacity: checkWindowCapacity(options.windowCapacity ?? WINDOW_CAPACITY_DEFAULT),
      maxSeriesPerMetric: checkSeriesMax(options.maxSeriesPerMetric ?? SERIES_MAX_DEFAULT),
      onSeriesOverflow,
      seriesLeft: { count: SERIES_TOTAL_MAX },
      memory: options.memory,
      bucketsSeconds: options.bucketsSeconds,
    }
  }

  /** The metric of this definition, one of 10,000 at most. One that is registered already, and looks the same, is counted and returned.
   *  @example registry.register({ kind: 'latency', name: 'input_to_echo', unit: 'ms' })
   *  @throws TelemetryError OFFLOOP_METRIC_CONFLICT, OFFLOOP_METRIC_LIMIT, OFFLOOP_METRIC_NAME, OFFLOOP_METRIC_UNIT, OFFLOOP_LABEL_NAME */
  register(definition: MetricDefinition): Metric {
    const { kind, name, ...options } = definition ?? {}
    const descriptor = describeMetric(kind, name, options)
    const known = this.#metricsByName.get(name)
    if (known === undefined) {
      if (this.#metricsByName.size >= METRICS_MAX) throw tooManyMetrics(name)
      const metric = new Metric(descriptor, this.#limits)
      this.#metricsByName.set(name, metric)
      return metric
    }
    if (!isSameMetric(known.descriptor, descriptor)) throw metricConflict(known.descriptor, descriptor)
    known.registrations += 1
    return known
  }

  metric(name: string): Metric | undefined {
    return this.#metricsByName.get(name)
  }

  /** In order of registration. */
  metrics(): readonly Metric[] {
    return [...this.#metricsByName.values()]
  }

  /** Records a value now, or increments a counter by it: for use without lanes. What comes through lanes goes to
   *  `Series.record` directly.
   *  @throws TelemetryError OFFLOOP_METRIC_UNKNOWN, OFFLOOP_LABEL_MISSING, OFFLOOP_LABEL_UNKNOWN, OFFLOOP_LABEL_VALUE */
  record(name: string, value: number, labels: unknown = {}): void {
    const metric = this.#metricsByName.get(name)
    if (metric === undefined) throw this.#unknownMetric(name)
    const series = metric.series(labelValuesOf(metric.descriptor, labels))
    const timeMs = this.clock.nowMs() >>> 0
    if (metric.descriptor.kind === 'counter') series.increment(value, timeMs)
    else series.record(value, timeMs)
  }

  #unknownMetric(name: string): TelemetryError {
    const closest = typeof name === 'string' ? closestName(name, this.#metricsByName.keys()) : undefined
    const fix =
      closest === undefined ? 'register it first' : `register it first, or did you mean "${closest}"?`
    return new TelemetryError('OFFLOOP_METRIC_UNKNOWN', { got: name, fix })
  }
}

function tooManyMetrics(name: string): TelemetryError {
  const fix = `put what differs from name to name into labels: a registry holds ${METRICS_MAX} metrics`
  return new TelemetryError('OFFLOOP_METRIC_LIMIT', { got: name, fix })
}

function checkSeriesMax(seriesMax: number): number {
  if (Number.isInteger(seriesMax) && seriesMax >= 1 && seriesMax <= SERIES_MAX_LIMIT) return seriesMax
  throw new TelemetryError('OFFLOOP_OPTION', {
    at: 'maxSeriesPerMetric',
    got: seriesMax,
    fix: `give a whole number from 1 to ${SERIES_MAX_LIMIT}`,
  })
}
