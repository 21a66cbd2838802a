/** What a metric has in the telemetry: the metrics that its counts go to, and what a reset takes off them.
 *
 *  Nobody can take back what was counted. A reset therefore lets these label values go on in another metric, the next
 *  generation, and the next answer of the aggregator says what the earlier one had counted until then: its baseline. From
 *  then on it may be counted in again, less that. So there are two generations, however often a metric is reset. */
import type { MetricOptions } from '../index.ts'
import { TelemetryError } from '../index.ts'
import { seriesKeyOf } from '../shared/labels.ts'
import { METRIC_NAME_LENGTH_MAX, SELF_METRIC_PREFIX, type Unit } from '../shared/metric.ts'
import type { Figures, Settled, ViewException, ViewExemplar, ViewType } from '../shared/prom-client/view.ts'
import { telemetryInUse } from './telemetry-in-use.ts'

/** Resets between two answers that are told apart. */
const GENERATIONS_MAX = 16
const HELP_SHOWN_MAX = 1_024

/** What records: a counter's `add`, or `record`. */
export interface Recording {
  add?(by: number): void
  record?(value: number): void
}

/** Everything by which metrics of one name differ. */
export interface LedgerShape {
  readonly name: string
  readonly help: string
  readonly type: ViewType
  readonly labelNames: readonly string[]
  readonly bounds: readonly number[]
  readonly quantiles: readonly number[]
}

/** Exceptions of one set of label values. */
interface Entry {
  readonly values: readonly string[]
  isShown: boolean
  /** By generation. One without figures waits for them. */
  readonly baselines: ({ figures: Figures | undefined } | undefined)[]
  fixed: number | undefined
  exemplars: ViewExemplar[]
}

interface Generation {
  readonly name: string
  bind(values: readonly string[]): Recording
}

/** An exceptions' part of a view, and how its settled baselines are taken over. */
export interface LedgerView {
  readonly generations: readonly string[]
  readonly exceptions: readonly ViewException[]
  settle(settled: readonly Settled[]): void
}

/** One metric's. */
export class Ledger {
  readonly #shape: LedgerShape
  readonly #generations: Generation[] = []
  readonly #entries = new Map<string, Entry>()

  /** Registers the first generation.
   *  @throws TelemetryError for what the telemetry does not take */
  constructor(shape: LedgerShape) {
    this.#shape = shape
    this.#generations.push(nextGeneration(shape))
  }

