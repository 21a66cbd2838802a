/** What the spec of `remoteWrite(options)` hands to the aggregator thread: its options, checked and complete. Types only. */

/** How histograms are sent. `native`: Prometheus' own sparse ones. `classic`: cumulative `le` buckets by the metric's own
 *  bounds. `both`: these two. `fine`: `le` buckets by bounds as dense as those of a native one. `vmrange`: VictoriaMetrics'
 *  sparse buckets. */
export type HistogramForm = 'native' | 'classic' | 'both' | 'fine' | 'vmrange'

/** Bounds of histograms in the form `fine`. */
export interface FineSettings {
  /** Bounds in each doubling: 32, 16, 8 or 4. */
  readonly perOctave: number
  /** By unit (`seconds`, `bytes` …): the least and the greatest bound. Histograms in other units are sent as `classic`. */
  readonly ranges: Readonly<Record<string, readonly [number, number]>>
}

export interface RemoteWriteSettings {
  /** Of the extension. */
  readonly name: string
  readonly url: string
  /** By lower-case name, authorization included. */
  readonly headers: Readonly<Record<string, string>>
  readonly job: string | undefined
  readonly instance: string | undefined
  readonly externalLabels: Readonly<Record<string, string>>
  readonly histograms: HistogramForm
  readonly fine: FineSettings
  readonly intervalMs: number
  readonly timeoutMs: number
  /** Collections that wait at most. */
  readonly maxQueue: number
  readonly maxSamplesPerRequest: number
  readonly staleMarkers: boolean
}
