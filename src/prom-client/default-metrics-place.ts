/** Where default metrics go: their prefix, labels and registry. Any thread. */
import { Counter } from './counter.ts'
import { Gauge } from './gauge.ts'
import { Histogram } from './histogram.ts'
import type { Aggregator, LabelValues } from './metric-configuration.ts'
import type { Registry, RegistryContentType } from './registry.ts'

export interface DefaultMetricsCollectorConfiguration<T extends RegistryContentType> {
  register?: Registry<T>
  prefix?: string
  gcDurationBuckets?: number[]
  /** Milliseconds between two looks at the event loop. */
  eventLoopMonitoringPrecision?: number
  labels?: object
}

/** What each collector makes its metrics with. */
export class Place {
  readonly labels: LabelValues<string>
  readonly gcDurationBuckets: number[]
  readonly precisionMs: number
  readonly #prefix: string
  readonly #registers: Registry[] | undefined

  constructor(given: DefaultMetricsCollectorConfiguration<RegistryContentType>) {
    const { register, prefix = '', gcDurationBuckets, eventLoopMonitoringPrecision = 10, labels = {} } = given
    this.labels = labels as LabelValues<string>
    this.gcDurationBuckets = gcDurationBuckets ?? [0.001, 0.01, 0.1, 1, 2, 5]
    this.precisionMs = eventLoopMonitoringPrecision
    this.#prefix = prefix
    this.#registers = register === undefined ? undefined : [register as Registry]
  }

  gauge(name: string, help: string, more: More<Gauge> = {}): Gauge {
    return new Gauge({ ...this.#configuration(name, help, more), ...more })
  }

  counter(name: string, help: string, more: More<Counter> = {}): Counter {
    return new Counter({ ...this.#configuration(name, help, more), ...more })
  }

  histogram(name: string, help: string, more: More<Histogram> & { buckets: number[] }): Histogram {
    return new Histogram({ ...this.#configuration(name, help, more), ...more })
  }

  #configuration(
    name: string,
    help: string,
    { own = [] }: { own?: string[] },
  ): { name: string; help: string; labelNames: string[]; registers: Registry[] | undefined } {
    const labelNames = [...own, ...Object.keys(this.labels)]
    return { name: this.#prefix + name, help, labelNames, registers: this.#registers }
  }
}

export interface More<M> {
  /** Labels beside those of all default metrics. */
  readonly own?: string[]
  readonly aggregator?: Aggregator
  readonly collect?: (this: M) => void
}