  /** Where these label values are counted from now on. */
  bind(values: readonly string[]): { recording: Recording; generation: number } {
    const entry = this.#entries.get(seriesKeyOf(values))
    if (entry !== undefined) {
      entry.isShown = true
      if (this.#shape.type === 'gauge') entry.baselines.length = 0
    }
    const generation = this.#freeGeneration(entry)
    return { recording: this.#generations[generation]!.bind(values), generation }
  }

  /** These label values have been counted there, and what was counted does not count any more.
   *  @param generation undefined when they never were
   *  @param isShown whether they stay to be seen, with 0 */
  retire(values: readonly string[], generation: number | undefined, isShown: boolean): void {
    const entry = this.#entry(values)
    entry.isShown = isShown
    entry.exemplars = []
    entry.fixed = undefined
    if (generation !== undefined) entry.baselines[generation] = { figures: undefined }
  }

  /** Shows these label values, with or without a sample. */
  show(values: readonly string[]): void {
    this.#entry(values).isShown = true
  }

  /** A gauge's value that is no finite number; undefined when it is one again. */
  fix(values: readonly string[], value: number | undefined): void {
    if (value !== undefined) this.show(values)
    this.#entry(values).fixed = value
  }

  addExemplar(values: readonly string[], exemplar: ViewExemplar): void {
    const entry = this.#entry(values)
    entry.isShown = true
    entry.exemplars = [
      ...entry.exemplars.filter(({ bucketIndex }) => bucketIndex !== exemplar.bucketIndex),
      exemplar,
    ]
  }

  view(): LedgerView {
    const entries = [...this.#entries.values()]
    const asked = entries.map(({ baselines }) => [...baselines])
    return {
      generations: this.#generations.map(({ name }) => name),
      exceptions: entries.map(({ values, isShown, baselines, fixed, exemplars }) => ({
        values,
        isShown,
        fixed,
        exemplars,
        baselines: [...baselines].map(baseline => baseline && (baseline.figures ?? 'settle')),
      })),
      settle: settled => {
        // Whoever was reset again meanwhile has another baseline, and asks for that.
        for (const { exceptionIndex, generation, figures } of settled) {
          const baseline = asked[exceptionIndex]?.[generation]
          if (baseline !== undefined) baseline.figures ??= figures
        }
      },
    }
  }

  #entry(values: readonly string[]): Entry {
    const key = seriesKeyOf(values)
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      entry = { values, isShown: true, baselines: [], fixed: undefined, exemplars: [] }
      this.#entries.set(key, entry)
    }
    return entry
  }

  /** A gauge has but its latest value: it never needs another. */
  #freeGeneration(entry: Entry | undefined): number {
    if (entry === undefined || this.#shape.type === 'gauge') return 0
    for (let index = 0; index < this.#generations.length; index += 1) {
      const baseline = entry.baselines[index]
      if (baseline === undefined || baseline.figures !== undefined) return index
    }
    if (this.#generations.length >= GENERATIONS_MAX) return GENERATIONS_MAX - 1
    this.#generations.push(nextGeneration(this.#shape))
    return this.#generations.length - 1
  }
}

/** Ledgers whose metrics were taken out of their registries, by shape: a metric that is made again has the same. */
const parked = new Map<string, { ledger: Ledger; onTaken: () => void }[]>()

/** Offers a ledger to the next metric of its shape. @returns takes the offer back, unless it was taken */
export function parkLedger(shape: LedgerShape, ledger: Ledger, onTaken: () => void): () => void {
  const key = JSON.stringify(shape)
  const offer = { ledger, onTaken }
  const offers = parked.get(key) ?? []
  offers.push(offer)
  parked.set(key, offers)
  return () => {
    const index = offers.indexOf(offer)
    if (index >= 0) offers.splice(index, 1)
  }
}

/** A ledger of this shape: a parked one, or a new one. */
export function openLedger(shape: LedgerShape): Ledger {
  const offer = parked.get(JSON.stringify(shape))?.shift()
  if (offer === undefined) return new Ledger(shape)
  offer.onTaken()
  return offer.ledger
}

/** How many metrics of each name were registered. */
const nameCounts = new Map<string, number>()

/** Registers the next metric of this name. Names that this thread has given to metrics of another shape are passed over. */
function nextGeneration(shape: LedgerShape): Generation {
  const { name, help, type, labelNames, bounds, quantiles } = shape
  const isFit = name.length < METRIC_NAME_LENGTH_MAX - 10 && !name.startsWith(SELF_METRIC_PREFIX)
  const base = isFit ? name : 'prom_client_metric'
  const options: MetricOptions = {
    help: help.slice(0, HELP_SHOWN_MAX),
    unit: unitOf(name),
    labelNames: [...new Set(labelNames)],
    ...(bounds.length === 0 ? {} : { buckets: bounds }),
    exported: { name, instrument: type, unit: '', ...(type === 'summary' ? { quantiles } : {}) },
  }
  for (;;) {
    const count = (nameCounts.get(base) ?? 0) + 1
    nameCounts.set(base, count)
    const internalName = count === 1 ? base : `${base}:${count}`
    try {
      const metric = register(type, internalName, options)
      return { name: internalName, bind: values => bindValues(metric, labelNames, values) }
    } catch (error) {
      if (!(error instanceof TelemetryError) || error.code !== 'OFFLOOP_METRIC_CONFLICT') throw error
    }
  }
}

function register(type: ViewType, name: string, options: MetricOptions): unknown {
  const telemetry = telemetryInUse()
  return type === 'counter' ? telemetry.counter(name, options) : telemetry.gauge(name, options)
}

/** A metric without labels is its own handle. */
function bindValues(metric: unknown, labelNames: readonly string[], values: readonly string[]): Recording {
  if (labelNames.length === 0) return metric as Recording
  const labels = Object.fromEntries(labelNames.map((name, index) => [name, values[index] ?? '']))
  return (metric as { labels(labels: unknown): Recording }).labels(labels)
}

/** Objectives are written in units that they convert: `p95<60ms` of a metric in seconds. Names stay as they are. */
function unitOf(name: string): Unit {
  if (/_seconds(?:_total)?$/.test(name)) return 's'
  return /_bytes(?:_total)?$/.test(name) ? 'bytes' : '1'
}
