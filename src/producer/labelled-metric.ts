/** A metric with labels: binds label values to handles, once. Producer thread. */
import { labelValuesOf, overflowValuesOf, seriesKeyOf } from '../shared/labels.ts'
import type { MetricDescriptor } from '../shared/metric.ts'

/** Values of a metric's labels. Numbers and booleans are taken as their text. */
export type LabelValues<LabelName extends string> = Readonly<Record<LabelName, string | number | boolean>>

/** What makes the handle of a series, at its first use. */
export type BindSeries<Handle> = (labelValues: readonly string[], isOverflow: boolean) => Handle

/** A metric with label names: `labels({…})` gives the handle to record with. */
export class LabelledMetric<Handle, LabelName extends string> {
  readonly #descriptor: MetricDescriptor
  readonly #bind: BindSeries<Handle>
  readonly #seriesMax: number
  readonly #handles: Map<string, Handle> = new Map()
  #overflow: Handle | undefined

  /** @internal */
  constructor(descriptor: MetricDescriptor, seriesMax: number, bind: BindSeries<Handle>) {
    this.#descriptor = descriptor
    this.#seriesMax = seriesMax
    this.#bind = bind
  }

  /** The handle for these label values: the same handle for the same values. Bind it once and keep it; a call costs a
   *  lookup. Beyond the limit of series (`maxSeriesPerMetric`) it is the overflow series' handle.
   *  @throws TelemetryError OFFLOOP_LABEL_MISSING, OFFLOOP_LABEL_UNKNOWN, OFFLOOP_LABEL_VALUE */
  labels(values: LabelValues<LabelName>): Handle {
    const labelValues = labelValuesOf(this.#descriptor, values)
    const key = seriesKeyOf(labelValues)
    const known = this.#handles.get(key)
    if (known !== undefined) return known
    if (this.#handles.size >= this.#seriesMax) return this.#overflowHandle()
    const handle = this.#bind(labelValues, false)
    this.#handles.set(key, handle)
    return handle
  }

  #overflowHandle(): Handle {
    if (this.#overflow === undefined) {
      const labelValues = overflowValuesOf(this.#descriptor)
      this.#overflow = this.#bind(labelValues, true)
    }
    return this.#overflow
  }
}
