/** Histograms of other libraries that answer percentiles: approximately, from buckets. */
import { DDSketch } from '@datadog/sketches-js'
import { build, type Histogram, initWebAssemblySync } from 'hdr-histogram-js'

/** What comes after the first WebAssembly histogram is slower, for everyone: see HDR_WASM_PEER. */
export const BESIDE_WASM =
  'the same in a process with WebAssembly, where typed arrays cost more (a buffer has been detached)'

/** Three digits are its default, and what its documentation shows. It grows with the values it is given. */
export function createHdrHistogram(): Histogram {
  return build({ numberOfSignificantValueDigits: 3 })
}

/** The same in WebAssembly. Its memory is not collected: `destroy()` gives it back. */
export function createHdrWasmHistogram(): Histogram {
  initWebAssemblySync()
  return build({ numberOfSignificantValueDigits: 3, useWebAssembly: true })
}

/** With its default relative accuracy of 1 %. */
export function createSketch(): DDSketch {
  return new DDSketch()
}

/** hdr-histogram-js takes whole numbers only: in microseconds its three digits lose nothing that matters here. */
export function toMicroseconds(durationsMs: Float64Array): Int32Array {
  return Int32Array.from(durationsMs, ms => Math.round(ms * 1e3))
}
