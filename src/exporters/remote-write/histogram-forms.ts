/** The forms in which a histogram is sent. Pure. */
import { boundIn, numberText } from '../../exposition/text-values.ts'
import type { ExportBuckets } from '../../shared/extension/extension.ts'
import type { FineSettings } from '../../shared/extension/remote-write-settings.ts'
import {
  GRID_SCHEMA,
  type GridCounts,
  type GridHistogram,
  gridBoundOf,
  gridBoundText,
  gridIndicesBetween,
} from './grid.ts'
import type { WireBuckets, WireHistogram, WireSpan } from './wire.ts'

/** One bucket as a series of its own: the value of the label that tells it apart, and its count. */
export interface LabelledBucket {
  readonly text: string
  readonly count: number
}

export function nativeHistogram(grid: GridHistogram, sum: number): WireHistogram {
  return {
    count: grid.count,
    sum,
    schema: GRID_SCHEMA,
    zeroThreshold: gridBoundOf(grid.zeroIndex),
    zeroCount: grid.zeroCount,
    negative: wireBuckets(grid.negative),
    positive: wireBuckets(grid.positive),
  }
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
  const labelled = bounds.map((bound, index) => {
    count += counts[index]!
    return { text: numberText(boundIn(bound, divisor)), count }
  })
  return [...labelled, { text: '+Inf', count: count + counts[bounds.length]! }]
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

function wireBuckets({ indices, counts }: GridCounts): WireBuckets {
  const spans: WireSpan[] = []
  const deltas: number[] = []
  let end = 0
  let start = 0
  for (let position = 0; position < indices.length; position += 1) {
    const index = indices[position]!
    deltas.push(counts[position]! - (position === 0 ? 0 : counts[position - 1]!))
    const isLast = position === indices.length - 1 || indices[position + 1] !== index + 1
    if (!isLast) continue
    const first = indices[start]!
    spans.push({ offset: first - end, length: index - first + 1 })
    end = index + 1
    start = position + 1
  }
  return { spans, deltas }
}
