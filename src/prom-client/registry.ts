/** Registries: which metrics are shown together, in which format, with which labels. Any thread. */
import { braced, endOf, headOf, labelText, numberText, textsJoined } from '../shared/prom-client/view-text.ts'
import type { Metric, MetricObjectWithValues, MetricValue } from './metric-configuration.ts'
import { askView, collectAll, readMetrics } from './reading.ts'
import {
  isOwn,
  OPENMETRICS_CONTENT_TYPE,
  type OpenMetricsContentType,
  PROMETHEUS_CONTENT_TYPE,
  type PrometheusContentType,
  type RegisteredMetric,
  type ShownMetric,
} from './registered-metric.ts'

export type { OpenMetricsContentType, PrometheusContentType } from './registered-metric.ts'
export type RegistryContentType = PrometheusContentType | OpenMetricsContentType

/** What a metric of a registry looks like from outside. */
export interface MetricObject {
  name: string
  help: string
  // biome-ignore lint/suspicious/noExplicitAny: a text, which prom-client's types call a number
  type: any
  aggregator: MetricObjectWithValues<MetricValue<string>>['aggregator']
  // biome-ignore lint/suspicious/noExplicitAny: each kind of metric says what `this` is
  collect: (this: any) => void | Promise<void>
}

/** Metrics by name. All registries of a thread read from one telemetry; each shows only what was registered with it. */
export class Registry<BoundRegistryContentType extends RegistryContentType = PrometheusContentType> {
  readonly #metrics = new Map<string, RegisteredMetric>()
  #defaultLabels: Readonly<Record<string, unknown>> = {}
  #contentType: BoundRegistryContentType
  #countsMetrics = true

  static get PROMETHEUS_CONTENT_TYPE(): PrometheusContentType {
    return PROMETHEUS_CONTENT_TYPE
  }

  static get OPENMETRICS_CONTENT_TYPE(): OpenMetricsContentType {
    return OPENMETRICS_CONTENT_TYPE
  }

  /** @throws TypeError for a content type there is not */
  constructor(contentType?: BoundRegistryContentType) {
    const wanted = contentType ?? (PROMETHEUS_CONTENT_TYPE as BoundRegistryContentType)
    if (!isContentType(wanted)) throw new TypeError(`Content type ${wanted} is unsupported`)
    this.#contentType = wanted
  }

  /** The text of all metrics, written by the aggregator thread. Collectors run before, on this thread.
   *  @throws what a collector throws; TelemetryError OFFLOOP_TIMEOUT, OFFLOOP_AGGREGATOR_DOWN, OFFLOOP_CLOSED */
  metrics(): Promise<string> {
    return this.#textOf([...this.#metrics.values()], true)
  }

