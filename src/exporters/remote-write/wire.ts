/** Remote write 1.0 as bytes: a WriteRequest in protobuf, packed as one snappy block. Pure.
 *  @see prometheus.io/docs/specs/prw/remote_write_spec and Prometheus' prompb/types.proto */
import { PbfWriter } from 'pbf'
import { compress } from 'snappyjs'
import { writeText } from '../../exposition/protobuf-text.ts'

/** Sorted by name, `__name__` among them. */
export type WireLabels = readonly (readonly [name: string, value: string])[]

export interface WireExemplar {
  readonly labels: WireLabels
  readonly value: number
  readonly timeMs: number
}

/** A run of buckets: how many are skipped before it, and how many it has. */
export interface WireSpan {
  readonly offset: number
  readonly length: number
}

/** Buckets of one sign, the first count as it is and each other as the difference to the one before. */
export interface WireBuckets {
  readonly spans: readonly WireSpan[]
  readonly deltas: readonly number[]
}

/** A native histogram with whole counts. */
export interface WireHistogram {
  readonly count: number
  readonly sum: number
  readonly schema: number
  readonly zeroThreshold: number
  readonly zeroCount: number
  readonly negative: WireBuckets
  readonly positive: WireBuckets
}

/** Ends a series, where Prometheus and its kin know how: a NaN of bits of its own, which no number can be trusted to keep. */
export const STALE: unique symbol = Symbol('stale')
/** Low byte first. */
const STALE_BYTES = Uint8Array.of(0x02, 0, 0, 0, 0, 0, 0xf0, 0x7f)

/** One sample of one series. */
export interface WireSeries {
  readonly labels: WireLabels
  /** Unix time, a whole number. */
  readonly timeMs: number
  readonly value: number | WireHistogram | typeof STALE
  readonly exemplars: readonly WireExemplar[]
}

export type WireType = 'counter' | 'gauge' | 'histogram' | 'summary'

export interface WireMetadata {
  readonly type: WireType
  readonly name: string
  readonly help: string
  readonly unit: string
}

const TYPE_NUMBERS: Readonly<Record<WireType, number>> = { counter: 1, gauge: 2, histogram: 3, summary: 5 }
const FIXED64 = 1
const RESET_HINT_UNKNOWN = 0

/** A request in the making: series are written as they come, and forgotten. */
export class WriteRequest {
  readonly #pbf = new PbfWriter()
  #itemCount = 0

  /** Samples and metadata. */
  get itemCount(): number {
    return this.#itemCount
  }

  addSeries(series: WireSeries): void {
    this.#itemCount += 1
    this.#pbf.writeMessage(1, writeSeries, series)
  }

  addMetadata(metadata: WireMetadata): void {
    this.#itemCount += 1
    this.#pbf.writeMessage(3, writeMetadata, metadata)
  }

  /** The body to send. The request is at its end by that. */
  finish(): Uint8Array {
    return compress(this.#pbf.finish())
  }
}

function writeSeries({ labels, value, timeMs, exemplars }: WireSeries, pbf: PbfWriter): void {
  for (const label of labels) pbf.writeMessage(1, writeLabel, label)
  if (typeof value === 'object') pbf.writeMessage(4, writeHistogram, { ...value, timeMs })
  else pbf.writeMessage(2, writeSample, { value, timeMs })
  for (const exemplar of exemplars) pbf.writeMessage(3, writeExemplar, exemplar)
}

function writeLabel([name, value]: WireLabels[number], pbf: PbfWriter): void {
  writeText(1, name, pbf)
  writeText(2, value, pbf)
}

function writeSample(
  { value, timeMs }: { value: number | typeof STALE; timeMs: number },
  pbf: PbfWriter,
): void {
  if (typeof value === 'number') pbf.writeDoubleField(1, value)
  else writeStaleValue(pbf)
  pbf.writeVarintField(2, timeMs)
}

function writeStaleValue(pbf: PbfWriter): void {
  pbf.writeTag(1, FIXED64)
  pbf.realloc(STALE_BYTES.length)
  pbf.buf.set(STALE_BYTES, pbf.pos)
  pbf.pos += STALE_BYTES.length
}

function writeExemplar({ labels, value, timeMs }: WireExemplar, pbf: PbfWriter): void {
  for (const label of labels) pbf.writeMessage(1, writeLabel, label)
  pbf.writeDoubleField(2, value)
  pbf.writeVarintField(3, timeMs)
}

function writeHistogram(histogram: WireHistogram & { timeMs: number }, pbf: PbfWriter): void {
  const { count, sum, schema, zeroThreshold, zeroCount, negative, positive, timeMs } = histogram
  pbf.writeVarintField(1, count)
  pbf.writeDoubleField(3, sum)
  pbf.writeSVarintField(4, schema)
  pbf.writeDoubleField(5, zeroThreshold)
  pbf.writeVarintField(6, zeroCount)
  for (const span of negative.spans) pbf.writeMessage(8, writeSpan, span)
  pbf.writePackedSVarint(9, [...negative.deltas])
  for (const span of positive.spans) pbf.writeMessage(11, writeSpan, span)
  pbf.writePackedSVarint(12, [...positive.deltas])
  // The store finds out itself whether it was counted anew.
  pbf.writeVarintField(14, RESET_HINT_UNKNOWN)
  pbf.writeVarintField(15, timeMs)
}

function writeSpan({ offset, length }: WireSpan, pbf: PbfWriter): void {
  pbf.writeSVarintField(1, offset)
  pbf.writeVarintField(2, length)
}

function writeMetadata({ type, name, help, unit }: WireMetadata, pbf: PbfWriter): void {
  pbf.writeVarintField(1, TYPE_NUMBERS[type])
  writeText(2, name, pbf)
  writeText(4, help, pbf)
  writeText(5, unit, pbf)
}
