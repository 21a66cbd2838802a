/** Reads a remote-write request as a store would, by other code than wrote it: protobufjs by the published schema, and a
 *  decoder of snappy blocks. */
import { createRequire } from 'node:module'

/** Remote write 1.0, as far as it is used.
 *  @see Prometheus' prompb/remote.proto and prompb/types.proto */
const SCHEMA = `
  syntax = "proto3";
  message WriteRequest { repeated TimeSeries timeseries = 1; reserved 2; repeated MetricMetadata metadata = 3; }
  message MetricMetadata {
    enum MetricType {
      UNKNOWN = 0; COUNTER = 1; GAUGE = 2; HISTOGRAM = 3; GAUGEHISTOGRAM = 4; SUMMARY = 5; INFO = 6; STATESET = 7;
    }
    MetricType type = 1; string metric_family_name = 2; string help = 4; string unit = 5;
  }
  message Sample { double value = 1; int64 timestamp = 2; }
  message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
  message Histogram {
    enum ResetHint { UNKNOWN = 0; YES = 1; NO = 2; GAUGE = 3; }
    oneof count { uint64 count_int = 1; double count_float = 2; }
    double sum = 3; sint32 schema = 4; double zero_threshold = 5;
    oneof zero_count { uint64 zero_count_int = 6; double zero_count_float = 7; }
    repeated BucketSpan negative_spans = 8; repeated sint64 negative_deltas = 9; repeated double negative_counts = 10;
    repeated BucketSpan positive_spans = 11; repeated sint64 positive_deltas = 12; repeated double positive_counts = 13;
    ResetHint reset_hint = 14; int64 timestamp = 15;
  }
  message BucketSpan { sint32 offset = 1; uint32 length = 2; }
  message TimeSeries {
    repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; repeated Histogram histograms = 4;
  }
  message Label { string name = 1; string value = 2; }
`

interface DecodedHistogram {
  readonly countInt: number
  readonly sum: number
  readonly schema: number
  readonly zeroThreshold: number
  readonly zeroCountInt: number
  readonly negativeSpans: readonly { offset: number; length: number }[]
  readonly negativeDeltas: readonly number[]
  readonly positiveSpans: readonly { offset: number; length: number }[]
  readonly positiveDeltas: readonly number[]
  readonly resetHint: string
  readonly timestamp: number
}

type DecodedLabels = readonly { readonly name: string; readonly value: string }[]

export interface DecodedSeries {
  readonly labels: DecodedLabels
  readonly samples: readonly { readonly value: number; readonly timestamp: number }[]
  readonly exemplars: readonly { labels: DecodedLabels; value: number; timestamp: number }[]
  readonly histograms: readonly DecodedHistogram[]
}

export interface DecodedRequest {
  readonly timeseries: readonly DecodedSeries[]
  readonly metadata: readonly { type: string; metricFamilyName: string; help: string; unit: string }[]
}

interface ProtobufType {
  decode(bytes: Uint8Array): object
  toObject(message: object, options: object): DecodedRequest
}

// It comes with OpenTelemetry's transformer, which we test with.
const { parse } = createRequire(createRequire(import.meta.url).resolve('otlp'))('protobufjs') as {
  parse(schema: string): { root: { lookupType(name: string): ProtobufType } }
}
const WRITE_REQUEST = parse(SCHEMA).root.lookupType('WriteRequest')

export function decodeRequest(body: Uint8Array): DecodedRequest {
  const message = WRITE_REQUEST.decode(unpackSnappy(body))
  return WRITE_REQUEST.toObject(message, { longs: Number, enums: String, defaults: true })
}

/** What a series is called, labels in their order: `wait_bucket{job="shop",le="1"}`. */
export function nameOf({ labels }: Pick<DecodedSeries, 'labels'>): string {
  const name = labels.find(label => label.name === '__name__')?.value
  const others = labels.filter(label => label.name !== '__name__')
  return `${name}{${others.map(label => `${label.name}="${label.value}"`).join(',')}}`
}

/** @see google/snappy, format_description.txt */
export function unpackSnappy(body: Uint8Array): Uint8Array {
  let at = 0
  let length = 0
  for (let shift = 0; ; shift += 7) {
    const byte = body[at++]!
    length += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  const unpacked = new Uint8Array(length)
  let to = 0
  const number = (byteCount: number) => {
    let value = 0
    for (let index = 0; index < byteCount; index++) value += body[at++]! * 256 ** index
    return value
  }
  while (at < body.length) {
    const tag = body[at++]!
    const kind = tag & 3
    if (kind === 0) {
      const size = tag >> 2
      const count = (size < 60 ? size : number(size - 59)) + 1
      unpacked.set(body.subarray(at, at + count), to)
      at += count
      to += count
      continue
    }
    const count = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const distance = kind === 1 ? ((tag >> 5) << 8) + number(1) : number(kind === 2 ? 2 : 4)
    if (distance < 1 || distance > to) throw new Error(`a copy from ${distance} before ${to}`)
    // Byte by byte: the copy may reach into itself.
    for (let index = 0; index < count; index++) unpacked[to + index] = unpacked[to + index - distance]!
    to += count
  }
  if (to !== length || at !== body.length) throw new Error(`${to} bytes where ${length} were announced`)
  return unpacked
}