  clear(): void {
    for (const metric of this.#metrics.values()) this.#count(metric, -1)
    this.#metrics.clear()
    this.#defaultLabels = {}
  }

  resetMetrics(): void {
    for (const metric of this.#metrics.values()) metric.reset?.()
  }

  /** @throws Error when another metric has its name */
  registerMetric<T extends string>(metric: Metric<T>): void {
    const known = this.#metrics.get(metric.name)
    const registered = metric as unknown as RegisteredMetric
    if (known === registered) return
    if (known !== undefined) {
      throw new Error(`A metric with the name ${metric.name} has already been registered.`)
    }
    this.#metrics.set(metric.name, registered)
    this.#count(registered, 1)
  }

  /** All metrics with their present values. */
  async getMetricsAsJSON(): Promise<MetricObjectWithValues<MetricValue<string>>[]> {
    const metrics = [...this.#metrics.values()]
    const own = await readMetrics(metrics.filter(isOwn))
    const read = metrics.map(metric => (isOwn(metric) ? own.shift()! : metric.get()))
    const shown = await Promise.all(read)
    return shown.map(metric => this.#withDefaultLabels(metric)) as MetricObjectWithValues<
      MetricValue<string>
    >[]
  }

  getMetricsAsArray(): MetricObject[] {
    return [...this.#metrics.values()] as unknown as MetricObject[]
  }

  removeSingleMetric(name: string): void {
    const metric = this.#metrics.get(name)
    if (metric === undefined) return
    this.#metrics.delete(name)
    this.#count(metric, -1)
  }

  getSingleMetric<T extends string>(name: string): Metric<T> | undefined {
    return this.#metrics.get(name) as Metric<T> | undefined
  }

  /** The text of one metric.
   *  @throws Error when there is none of this name */
  async getSingleMetricAsString(name: string): Promise<string> {
    const metric = this.#metrics.get(name)
    if (metric === undefined) throw new Error(`No metric with the name ${name} is registered.`)
    return await this.#textOf([metric], false)
  }

  /** Labels of every metric that has none of that name, whenever it is shown. */
  setDefaultLabels(labels: object): void {
    this.#defaultLabels = labels as Readonly<Record<string, unknown>>
  }

  get contentType(): BoundRegistryContentType {
    return this.#contentType
  }

  /** @throws Error for a content type there is not */
  setContentType(contentType: BoundRegistryContentType): void {
    if (!isContentType(contentType)) throw new Error(`Content type ${contentType} is unsupported`)
    this.#contentType = contentType
  }

  /** A registry of the metrics of several.
   *  @throws Error when two of them have the same name, or the registries different formats */
  static merge(registers: Registry[]): Registry {
    const contentType = registers[0]!.contentType
    if (registers.some(registry => registry.contentType !== contentType)) {
      throw new Error('Registers can only be merged if they have the same content type')
    }
    const merged = new Registry(contentType)
    // It may be made anew for each scrape, and is nowhere let go of.
    merged.#countsMetrics = false
    for (const registry of registers) {
      for (const metric of registry.getMetricsAsArray()) merged.registerMetric(metric as unknown as Metric)
    }
    return merged
  }

  #count(metric: RegisteredMetric, by: 1 | -1): void {
    if (this.#countsMetrics && isOwn(metric)) metric.countRegistry(by)
  }

  async #textOf(metrics: readonly RegisteredMetric[], isWhole: boolean): Promise<string> {
    const own = metrics.filter(isOwn)
    const isOpenMetrics = this.#contentType === OPENMETRICS_CONTENT_TYPE
    const format = isOpenMetrics ? 'openmetrics' : 'text'
    await collectAll(own)
    const defaults = Object.entries(this.#defaultLabels).map(
      ([name, value]) => [name, String(value)] as const,
    )
    const texts = own.length === 0 ? [] : [(await askView(own, format, defaults)).answer.body]
    for (const metric of metrics) {
      if (!isOwn(metric))
        texts.push(textOfForeign(this.#withDefaultLabels(await metric.get()), isOpenMetrics))
    }
    return textsJoined(texts, format) + (isWhole ? endOf(format) : '')
  }

  #withDefaultLabels(metric: ShownMetric): ShownMetric {
    const defaults = Object.entries(this.#defaultLabels)
    if (defaults.length === 0) return metric
    const values = metric.values.map(value => {
      const labels = { ...value.labels }
      for (const [name, text] of defaults) labels[name] ||= text
      return { ...value, labels }
    })
    return { ...metric, values }
  }
}

/** The registry that metrics go to unless they name others. */
export const globalRegistry: Registry = new Registry()

function isContentType(contentType: unknown): contentType is RegistryContentType {
  return contentType === PROMETHEUS_CONTENT_TYPE || contentType === OPENMETRICS_CONTENT_TYPE
}

/** Of values that were read before, perhaps in other processes. */
function textOfForeign({ name, help, type, values }: ShownMetric, isOpenMetrics: boolean): string {
  const isTotal = isOpenMetrics && type === 'counter'
  const shownName = isTotal ? name.replace(/_total$/, '') : name
  const lines = values.map(({ metricName = shownName, labels, value }) => {
    const shown = Object.entries(labels).map(([label, text]) => labelText(label, text))
    return `${metricName}${isTotal ? '_total' : ''}${braced(shown.join(','))} ${numberText(value)}`
  })
  return [...headOf(shownName, help, type), ...lines].join('\n')
}
