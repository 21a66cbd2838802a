/** What all metrics of this entry have in common: their description, their registries, their ledger, and how they are read. */
import { seriesKeyOf } from '../shared/labels.ts'
import type { Settled, ViewMetric, ViewType } from '../shared/prom-client/view.ts'
import type { Child } from './child.ts'
import { type GivenLabels, isObject, LabelIndex, labelsOfArguments } from './label-index.ts'
import { type Ledger, type LedgerShape, openLedger, parkLedger } from './ledger.ts'
import type {
  Aggregator,
  LabelValues,
  MetricConfiguration,
  MetricObjectWithValues,
  MetricValueWithName,
} from './metric-configuration.ts'
import { readMetric } from './reading.ts'
import { type AnyRegistry, PROMETHEUS_CONTENT_TYPE } from './registered-metric.ts'
import { globalRegistry } from './registry.ts'

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

export function validateMetricName(name: string): boolean {
  return METRIC_NAME.test(name)
}

/** Beyond what is common. */
export interface MetricKindOptions {
  readonly type: ViewType
  readonly bounds?: readonly number[]
  readonly quantiles?: readonly number[]
  readonly hidesEmpty?: boolean
  /** A label that the format uses itself. */
  readonly reservedLabel?: string
}

export abstract class MetricBase<OwnChild extends Child, T extends string> {
  readonly name: string
  readonly help: string
  readonly type: ViewType
  readonly labelNames: readonly T[]
  readonly aggregator: Aggregator
  readonly registers: readonly AnyRegistry[]
  readonly enableExemplars: boolean
  /** Runs before the metric is read. */
  collect: ((this: this) => void | Promise<void>) | undefined
  /** By label values.
   *  @internal */
  readonly children: LabelIndex<OwnChild>
  /** The one of a metric without labels.
   *  @internal */
  protected readonly only: OwnChild | undefined
  readonly #shape: LedgerShape
  readonly #hidesEmpty: boolean
  #ledger: Ledger | undefined
  #registryCount = 0
  #takeOfferBack: (() => void) | undefined

  /** @throws Error, TypeError as prom-client does; TelemetryError for what the telemetry cannot take */
  protected constructor(configuration: MetricConfiguration<T>, kind: MetricKindOptions) {
    if (!isObject(configuration)) throw new TypeError('constructor expected a config object')
    const { name, help, labelNames = [], aggregator = 'sum', enableExemplars = false } = configuration
    if (!help) throw new Error('Missing mandatory help parameter')
    if (!name) throw new Error('Missing mandatory name parameter')
    if (!validateMetricName(name)) throw new Error('Invalid metric name')
    if (!labelNames.every(label => LABEL_NAME.test(label))) throw new Error('Invalid label name')
    if (configuration.collect && typeof configuration.collect !== 'function') {
      throw new Error('Optional "collect" parameter must be a function')
    }
    const { type, bounds = [], quantiles = [], hidesEmpty = false, reservedLabel } = kind
    if (reservedLabel !== undefined && (labelNames as readonly string[]).includes(reservedLabel)) {
      throw new Error(`${reservedLabel} is a reserved label keyword`)
    }
    this.name = name
    this.help = String(help)
    this.type = type
    this.labelNames = labelNames
    this.aggregator = aggregator
    this.enableExemplars = enableExemplars
    this.collect = configuration.collect
    this.registers = (configuration.registers as readonly AnyRegistry[] | undefined) ?? [globalRegistry]
    this.#shape = { name, help: this.help, type, labelNames, bounds, quantiles }
    this.#hidesEmpty = hidesEmpty
    this.children = new LabelIndex(labelNames, (values, given) => this.createChild(values, given))
    this.only = labelNames.length === 0 ? this.children.child({}) : undefined
    this.#checkRegistries()
    // Now: what the telemetry does not take is said where the metric is made.
    void this.ledger
    for (const registry of this.registers) registry.registerMetric(this as never)
  }

  /** Name, help, type and present values. Runs `collect` before.
   *  @throws what `collect` throws, TelemetryError OFFLOOP_TIMEOUT, OFFLOOP_AGGREGATOR_DOWN, OFFLOOP_CLOSED */
  get(): Promise<MetricObjectWithValues<MetricValueWithName<T>>> {
    return readMetric(this as never) as Promise<MetricObjectWithValues<MetricValueWithName<T>>>
  }

  /** Takes back what this thread, and whatever other threads had counted under the same label values, until the next time
   *  the metric is read. */
  reset(): void {
    for (const child of this.children.all) child.retire(false)
    if (this.keepsOnly) this.only?.show()
  }

  /** Takes these label values out, until they are used again. */
  remove(...values: string[]): void
  remove(labels: LabelValues<T>): void
  remove(...given: readonly unknown[]): void {
    this.childOf(given).retire(false)
  }

  /** @internal */
  get ledger(): Ledger {
    if (this.#ledger === undefined) {
      this.#ledger = openLedger(this.#shape)
      this.only?.show()
    }
    return this.#ledger
  }

  /** What a view asks about it, and how its answer is taken over.
   *  @internal */
  viewed(): { metric: ViewMetric; settle: (settled: readonly Settled[]) => void } {
    const { generations, exceptions, settle } = this.ledger.view()
    return { metric: { ...this.#shape, hidesEmpty: this.#hidesEmpty, generations, exceptions }, settle }
  }

  /** Labels as they were given first, or as other threads have them.
   *  @internal */
  shownLabels(values: readonly string[]): Record<string, unknown> {
    const child = this.children.byKey(seriesKeyOf(values))
    if (child !== undefined) return { ...child.given }
    const labels = this.labelNames.map((name, index) => [name, values[index] ?? ''] as const)
    return Object.fromEntries(labels.filter(([, value]) => value !== ''))
  }

  /** Registries tell when they take it in or out: one that is in none leaves its ledger to the next metric of its shape.
   *  @internal */
  countRegistry(by: 1 | -1): void {
    this.#registryCount += by
    if (this.#registryCount > 0) {
      this.#takeOfferBack?.()
      this.#takeOfferBack = undefined
    } else if (this.#ledger !== undefined && this.#takeOfferBack === undefined) {
      this.#takeOfferBack = parkLedger(this.#shape, this.#ledger, () => this.#loseLedger())
    }
  }

  /** @internal */
  protected abstract createChild(values: readonly string[], given: GivenLabels): OwnChild

  /** Whether a metric without labels is still shown after a reset.
   *  @internal */
  protected get keepsOnly(): boolean {
    return true
  }

  /** By values in the order of the names, or by labels.
   *  @internal */
  protected childOf(given: readonly unknown[]): OwnChild {
    return this.children.child(labelsOfArguments(this.labelNames, given))
  }

  #checkRegistries(): void {
    if (!this.enableExemplars) return
    if (this.registers.every(({ contentType }) => contentType !== PROMETHEUS_CONTENT_TYPE)) return
    throw new TypeError('Exemplars are supported only on OpenMetrics registries')
  }

  #loseLedger(): void {
    for (const child of this.children.all) {
      child.retire(false)
      child.leave()
    }
    this.#ledger = undefined
    this.#takeOfferBack = undefined
  }
}
