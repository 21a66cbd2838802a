/** One SLO under watch: bound to its metric once that is registered, with a judgement for each set of series it judges. */
import type { Clock } from '../shared/clock.ts'
import type { Labels, Unit } from '../shared/metric.ts'
import type { ResolvedSLO } from '../shared/slo/definition-check.ts'
import { fitToMetric } from '../shared/slo/metric-fit.ts'
import { formatObjective } from '../shared/slo/objective.ts'
import type { SloStatus } from '../shared/snapshot.ts'
import { readStatistic, type StatisticReading } from '../shared/statistics/reading.ts'
import type { Metric } from '../shared/statistics/registry.ts'
import type { Series } from '../shared/statistics/series.ts'
import { Judgement, type JudgementState } from './judgement.ts'

/** What the monitor needs of a metric registry. */
export interface SLORegistry {
  readonly clock: Clock
  metric(name: string): Metric | undefined
  /** Brings the statistics up to date, before a check. */
  refresh?(): void
}

/** The metrics an SLO is judged on, and its threshold in their unit. */
interface Binding {
  readonly metric: Metric
  readonly total: Metric | undefined
  readonly threshold: number
  readonly unit: Unit
  /** Series at the time the judgements were laid out. Series are added, never removed. */
  readonly seriesCount: number
}

export class WatchedSLO {
  readonly slo: ResolvedSLO
  readonly #registry: SLORegistry
  #binding: Binding | undefined
  #judgements: readonly Judgement[] = []
  /** Where judgements of a predecessor stood, by `stateKey`. */
  readonly #saved: ReadonlyMap<string, JudgementState>

  /** @param saved where judgements of a predecessor stood, by `stateKey`
   *  @throws TelemetryError when the metric is registered and the SLO does not fit it */
  constructor(
    slo: ResolvedSLO,
    registry: SLORegistry,
    saved: ReadonlyMap<string, JudgementState> = new Map(),
  ) {
    this.slo = slo
    this.#saved = saved
    this.#registry = registry
    this.refresh()
  }

  /** What is judged now: nothing before the metric is registered. */
  get judgements(): readonly Judgement[] {
    return this.#judgements
  }

  /** Counts how often the metric was registered: a change resets its rate limit. */
  get registrations(): number {
    return this.#binding?.metric.registrations ?? 0
  }

  /** The threshold in `unit`; as it was written before the metric is registered. */
  get threshold(): number {
    return this.#binding?.threshold ?? this.slo.objective.threshold
  }

  get unit(): Unit {
    return this.#binding?.unit ?? '1'
  }

  /** Whether the answer may change while no sample arrives. */
  get isTimeDependent(): boolean {
    return this.slo.windowMs !== undefined
  }

  /** Under what a judgement of this SLO is saved. */
  stateKey(labels: Labels): string {
    return JSON.stringify([this.slo.name, Object.entries(labels).sort()])
  }

  /** What is judged, as events say it. */
  get window(): string {
    return this.slo.window ?? (this.#binding?.metric.descriptor.kind === 'counter' ? 'total' : 'rolling')
  }

  /** Looks for the metric and for series that have come up since.
   *  @throws TelemetryError when the SLO does not fit the metric */
  refresh(): void {
    const { slo } = this
    const metric = this.#registry.metric(slo.metric)
    const total = slo.total === undefined ? undefined : this.#registry.metric(slo.total)
    if (metric === undefined || (slo.total !== undefined && total === undefined)) return
    const bound = this.#binding
    const seriesCount = metric.allSeries.length + (total?.allSeries.length ?? 0)
    const isSame = bound?.metric === metric && bound.total === total
    if (isSame && bound.seriesCount === seriesCount) return
    const fit = isSame ? bound : fitToMetric(slo, metric.descriptor, total?.descriptor)
    this.#binding = { metric, total, threshold: fit.threshold, unit: fit.unit, seriesCount }
    this.#judgements = slo.by === 'series' ? this.#bySeries(metric, total) : [this.#merged(metric, total)]
  }

  /** The statistic of the series of one judgement. */
  read(judgement: Judgement, nowMs: number): StatisticReading {
    const { objective, windowMs } = this.slo
    const at = { nowMs, timeWindowMs: windowMs }
    if (objective.statistic !== 'ratio') return readStatistic(judgement.series, objective.statistic, at)
    const part = readStatistic(judgement.series, 'sum', at)
    const whole = readStatistic(judgement.totalSeries, 'sum', at)
    // Nothing divided by nothing is no answer: an idle service breaks no promise.
    const value = whole.value ? (part.value ?? 0) / whole.value : undefined
    return { value, sampleCount: whole.value ?? 0, exact: part.exact && whole.exact }
  }

  statuses(): readonly SloStatus[] {
    const { name, metric, labels, objective } = this.slo
    const { threshold, unit } = this
    const status = { name, metric, objective: formatObjective(objective), threshold, unit }
    if (this.#judgements.length === 0) return [{ ...status, labels, state: 'no-data', actual: undefined }]
    return this.#judgements.map(({ labels, state, actual }) => ({ ...status, labels, state, actual }))
  }

  #merged(metric: Metric, total: Metric | undefined): Judgement {
    const { labels } = this.slo
    return this.#judgementOf(labels, metric.select(labels), total, this.#judgements[0])
  }

  #bySeries(metric: Metric, total: Metric | undefined): readonly Judgement[] {
    const known = new Map(this.#judgements.map(judgement => [judgement.series[0], judgement]))
    return metric
      .select(this.slo.labels)
      .map(series => this.#judgementOf(series.labels, [series], total, known.get(series)))
  }

  #judgementOf(
    labels: Labels,
    series: readonly Series[],
    total: Metric | undefined,
    earlier: Judgement | undefined,
  ): Judgement {
    const judgement = new Judgement(labels, series, total?.select(labels) ?? [])
    const known = earlier ?? this.#saved.get(this.stateKey(labels))
    if (known !== undefined) judgement.continueFrom(known)
    return judgement
  }
}
