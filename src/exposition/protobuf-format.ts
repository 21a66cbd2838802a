/** Families as Prometheus' protobuf format, the only one that carries native histograms. Pure.
 *  @see https://github.com/prometheus/client_model, metrics.proto: numbers and names of all fields */
import { PbfWriter } from 'pbf'
import type { Exemplar, ExportResource } from '../shared/extension/extension.ts'
import { latestByBucket, traceLabels } from './exemplar-text.ts'
import { type Family, type FamilyType, type Point, pointValue } from './family.ts'
import { type NativeBuckets, nativeHistogramOf } from './native-histogram.ts'
import { writeText } from './protobuf-text.ts'
import { resourceLabels } from './resource-labels.ts'
import { boundIn } from './text-values.ts'

const TYPES: Readonly<Record<FamilyType, number>> = {
  counter: 0,
  gauge: 1,
  updown: 1,
  summary: 2,
  histogram: 4,
}
/** Field of a metric that holds the value. */
const GAUGE = 2
const COUNTER = 3
const SUMMARY = 4
const HISTOGRAM = 7
const METRIC_OF_FAMILY = 4

/** Each family is a message behind its length, so its parts come when it is complete; before, a step without bytes for each
 *  point, so that work can rest. */
export function* protobufOf(
  families: readonly Family[],
  resource: ExportResource,
): Generator<Uint8Array, void> {
  yield* familyMessage({ name: 'target_info', type: 'gauge', unit: '', help: 'Who is measured' }, [
    metricBytes(resourceLabels(resource), GAUGE, writer => writer.writeDoubleField(1, 1)),
  ])
  for (const family of families) {
    const metrics: Uint8Array[] = []
    for (const point of family.points) {
      const metric = metricOf(family, point, resource.startTimeMs)
      if (metric !== undefined) metrics.push(metric)
      yield NO_BYTES
    }
    if (metrics.length > 0) yield* familyMessage(family, metrics)
  }
}

const NO_BYTES = new Uint8Array(0)

type Heading = Pick<Family, 'name' | 'type' | 'unit' | 'help'>

function* familyMessage(
  { name, type, unit, help }: Heading,
  metrics: readonly Uint8Array[],
): Generator<Uint8Array> {
  const heading = new PbfWriter()
  writeText(1, type === 'counter' ? `${name}_total` : name, heading)
  if (help !== '') writeText(2, help, heading)
  heading.writeVarintField(3, TYPES[type])
  if (unit !== '' && name.endsWith(`_${unit}`)) writeText(5, unit, heading)
  const parts = [heading.finish(), ...metrics]
  const length = new PbfWriter()
  length.writeVarint(parts.reduce((bytes, part) => bytes + part.length, 0))
  yield length.finish()
  yield* parts
}

function metricOf(
  { type, quantiles = [] }: Family,
  point: Point,
  startTimeMs: number,
): Uint8Array | undefined {
  const { labels } = point
  if (type === 'histogram') {
    return metricBytes(labels, HISTOGRAM, writer => writeHistogram(writer, point, startTimeMs))
  }
  if (type === 'summary') {
    return metricBytes(labels, SUMMARY, writer => writeSummary(writer, point, quantiles, startTimeMs))
  }
  const value = pointValue(point)
  if (value === undefined) return undefined
  if (type !== 'counter') return metricBytes(labels, GAUGE, writer => writer.writeDoubleField(1, value))
  return metricBytes(labels, COUNTER, writer => {
    writer.writeDoubleField(1, value)
    writeTime(writer, 3, startTimeMs)
  })
}

/** A metric with its tag and length, as it stands in its family. */
function metricBytes(labels: Point['labels'], field: number, write: (writer: PbfWriter) => void): Uint8Array {
  const writer = new PbfWriter()
  writer.writeMessage(
    METRIC_OF_FAMILY,
    () => {
      writeLabels(writer, labels)
      writer.writeMessage(field, () => write(writer), undefined)
    },
    undefined,
  )
  return writer.finish()
}

