/** The forms in which a histogram is sent. Pure. */
import { nativeHistogramOf } from '../../exposition/native-histogram.ts'
import { boundIn, numberText } from '../../exposition/text-values.ts'
import type { ExportBuckets } from '../../shared/extension/extension.ts'
import type { FineSettings } from '../../shared/extension/remote-write-settings.ts'
import type { ExponentialHistogram } from '../../shared/statistics/exponential-histogram.ts'
import { type GridHistogram, gridBoundText, gridIndicesBetween } from './grid.ts'
import type { WireBuckets, WireHistogram } from './wire.ts'

/** One bucket as a series of its own: the value of the label that tells it apart, and its count. */
export interface LabelledBucket {
  readonly text: string
  readonly count: number
}

/** In full resolution: the store keeps all that is sent. */
export function nativeHistogram(
  histogram: ExponentialHistogram,
  divisor: number,
  sum: number,
): WireHistogram {
  const native = nativeHistogramOf(histogram, divisor, Number.POSITIVE_INFINITY)
  return { ...native, count: histogram.count, sum }
}

const NO_BUCKETS: WireBuckets = { spans: [], deltas: [] }

/** What a histogram was before its first sample. */
export function emptyHistogram({ schema, zeroThreshold }: WireHistogram): WireHistogram {
  return { count: 0, sum: 0, schema, zeroThreshold, zeroCount: 0, negative: NO_BUCKETS, positive: NO_BUCKETS }
}

/** Cumulative, by the metric's own bounds. */
export function classicBuckets(
  buckets: ExportBuckets | undefined,
  divisor: number,
  total: number,
): LabelledBucket[] {
  const { bounds, counts } = buckets ?? { bounds: [], counts: [total] }
  let count = 0
  return boundTextsOf(bounds, divisor).map((text, index) => {
    count += counts[index]!
    return { text, count }
  })
}

/** Cumulative, by bounds that do not depend on what was recorded: sums of several processes by `le` hold for each bound
 *  only where all of them send it. */
export function fineBuckets(grid: GridHistogram, indices: readonly number[]): LabelledBucket[] {
  const { indices: found, counts } = grid.positive
  let count = grid.count - counts.reduce((total, positive) => total + positive, 0)
  let next = 0
  const labelled = indices.map(index => {
    while (next < found.length && found[next]! <= index) {
      count += counts[next]!
      next += 1
    }
    return { text: gridBoundText(index), count }
  })
  return [...labelled, { text: '+Inf', count: grid.count }]
}

/** Indices of the bounds for a unit; undefined where none are set for it. */
export function fineIndicesOf(
  { perOctave, ranges }: FineSettings,
  unit: string,
): readonly number[] | undefined {
  const range = Object.hasOwn(ranges, unit) ? ranges[unit] : undefined
  return range === undefined ? undefined : gridIndicesBetween(range[0], range[1], perOctave)
}

/** VictoriaMetrics' buckets: each says its lower bound, too, and counts by itself. Those that are empty are not needed.
 *  There are none below zero: negative values count as zero. */
export function vmrangeBuckets({ count, zeroIndex, positive }: GridHistogram): LabelledBucket[] {
  const labelled = positive.indices.map((index, position) => ({
    text: `${gridBoundText(index - 1)}...${gridBoundText(index)}`,
    count: positive.counts[position]!,
  }))
  const rest = count - positive.counts.reduce((total, one) => total + one, 0)
  return rest === 0 ? labelled : [{ text: `0...${gridBoundText(zeroIndex)}`, count: rest }, ...labelled]
}

let latestTexts: { bounds: readonly number[]; divisor: number; texts: readonly string[] } | undefined

/** With the infinite one. Of most histograms they are those of the one before. */
function boundTextsOf(bounds: readonly number[], divisor: number): readonly string[] {
  const isSame =
    latestTexts?.divisor === divisor &&
    latestTexts.bounds.length === bounds.length &&
    latestTexts.bounds.every((bound, index) => bound === bounds[index])
  if (!isSame) {
    const texts = [...bounds, Number.POSITIVE_INFINITY].map(bound => numberText(boundIn(bound, divisor)))
    latestTexts = { bounds, divisor, texts }
  }
  return latestTexts!.texts
}
