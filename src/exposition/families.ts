/** Families made of metrics: by exported name, merged where they are one, and nothing in them that would collide. Pure. */
import type { ExportMetric, ExportSeries } from '../shared/extension/extension.ts'
import type { MetricDescriptor } from '../shared/metric.ts'
import { exportedDivisor } from './exported-divisor.ts'
import type { Family, FamilyType, Point, PointSeries } from './family.ts'
import { MergedSeries } from './merged-series.ts'
import { cleanText, labelNameOf, prometheusName, ucumWord, unitWord } from './names.ts'

export { type Family, type FamilyType, type Point, pointValue } from './family.ts'

export interface FamiliesOptions {
  /** Names that are somebody else's. */
  readonly reserved?: readonly string[]
  /** Adds for each histogram a summary with these quantiles of its rolling window: `x_window_seconds`. Default: none. */
  readonly windowQuantiles?: readonly number[]
  /** Whether series say which instrumentation scope they are of, as OpenTelemetry's rules want it. Default true. */
  readonly hasScopeLabels?: boolean
}

/** What was left out, and why. */
export interface Collision {
  readonly metric: string
  /** The exported name that it would have gone by. */
  readonly name: string
  /** `type`: the name is of another type's; `name`: the name of one of its samples is taken; `labels`: its labels are. */
  readonly reason: 'type' | 'name' | 'labels'
  /** Series left out. */
  readonly count: number
}

export interface Families {
  readonly families: Family[]
  readonly collisions: Collision[]
}

/** How a metric is exported: name without `_total`, type, unit, and what its values are divided by. */
interface ExportedShape {
  readonly name: string
  readonly type: FamilyType
  readonly unit: string
  readonly divisor: number
}

/** What a family's samples are called beside its name. */
const SUFFIXES: Readonly<Record<FamilyType, readonly string[]>> = {
  counter: ['_total', '_created'],
  updown: [],
  gauge: [],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  summary: ['_sum', '_count', '_created'],
}

const DEFAULT_TYPES = { counter: 'counter', gauge: 'gauge', latency: 'histogram' } as const
const DEFAULT_QUANTILES: readonly number[] = [0.5, 0.9, 0.99]

