/** Reads statistics out of series: one statistic for an objective, or a whole snapshot. */
import { assert } from '../errors.ts'
import type { Labels, MetricDescriptor } from '../metric.ts'
import type { SeriesSnapshot } from '../snapshot.ts'
import type { StatisticName } from '../topics.ts'
import { RELATIVE_ERROR_MAX } from './bucket-index.ts'
import type { Series } from './series.ts'
import { countSlices, readSlices, SINCE_START, type TimeSlices } from './time-slices.ts'
import type { Window } from './window.ts'
import { summarizeWindows } from './window-summary.ts'

const RATE_WINDOW_MS = 10_000
const RATE_SPAN_MIN_MS = 1_000
const SNAPSHOT_QUANTILES: readonly number[] = [0.5, 0.9, 0.95, 0.99]

export interface StatisticReading {
  /** Undefined where there is no value: no samples, or a statistic this kind of metric does not have. */
  readonly value: number | undefined
  /** Samples that were judged; for counters, increments. For `rate`, everything since the start: a series that falls
   *  silent has a rate, of 0. */
  readonly sampleCount: number
  readonly exact: boolean
}

/** The rolling windows merged, a time window, or a counter's value. */
interface Distribution {
  readonly count: number
  readonly sum: number
  readonly min: number | undefined
  readonly max: number | undefined
  readonly quantiles: readonly (number | undefined)[]
  readonly coveredMs: number
}

/** One statistic over the series together.
 *  pNN, avg, min, max, sum and count are those of the rolling windows merged, or of the last `timeWindowMs`; a
 *  counter's sum and count are its value, or its increments in that time. `value` is the most recent one, or a
 *  counter's value. `rate` is per second, see `ratePerSecond`. `ratio` takes two metrics, and is not found here.
 *  @throws TelemetryError OFFLOOP_QUANTILE_RANGE, OFFLOOP_TIME_WINDOW */
export function readStatistic(
  seriesSet: readonly Series[],
  statistic: StatisticName,
  { nowMs, timeWindowMs }: { nowMs: number; timeWindowMs?: number | undefined },
): StatisticReading {
  if (statistic === 'rate') {
    const value = ratePerSecond(seriesSet, nowMs, timeWindowMs)
    return { value, sampleCount: sumOver(seriesSet, series => series.total), exact: true }
  }
  const isCounter = seriesSet[0]?.metric.kind === 'counter'
  if (statistic === 'value') {
    const value = isCounter ? sumOver(seriesSet, series => series.total) : lastOf(seriesSet)
    return { value, sampleCount: sampleCountOf(seriesSet, nowMs, timeWindowMs), exact: true }
  }
  const q = quantileOf(statistic)
  const distribution = distributionOf(seriesSet, q === undefined ? [] : [q], nowMs, timeWindowMs)
  return {
    value: pick(distribution, statistic, isCounter),
    sampleCount: distribution.count,
    exact: isCounter || isExact(seriesSet, statistic, timeWindowMs),
  }
}

/** Whether the statistic is what a look at every sample would say. Counts and sums of time windows always are. */
function isExact(
  seriesSet: readonly Series[],
  statistic: StatisticName,
  timeWindowMs: number | undefined,
): boolean {
  if (timeWindowMs === undefined) return seriesSet.every(series => series.isWindowWhole)
  if (quantileOf(statistic) !== undefined) return false
  const isExtreme = statistic === 'min' || statistic === 'max'
  return !isExtreme || seriesSet.every(series => series.summarized === 0)
}

/** Everything a query answers about the series together.
 *  @param options.timeWindowMs may be `SINCE_START`: then as much is requested as is covered
 *  @param options.labels what the series have in common, as the snapshot shows it
 *  @param options.metric for an empty set, which has no series to tell the metric by
 *  @throws TelemetryError OFFLOOP_TIME_WINDOW */
