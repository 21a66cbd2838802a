/** A histogram in as few bytes as it has to say: how closed slices are kept. */
import type { BucketCounts } from './bucket-counts.ts'
import type { ByteCursor } from './byte-cursor.ts'
import type { ExponentialHistogram } from './exponential-histogram.ts'

// Layout: sum, min, max as float64; then varints: zero count, clamped, and for the positive and the negative buckets
// each how many are in use, followed by the steps from the previous such bucket and the count of every one of them.
// The first step is taken from below the lowest index.
const STEP_ORIGIN = -4_096

/** A histogram of 60 similar latencies takes about 100 bytes, one of millions a kilobyte. */
export function packHistogram(histogram: ExponentialHistogram, into: ByteCursor): void {
  into.writeFloat64(histogram.sum)
  into.writeFloat64(histogram.min)
  into.writeFloat64(histogram.max)
  into.writeVarint(histogram.zeroCount)
  into.writeVarint(histogram.clamped)
  packCounts(histogram.positive, into)
  packCounts(histogram.negative, into)
}

/** Adds the histogram packed at the cursor to `histogram`. */
export function mergePacked(from: ByteCursor, histogram: ExponentialHistogram): void {
  const sum = from.readFloat64()
  const min = from.readFloat64()
  const max = from.readFloat64()
  const zeroCount = from.readVarint()
  const clamped = from.readVarint()
  const count = zeroCount + mergeCounts(from, histogram.positive) + mergeCounts(from, histogram.negative)
  histogram.addTotals({ count, sum, min, max, zeroCount, clamped })
}

function packCounts({ counts, offset }: BucketCounts, into: ByteCursor): void {
  let bucketsUsed = 0
  for (let position = 0; position < counts.length; position += 1) {
    if (counts[position]! > 0) bucketsUsed += 1
  }
  into.writeVarint(bucketsUsed)
  let previousIndex = STEP_ORIGIN
  for (let position = 0; position < counts.length; position += 1) {
    if (counts[position] === 0) continue
    into.writeVarint(offset + position - previousIndex)
    into.writeVarint(counts[position]!)
    previousIndex = offset + position
  }
}

/** @returns samples added. */
function mergeCounts(from: ByteCursor, counts: BucketCounts): number {
  const bucketsUsed = from.readVarint()
  let samples = 0
  let bucketIndex = STEP_ORIGIN
  for (let bucket = 0; bucket < bucketsUsed; bucket += 1) {
    bucketIndex += from.readVarint()
    const count = from.readVarint()
    counts.add(bucketIndex, count)
    samples += count
  }
  return samples
}