/** Merges metrics that go by one exported name, leaves out what would collide (the first stands), makes names valid. */
export function familiesOf(metrics: readonly ExportMetric[], options: FamiliesOptions = {}): Families {
  const steps = familiesInSteps(metrics, options)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** The same in steps, each of one series: for whoever has to yield in between. */
export function* familiesInSteps(
  metrics: readonly ExportMetric[],
  { reserved = [], windowQuantiles = [], hasScopeLabels = true }: FamiliesOptions = {},
): Generator<void, Families> {
  const taken = new Set(reserved)
  const byName = new Map<string, Draft>()
  const collisions: Collision[] = []
  for (const metric of metrics) {
    const { descriptor, series } = metric
    const shape = exportedShapeOf(descriptor)
    const found = byName.get(shape.name)
    const reason =
      found === undefined ? claim(taken, shape) : found.shape.type === shape.type ? undefined : 'type'
    if (reason !== undefined) {
      collisions.push({ metric: descriptor.name, name: shape.name, reason, count: series.length })
      continue
    }
    const draft = found ?? new Draft(shape, descriptor)
    if (found === undefined) byName.set(shape.name, draft)
    draft.help ||= cleanText(descriptor.help)
    const labelNames = exportedLabelNames(descriptor, shape.type)
    const scopeLabels = hasScopeLabels ? scopeLabelsOf(descriptor) : []
    let count = 0
    for (const one of series) {
      if (!draft.add(descriptor, shape, labelsOf(one, descriptor, labelNames, scopeLabels), one)) count += 1
      yield
    }
    if (count > 0) collisions.push({ metric: descriptor.name, name: shape.name, reason: 'labels', count })
  }
  const families = [...byName.values()].flatMap(draft => {
    const family = draft.family()
    const windows = windowsOf(family, windowQuantiles)
    if (windows === undefined) return [family]
    const reason = claim(taken, windows)
    if (reason === undefined) return [family, windows]
    collisions.push({ metric: draft.metric, name: windows.name, reason, count: family.points.length })
    return [family]
  })
  return { families, collisions }
}

/** @example exportedShapeOf(a latency http.request in ms) // { name: 'http_request_seconds', divisor: 1000, … } */
export function exportedShapeOf({ name, kind, unit, exported = {} }: MetricDescriptor): ExportedShape {
  const wanted = exported.instrument ?? DEFAULT_TYPES[kind]
  const isDistribution = wanted === 'histogram' || wanted === 'summary'
  const type = kind === 'counter' && isDistribution ? 'counter' : wanted
  const word = exported.unit === undefined ? unitWord(unit) : ucumWord(exported.unit, type)
  return {
    name: prometheusName(exported.name ?? name, word, type),
    type,
    unit: word,
    divisor: exportedDivisor(unit, exported.unit),
  }
}

/** A family in the making. */
class Draft {
  readonly shape: ExportedShape
  /** Name of its first metric. */
  readonly metric: string
  help = ''
  readonly #quantiles: readonly number[]
  readonly #points = new Map<string, Point & { series: PointSeries[] }>()
  /** Of each point's first metric. */
  readonly #descriptors = new Map<Point, MetricDescriptor>()

  constructor(shape: ExportedShape, { name, exported }: MetricDescriptor) {
    this.shape = shape
    this.metric = name
    this.#quantiles = exported?.quantiles ?? DEFAULT_QUANTILES
  }

  /** @returns false when these labels are taken */
  add(
    descriptor: MetricDescriptor,
    { divisor }: ExportedShape,
    labels: Point['labels'],
    series: ExportSeries,
  ): boolean {
    const { kind, exported } = descriptor
    const sign = this.shape.type === 'updown' && exported?.isNegative === true ? -1 : 1
    const key = keyOf(labels)
    const found = this.#points.get(key)
    if (found === undefined) {
      const point: Point & { series: PointSeries[] } = { labels, series: [{ series, sign, kind }], divisor }
      this.#points.set(key, point)
      if (exported?.name !== undefined) this.#descriptors.set(point, descriptor)
      return true
    }
    if (found.divisor !== divisor) return false
    // What went up and what went down are one sum.
    if (this.shape.type === 'updown') found.series.push({ series, sign, kind })
    else if (!isOneInstrument(descriptor, this.#descriptors.get(found))) return false
    else found.series[0] = { series: new MergedSeries(found.series[0]!.series, series), sign, kind }
    return true
  }

  family(): Family {
    const { name, type, unit } = this.shape
    const points = [...this.#points.values()]
    const family = { name, type, unit, help: this.help, points }
    return type === 'summary' ? { ...family, quantiles: this.#quantiles } : family
  }
}

/** Metrics that instrumentation gave one name are one, and may count on in each other's place: unless their bounds differ,
 *  as then what is in one's buckets could not be told for the other. */
function isOneInstrument(a: MetricDescriptor, b: MetricDescriptor | undefined): boolean {
  if (a.exported?.name === undefined || a.exported.name !== b?.exported?.name) return false
  return (
    JSON.stringify(a.exported.scope) === JSON.stringify(b.exported.scope) &&
    a.buckets?.join() === b.buckets?.join()
  )
}

/** Takes the names of a family's samples, all or none. */
function claim(taken: Set<string>, { name, type }: Pick<Family, 'name' | 'type'>): 'name' | undefined {
  const names = [name, ...SUFFIXES[type].map(suffix => `${name}${suffix}`)]
  if (names.some(one => taken.has(one))) return 'name'
  for (const one of names) taken.add(one)
  return undefined
}

function windowsOf({ name, type, unit, help, points }: Family, ranks: readonly number[]): Family | undefined {
  if (type !== 'histogram' || ranks.length === 0) return undefined
  const suffix = unit !== '' && name.endsWith(`_${unit}`) ? `_${unit}` : ''
  return {
    name: `${name.slice(0, name.length - suffix.length)}_window${suffix}`,
    type: 'summary',
    unit,
    help: `${help === '' ? name : help}: quantiles of the latest samples`,
    points,
    quantiles: ranks,
  }
}

/** As they are shown, in the order of the metric's own. */
function exportedLabelNames({ labelNames, exported }: MetricDescriptor, type: FamilyType): readonly string[] {
  const isDistribution = type === 'histogram' || type === 'summary'
  return (exported?.labelNames ?? labelNames).map(name => {
    const valid = labelNameOf(name)
    // These are the format's own.
    return isDistribution && (valid === 'le' || valid === 'quantile') ? `exported_${valid}` : valid
  })
}

function scopeLabelsOf({ exported }: MetricDescriptor): Point['labels'] {
  const { name = '', version = '' } = exported?.scope ?? {}
  const labels = [
    ['otel_scope_name', cleanText(name)],
    ['otel_scope_version', cleanText(version)],
  ] as const
  return labels.filter(([, value]) => value !== '')
}

/** Where two names have become one, their values are joined, as OpenTelemetry's rules want it. */
function labelsOf(
  { labels }: ExportSeries,
  { labelNames }: MetricDescriptor,
  exportedNames: readonly string[],
  scopeLabels: Point['labels'],
): Point['labels'] {
  const shown: (readonly [string, string])[] = []
  for (let index = 0; index < labelNames.length; index += 1) {
    const value = cleanText(labels[labelNames[index]!] ?? '')
    if (value === '') continue
    const name = exportedNames[index]!
    const at = shown.findIndex(([known]) => known === name)
    if (at < 0) shown.push([name, value])
    else shown[at] = [name, `${shown[at]![1]};${value}`]
  }
  for (const scopeLabel of scopeLabels) {
    if (!shown.some(([name]) => name === scopeLabel[0])) shown.push(scopeLabel)
  }
  return shown
}

/** Equal for equal labels in whatever order. */
function keyOf(labels: Point['labels']): string {
  if (labels.length === 0) return ''
  if (labels.length === 1) return `${labels[0]![0]}\0${labels[0]![1]}`
  return [...labels]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}\0${value}`)
    .join('\0')
}
