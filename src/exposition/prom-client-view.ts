/** Answers a registry of `offloop/prom-client`: reads the series it shows, takes off what was reset, and writes its text.
 *  Aggregator thread. */
import type { ExportMetric, ExportSeries, ExtensionHost } from '../shared/extension/extension.ts'
import { seriesKeyOf } from '../shared/labels.ts'
import type {
  Figures,
  Point,
  Settled,
  View,
  ViewAnswer,
  ViewException,
  ViewMetric,
} from '../shared/prom-client/view.ts'
import { partsOfMetric, textsJoined } from '../shared/prom-client/view-text.ts'

/** After so many series others have their turn: about two milliseconds. */
const SERIES_PER_TURN = 500
/** Quantiles of a window take as long as so many other series. */
const SERIES_PER_SUMMARY = 20

/** The text or the points of the metrics that a view names. Drains first. */
export async function answerView(
  host: Pick<ExtensionHost, 'collect' | 'pause'>,
  view: View,
): Promise<ViewAnswer> {
  const known = new Map(host.collect().map(metric => [metric.descriptor.name, metric]))
  const texts: string[] = []
  const points: (readonly Point[])[] = []
  const settled: Settled[] = []
  let seriesRead = 0
  for (const [metricIndex, metric] of view.metrics.entries()) {
    const reading = new MetricReading(metric, metricIndex, settled)
    for (const [generation, name] of metric.generations.entries()) {
      for (const [series, values] of seriesOf(known.get(name), metric)) {
        reading.add(series, values, generation)
        seriesRead += metric.type === 'summary' ? SERIES_PER_SUMMARY : 1
        if (seriesRead < SERIES_PER_TURN) continue
        seriesRead = 0
        await host.pause()
      }
    }
    const shown = reading.finish()
    if (view.format === 'points') {
      points.push(shown)
      continue
    }
    const parts: string[] = []
    for (const part of partsOfMetric(metric, shown, view)) {
      // Not for the few lines of most metrics.
      if (parts.length > 0) await host.pause()
      parts.push(part)
    }
    texts.push(parts.join('\n'))
  }
  return { body: view.format === 'points' ? '' : textsJoined(texts, view.format), points, settled }
}

/** Series with their label values in the order of the view's names. */
function seriesOf(
  metric: ExportMetric | undefined,
  { labelNames }: ViewMetric,
): readonly (readonly [ExportSeries, readonly string[]])[] {
  return (metric?.series ?? []).map(series => [series, labelNames.map(name => series.labels[name] ?? '')])
}

/** A point, and whether anything makes it one to be shown. */
interface Candidate extends Point {
  isShown: boolean
}

/** Gathers the points of one metric. */
class MetricReading {
  readonly #metric: ViewMetric
  readonly #metricIndex: number
  readonly #settled: Settled[]
  readonly #candidates = new Map<string, Candidate>()
  readonly #exceptions = new Map<string, { exception: ViewException; index: number }>()

  constructor(metric: ViewMetric, metricIndex: number, settled: Settled[]) {
    this.#metric = metric
    this.#metricIndex = metricIndex
    this.#settled = settled
    for (const [index, exception] of metric.exceptions.entries()) {
      const key = seriesKeyOf(exception.values)
      this.#exceptions.set(key, { exception, index })
      if (exception.isShown) this.#candidate(key, exception.values).isShown = true
    }
  }

  add(series: ExportSeries, values: readonly string[], generation: number): void {
    const key = seriesKeyOf(values)
    const found = this.#exceptions.get(key)
    const baseline = found?.exception.baselines[generation]
    const figures = figuresOf(series, this.#metric)
    if (found !== undefined && baseline === 'settle') {
      this.#settled.push({
        metricIndex: this.#metricIndex,
        exceptionIndex: found.index,
        generation,
        figures,
      })
      return
    }
    const base = baseline === 'settle' ? undefined : baseline
    const count = figures.count - (base?.count ?? 0)
    if (found !== undefined && !found.exception.isShown && !(count > 0)) return
    const candidate = this.#candidate(key, values)
    candidate.isShown = true
    if (this.#metric.type === 'gauge') {
      // The latest value from before a reset is no value any more.
      if (count > 0) candidate.value = found?.exception.fixed ?? series.last ?? 0
      return
    }
    candidate.count += count
    candidate.value += this.#metric.type === 'counter' ? count : figures.sum - (base?.sum ?? 0)
    for (const [index, inBucket] of figures.counts.entries()) {
      candidate.counts[index] = (candidate.counts[index] ?? 0) + inBucket - (base?.counts[index] ?? 0)
    }
    // Of the generation that is counted in now: it comes last, unless it is used again.
    if (this.#metric.type === 'summary' && count > 0) {
      candidate.quantiles = series.quantiles(this.#metric.quantiles, count)
    }
  }

  /** Without the marks of this reading: what goes to other threads is copied. */
  finish(): readonly Point[] {
    return [...this.#candidates.values()]
      .filter(({ isShown, count }) => isShown && !(this.#metric.hidesEmpty && count === 0))
      .map(({ isShown: _, ...point }) => point)
  }

  #candidate(key: string, values: readonly string[]): Candidate {
    let candidate = this.#candidates.get(key)
    if (candidate === undefined) {
      const fixed = this.#exceptions.get(key)?.exception.fixed
      candidate = { values, value: fixed ?? 0, count: 0, counts: [], quantiles: [], isShown: false }
      this.#candidates.set(key, candidate)
    }
    return candidate
  }
}

/** What a reset takes off. */
function figuresOf(series: ExportSeries, { type }: ViewMetric): Figures {
  const counts = type === 'histogram' ? [...(series.buckets?.counts ?? [])] : []
  return { count: series.total, sum: type === 'gauge' ? 0 : series.totalSum, counts }
}
