/** Histograms that take a duration on the calling thread, each made and called as its documentation has it. */
import { createHistogram } from 'node:perf_hooks'
import { createReadableMeter } from './opentelemetry.ts'
import { PLATFORMATIC, PROM_CLIENT, type PromLibrary, promCount } from './prom-client.ts'
import { createHdrHistogram, createHdrWasmHistogram, createSketch, toMicroseconds } from './sketches.ts'

/** Some histograms of one library, used by whoever made them. */
interface PeerHistograms {
  readonly histograms: readonly object[]
  /** Values that they have taken, by their own account. */
  recordedCount(): number | Promise<number>
}

export interface HistogramPeer {
  readonly name: string
  /** What records one value. */
  readonly method: string
  /** Durations in the unit and the type that it takes. */
  inputsOf(durationsMs: Float64Array): Int32Array | Float64Array
  create(count: number): PeerHistograms
}

/** Counts in native memory, in nanoseconds: it takes whole numbers only. */
export const NODE_PEER: HistogramPeer = {
  name: 'node createHistogram().record()',
  method: 'record',
  inputsOf: durationsMs => Int32Array.from(durationsMs, ms => Math.round(ms * 1e6)),
  create: count => counted(count, createHistogram, ({ count }) => count),
}

/** Finds the bucket of a value. With their own default buckets, which are in seconds. */
function promPeer({ name, library }: PromLibrary): HistogramPeer {
  return {
    name: `${name} histogram.observe()`,
    method: 'observe',
    inputsOf: durationsMs => durationsMs.map(ms => ms / 1e3),
    create(count) {
      const registers = [new library.Registry()]
      const histograms = Array.from(
        { length: count },
        (_, index) => new library.Histogram({ name: `request_${index}`, help: 'Requests', registers }),
      )
      return { histograms, recordedCount: () => promCount(histograms) }
    },
  }
}

/** Finds the bucket of a value. With its own default buckets, which are in milliseconds. */
const OPEN_TELEMETRY_PEER: HistogramPeer = {
  name: 'OpenTelemetry histogram.record()',
  method: 'record',
  inputsOf: durationsMs => durationsMs,
  create(count) {
    const { meter, recordedCount } = createReadableMeter()
    const histograms = Array.from({ length: count }, (_, index) => meter.createHistogram(`request_${index}`))
    return { histograms, recordedCount }
  },
}

const HDR_PEER: HistogramPeer = {
  name: 'hdr-histogram-js recordValue()',
  method: 'recordValue',
  inputsOf: toMicroseconds,
  create: count => counted(count, createHdrHistogram, ({ totalCount }) => totalCount),
}

/** Not among the others: the first memory of WebAssembly that grows detaches a buffer, and from then on V8 checks for
 *  that at each access to any typed array. Whoever is measured after that in the same process pays for it. */
export const HDR_WASM_PEER: HistogramPeer = {
  name: 'hdr-histogram-js WebAssembly recordValue()',
  method: 'recordValue',
  inputsOf: toMicroseconds,
  create: count => counted(count, createHdrWasmHistogram, ({ totalCount }) => totalCount),
}

const SKETCH_PEER: HistogramPeer = {
  name: '@datadog/sketches-js accept()',
  method: 'accept',
  inputsOf: durationsMs => durationsMs,
  create: count => counted(count, createSketch, sketch => sketch.count),
}

/** All that do not slow each other down, Node's first: the one with a goal. */
export const HISTOGRAM_PEERS: readonly HistogramPeer[] = [
  NODE_PEER,
  promPeer(PROM_CLIENT),
  promPeer(PLATFORMATIC),
  OPEN_TELEMETRY_PEER,
  HDR_PEER,
  SKETCH_PEER,
]

function counted<Histogram extends object>(
  count: number,
  create: () => Histogram,
  countOf: (histogram: Histogram) => number,
): PeerHistograms {
  const histograms = Array.from({ length: count }, () => create())
  const recordedCount = () => histograms.reduce((sum, histogram) => sum + countOf(histogram), 0)
  return { histograms, recordedCount }
}