function writeLabels(writer: PbfWriter, labels: Point['labels']): void {
  for (const [name, value] of labels) {
    writer.writeMessage(
      1,
      () => {
        writeText(1, name, writer)
        writeText(2, value, writer)
      },
      undefined,
    )
  }
}

/** Classic buckets as in the text formats; and the native ones, where they count the same samples. */
function writeHistogram(writer: PbfWriter, { series: [first], divisor }: Point, startTimeMs: number): void {
  const { series } = first!
  const { bounds, counts } = series.buckets ?? { bounds: [], counts: Float64Array.of(series.total) }
  const count = counts.reduce((sum, one) => sum + one, 0)
  writer.writeVarintField(1, count)
  writer.writeDoubleField(2, series.totalSum / divisor)
  const exemplars = latestByBucket(series.exemplars, bounds)
  let cumulative = 0
  for (let index = 0; index < counts.length; index += 1) {
    cumulative += counts[index]!
    const bound = index < bounds.length ? boundIn(bounds[index]!, divisor) : Number.POSITIVE_INFINITY
    writeBucket(writer, cumulative, bound, exemplars.get(index), divisor)
  }
  const distribution = series.distribution()
  if (distribution.count === count) {
    const { schema, zeroThreshold, zeroCount, positive, negative } = nativeHistogramOf(distribution, divisor)
    writer.writeSVarintField(5, schema)
    writer.writeDoubleField(6, zeroThreshold)
    writer.writeVarintField(7, zeroCount)
    writeNativeBuckets(writer, 9, 10, negative)
    writeNativeBuckets(writer, 12, 13, positive)
  }
  writeTime(writer, 15, startTimeMs)
}

function writeBucket(
  writer: PbfWriter,
  cumulative: number,
  bound: number,
  exemplar: Exemplar | undefined,
  divisor: number,
): void {
  writer.writeMessage(
    3,
    () => {
      writer.writeVarintField(1, cumulative)
      writer.writeDoubleField(2, bound)
      if (exemplar !== undefined) writeExemplar(writer, exemplar, divisor)
    },
    undefined,
  )
}

function writeExemplar(writer: PbfWriter, exemplar: Exemplar, divisor: number): void {
  const labels = traceLabels(exemplar)
  if (labels === undefined) return
  writer.writeMessage(
    3,
    () => {
      writeLabels(writer, labels)
      writer.writeDoubleField(2, boundIn(exemplar.value, divisor))
      writeTime(writer, 3, exemplar.timeMs)
    },
    undefined,
  )
}

function writeNativeBuckets(
  writer: PbfWriter,
  spanField: number,
  deltaField: number,
  { spans, deltas }: NativeBuckets,
): void {
  for (const { offset, length } of spans) {
    writer.writeMessage(
      spanField,
      () => {
        writer.writeSVarintField(1, offset)
        writer.writeVarintField(2, length)
      },
      undefined,
    )
  }
  writer.writePackedSVarint(deltaField, [...deltas])
}

function writeSummary(
  writer: PbfWriter,
  { series: [first], divisor }: Point,
  ranks: readonly number[],
  startTimeMs: number,
): void {
  const { series } = first!
  writer.writeVarintField(1, series.total)
  writer.writeDoubleField(2, series.totalSum / divisor)
  for (const [index, value] of series.quantiles(ranks).entries()) {
    if (value === undefined) continue
    writer.writeMessage(
      3,
      () => {
        writer.writeDoubleField(1, ranks[index]!)
        writer.writeDoubleField(2, value / divisor)
      },
      undefined,
    )
  }
  writeTime(writer, 4, startTimeMs)
}

/** A google.protobuf.Timestamp. */
function writeTime(writer: PbfWriter, field: number, timeMs: number): void {
  const seconds = Math.floor(timeMs / 1_000)
  writer.writeMessage(
    field,
    () => {
      writer.writeVarintField(1, seconds)
      writer.writeVarintField(2, Math.floor((timeMs - seconds * 1_000) * 1e6))
    },
    undefined,
  )
}
