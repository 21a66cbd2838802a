/** What extensions see of the aggregator. Aggregator thread. */
import { timestampOf } from '../shared/clock.ts'
import type {
  Exemplar,
  ExportBuckets,
  ExportHealth,
  ExportMetric,
  ExportResource,
  ExportSeries,
  ExtensionHost,
  OwnSeries,
} from '../shared/extension/extension.ts'
import { labelValuesOf } from '../shared/labels.ts'
import { createLimitedLog } from '../shared/limited-log.ts'
import { type Labels, type MetricDefinition, SELF_METRIC_PREFIX } from '../shared/metric.ts'
import type { SLODefinition } from '../shared/slo/definition.ts'
import type { SloStatus, TelemetrySnapshot } from '../shared/snapshot.ts'
import { ExponentialHistogram } from '../shared/statistics/exponential-histogram.ts'
import type { MetricRegistry } from '../shared/statistics/registry.ts'
import type { Series } from '../shared/statistics/series.ts'
import { quantilesOfLatest, summarizeWindows } from '../shared/statistics/window-summary.ts'

const LOG_INTERVAL_MS = 10_000
const LOG_LINES_MAX = 20

/** What the aggregator lends its extensions. */
export interface HostedAggregator {
  readonly resource: ExportResource
  readonly registry: MetricRegistry
  /** Takes whatever is published. */
  drain(): void
  exemplarsOf(series: Series): readonly Exemplar[]
  /** Something was recorded that came through no lane. */
  touch(): void
  snapshot(): TelemetrySnapshot
  health(): ExportHealth
  slos(): readonly SLODefinition[]
  sloStatuses(): readonly SloStatus[]
  log(line: string): void
}

export function createExtensionHost(aggregator: HostedAggregator): ExtensionHost {
  const { registry, resource } = aggregator
  const { clock } = registry
  const log = createLimitedLog(line => aggregator.log(line), clock, LOG_INTERVAL_MS, LOG_LINES_MAX)
  return {
    resource,
    collect: () => {
      aggregator.drain()
      return collectMetrics(aggregator)
    },
    snapshot: () => aggregator.snapshot(),
    health: () => aggregator.health(),
    slos: () => aggregator.slos(),
    sloStatuses: () => aggregator.sloStatuses(),
    series: (definition, labels = {}) => ownSeries(aggregator, definition, labels),
    log,
    // The loop's own tick is a timer: it has its turn before this one goes on.
    pause: () => new Promise(resolve => setImmediate(resolve)),
    now: () => timestampOf(clock),
  }
}

/** Metrics as they are; nothing of their series is read yet. */
function collectMetrics(aggregator: HostedAggregator): ExportMetric[] {
  const { registry } = aggregator
  const metrics = registry.metrics().map(({ descriptor, allSeries }) => ({
    descriptor,
    isSelf: descriptor.name.startsWith(SELF_METRIC_PREFIX),
    series: allSeries.map(series => new ReadSeries(series, aggregator)),
  }))
  return [...metrics.filter(({ isSelf }) => !isSelf), ...metrics.filter(({ isSelf }) => isSelf)]
}

/** A registered series, as exporters read it. */
class ReadSeries implements ExportSeries {
  readonly #series: Series
  readonly #aggregator: HostedAggregator

  constructor(series: Series, aggregator: HostedAggregator) {
    this.#series = series
    this.#aggregator = aggregator
  }

  get labels(): Labels {
    return this.#series.labels
  }

  get isOverflow(): boolean {
    return this.#series.isOverflow
  }

  get total(): number {
    return this.#series.total
  }

  get totalSum(): number {
    return this.#series.totalSum
  }

  get last(): number | undefined {
    return this.#series.last
  }

  get lastTimeMs(): number | undefined {
    const timeMs = this.#series.lastTimeMs
    return timeMs === undefined ? undefined : this.#aggregator.registry.clock.originEpochMs + timeMs
  }

  get buckets(): ExportBuckets | undefined {
    const { buckets } = this.#series
    if (buckets === undefined) return undefined
    const { counts, isExact } = buckets
    return { bounds: [...buckets.bounds.bounds], counts, isExact }
  }

  distribution(): ExponentialHistogram {
    const histogram = new ExponentialHistogram()
    this.#series.slices?.mergeSinceStart(histogram)
    return histogram
  }

  quantiles(ranks: readonly number[], latest?: number): readonly (number | undefined)[] {
    const { window } = this.#series
    if (window === undefined) return ranks.map(() => undefined)
    return latest === undefined || latest >= window.size
      ? summarizeWindows([window], ranks).quantiles
      : quantilesOfLatest(window, latest, ranks)
  }

  get exemplars(): readonly Exemplar[] {
    return this.#aggregator.exemplarsOf(this.#series)
  }
}

function ownSeries(
  { registry, touch }: Pick<HostedAggregator, 'registry' | 'touch'>,
  definition: MetricDefinition,
  labels: Labels,
): OwnSeries {
  const known = registry.metric(definition.name)
  const metric = known ?? registry.register(definition)
  const series = metric.series(labelValuesOf(metric.descriptor, labels))
  const timeMs = () => registry.clock.nowMs() >>> 0
  return {
    record: value => {
      series.record(value, timeMs())
      touch()
    },
    increment: by => {
      series.increment(by, timeMs())
      touch()
    },
    get total() {
      return series.total
    },
  }
}