export function snapshotSeries(
  seriesSet: readonly Series[],
  options: {
    readonly nowMs: number
    readonly timestamp: number
    readonly labels: Labels
    readonly timeWindowMs?: number | undefined
    readonly metric?: MetricDescriptor | undefined
  },
): SeriesSnapshot {
  const { nowMs, timestamp, labels, timeWindowMs } = options
  const metric = seriesSet[0]?.metric ?? options.metric
  assert(metric !== undefined, 'a snapshot of no series was asked for without naming the metric')
  const isCounter = metric.kind === 'counter'
  const distribution = distributionOf(seriesSet, SNAPSHOT_QUANTILES, nowMs, timeWindowMs)
  const { count, sum, min, max, quantiles } = distribution
  const [p50, p90, p95, p99] = quantiles
  const total = sumOver(seriesSet, series => series.total)
  return {
    metric: metric.name,
    labels,
    kind: metric.kind,
    unit: metric.unit,
    count,
    sum,
    min,
    max,
    mean: isCounter || count === 0 ? undefined : sum / count,
    last: isCounter ? total : lastOf(seriesSet),
    p50,
    p90,
    p95,
    p99,
    rate: ratePerSecond(seriesSet, nowMs, timeWindowMs) ?? 0,
    total,
    totalSum: sumOver(seriesSet, series => series.totalSum),
    invalid: sumOver(seriesSet, series => series.invalid),
    window: {
      capacity: isCounter ? 0 : sumOver(seriesSet, series => series.windowCapacity),
      size: sumOver(seriesSet, series => series.window?.size ?? 0),
      evicted: sumOver(seriesSet, series => series.window?.evicted ?? 0),
    },
    ...(timeWindowMs === undefined
      ? {}
      : {
          timeWindow: {
            requestedMs: timeWindowMs === SINCE_START ? distribution.coveredMs : timeWindowMs,
            coveredMs: distribution.coveredMs,
            relativeErrorMax: RELATIVE_ERROR_MAX,
          },
        }),
    lost: sumOver(seriesSet, series => series.lost),
    summarized: sumOver(seriesSet, series => series.summarized),
    exact: isCounter || (timeWindowMs === undefined && seriesSet.every(series => series.isWindowWhole)),
    overflow: seriesSet.length > 0 && seriesSet.every(series => series.isOverflow),
    timestamp,
  }
}

/** Samples, or a counter's increments, per second: over the last ten seconds or `timeWindowMs`, rounded up to whole
 *  slices. Since the first sample where that is younger, but never over less than a second: one sample is no burst.
 *  @returns undefined before the first sample
 *  @throws TelemetryError OFFLOOP_TIME_WINDOW */
export function ratePerSecond(
  seriesSet: readonly Series[],
  nowMs: number,
  timeWindowMs: number = RATE_WINDOW_MS,
): number | undefined {
  const slices = slicesOf(seriesSet)
  const { count, coveredMs } = countSlices(slices, timeWindowMs, nowMs)
  return slices.length === 0 ? undefined : (count / Math.max(coveredMs, RATE_SPAN_MIN_MS)) * 1_000
}

function distributionOf(
  seriesSet: readonly Series[],
  quantiles: readonly number[],
  nowMs: number,
  timeWindowMs: number | undefined,
): Distribution {
  if (timeWindowMs !== undefined) {
    const reading = readSlices(slicesOf(seriesSet), timeWindowMs, nowMs)
    return { ...reading, quantiles: quantiles.map(q => reading.histogram.quantile(q)) }
  }
  const windows = seriesSet
    .map(series => series.window)
    .filter((window): window is Window => window !== undefined)
  const summary = summarizeWindows(windows, quantiles)
  if (seriesSet[0]?.metric.kind !== 'counter') return { ...summary, coveredMs: 0 }
  // A counter has no rolling window: everything since the start is its distribution.
  const total = sumOver(seriesSet, series => series.total)
  return { ...summary, count: total, sum: total, coveredMs: 0 }
}

function sampleCountOf(
  seriesSet: readonly Series[],
  nowMs: number,
  timeWindowMs: number | undefined,
): number {
  if (timeWindowMs !== undefined) return countSlices(slicesOf(seriesSet), timeWindowMs, nowMs).count
  return sumOver(seriesSet, series =>
    series.metric.kind === 'counter' ? series.total : (series.window?.size ?? 0),
  )
}

function pick(distribution: Distribution, statistic: StatisticName, isCounter: boolean): number | undefined {
  const { count, sum, min, max, quantiles } = distribution
  switch (statistic) {
    case 'count':
      return count
    case 'sum':
      return sum
    case 'avg':
      return isCounter || count === 0 ? undefined : sum / count
    case 'min':
      return min
    case 'max':
      return max
    case 'ratio':
      return undefined
    default:
      return quantiles[0]
  }
}

function quantileOf(statistic: StatisticName): number | undefined {
  return statistic.startsWith('p') ? Number(statistic.slice(1)) / 100 : undefined
}

/** The value recorded last on any of the series. */
function lastOf(seriesSet: readonly Series[]): number | undefined {
  let last: number | undefined
  let lastTimeMs = Number.NEGATIVE_INFINITY
  for (const series of seriesSet) {
    const timeMs = series.lastTimeMs
    if (timeMs === undefined || timeMs < lastTimeMs) continue
    last = series.last
    lastTimeMs = timeMs
  }
  return last
}

function slicesOf(seriesSet: readonly Series[]): TimeSlices[] {
  return seriesSet.map(series => series.slices).filter((slices): slices is TimeSlices => slices !== undefined)
}

function sumOver(seriesSet: readonly Series[], amount: (series: Series) => number): number {
  return seriesSet.reduce((sum, series) => sum + amount(series), 0)
}
