/** One point of a family as the series that are sent of it. Pure. */
import { type Family, type FamilyType, type Point, pointValue } from '../../exposition/families.ts'
import type { Exemplar } from '../../shared/extension/extension.ts'
import type { HistogramForm } from '../../shared/extension/remote-write-settings.ts'
import { type GridHistogram, gridHistogramOf } from './grid.ts'
import {
  classicBuckets,
  fineBuckets,
  type LabelledBucket,
  nativeHistogram,
  vmrangeBuckets,
} from './histogram-forms.ts'
import type { WireExemplar, WireHistogram, WireLabels, WireType } from './wire.ts'
import { withLabel } from './wire-labels.ts'

/** A value of one series, which is to be sent. */
export interface PointSample {
  readonly labels: WireLabels
  readonly value: number | WireHistogram
  /** Whether it only grows, from nothing. */
  readonly isCumulative: boolean
  /** What tells it apart from others of its point, where these come one by one. */
  readonly bucket?: string
  readonly exemplars: readonly WireExemplar[]
}

export interface PointForm {
  readonly histograms: HistogramForm
  /** Of the family's unit; undefined: none, and `fine` is `classic`. */
  readonly fineIndices: readonly number[] | undefined
  /** Exemplars up to this time were sent before. */
  readonly exemplarsAfterMs: number
}

const WIRE_TYPES: Readonly<Record<FamilyType, WireType>> = {
  counter: 'counter',
  updown: 'gauge',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
}

export function wireTypeOf({ type }: Pick<Family, 'type'>): WireType {
  return WIRE_TYPES[type]
}

/** The name that a family's samples go by, or begin with. */
export function wireNameOf({ name, type }: Pick<Family, 'name' | 'type'>): string {
  return type === 'counter' ? `${name}_total` : name
}

/** @param labels the point's, without a name */
export function samplesOf(family: Family, point: Point, labels: WireLabels, form: PointForm): PointSample[] {
  if (family.type === 'histogram') return histogramSamples(family.name, point, labels, form)
  if (family.quantiles !== undefined) return quantileSamples(family, point, labels)
  const value = pointValue(point)
  if (value === undefined) return []
  const isCumulative = family.type === 'counter'
  return [{ labels: withLabel(labels, '__name__', wireNameOf(family)), value, isCumulative, exemplars: [] }]
}

/** Of a summary, and of a gauge that shows quantiles of its rolling window. */
function quantileSamples(family: Family, point: Point, labels: WireLabels): PointSample[] {
  const { series } = point.series[0]!
  const ranks = family.quantiles!
  const named = withLabel(labels, '__name__', family.name)
  const quantiles = series.quantiles(ranks).flatMap((value, index) => {
    if (value === undefined) return []
    const quantileLabels = withLabel(named, 'quantile', String(ranks[index]))
    return [{ labels: quantileLabels, value: value / point.divisor, isCumulative: false, exemplars: [] }]
  })
  return family.type === 'summary' ? [...quantiles, ...sumAndCount(family.name, point, labels)] : quantiles
}

/** Nothing before the first sample. */
function histogramSamples(
  name: string,
  point: Point,
  labels: WireLabels,
  { histograms, fineIndices, exemplarsAfterMs }: PointForm,
): PointSample[] {
  const { series } = point.series[0]!
  if (series.total === 0) return []
  const { divisor } = point
  const exemplars = series.exemplars
    .filter(({ timeMs }) => timeMs > exemplarsAfterMs)
    .sort((a, b) => a.timeMs - b.timeMs)
    .map(exemplar => wireExemplar(exemplar, divisor))
  const grid = (): GridHistogram => gridHistogramOf(series.distribution(), divisor)
  const samples: PointSample[] = []
  if (histograms === 'native' || histograms === 'both') {
    const value = nativeHistogram(series.distribution(), divisor, series.totalSum / divisor)
    samples.push({ labels: withLabel(labels, '__name__', name), value, isCumulative: true, exemplars })
    if (histograms === 'native') return samples
  }
  const bucketLabels = withLabel(labels, '__name__', `${name}_bucket`)
  if (histograms === 'vmrange') {
    samples.push(...vmrangeSamples(vmrangeBuckets(grid()), bucketLabels))
  } else {
    const buckets =
      histograms === 'fine' && fineIndices !== undefined
        ? fineBuckets(grid(), fineIndices)
        : classicBuckets(series.buckets, divisor, series.total)
    samples.push(...leSamples(buckets, bucketLabels, exemplars))
  }
  return [...samples, ...sumAndCount(name, point, labels)]
}

function vmrangeSamples(buckets: readonly LabelledBucket[], labels: WireLabels): PointSample[] {
  return buckets.map(({ text, count }) => ({
    labels: withLabel(labels, 'vmrange', text),
    value: count,
    isCumulative: true,
    bucket: text,
    exemplars: [],
  }))
}

function leSamples(
  buckets: readonly LabelledBucket[],
  labels: WireLabels,
  exemplars: readonly WireExemplar[],
): PointSample[] {
  let lower = Number.NEGATIVE_INFINITY
  return buckets.map(({ text, count }) => {
    const bound = text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text)
    const own = exemplars.filter(({ value }) => value > lower && value <= bound)
    lower = bound
    return { labels: withLabel(labels, 'le', text), value: count, isCumulative: true, exemplars: own }
  })
}

function sumAndCount(name: string, { series, divisor }: Point, labels: WireLabels): PointSample[] {
  const { total, totalSum } = series[0]!.series
  return [
    { suffix: '_sum', value: totalSum / divisor },
    { suffix: '_count', value: total },
  ].map(({ suffix, value }) => ({
    labels: withLabel(labels, '__name__', `${name}${suffix}`),
    value,
    isCumulative: true,
    exemplars: [],
  }))
}

function wireExemplar({ value, timeMs, traceId, spanId }: Exemplar, divisor: number): WireExemplar {
  const trace = ['trace_id', traceId] as const
  const labels = spanId === undefined ? [trace] : [['span_id', spanId] as const, trace]
  return { labels, value: value / divisor, timeMs: Math.floor(timeMs) }
}
