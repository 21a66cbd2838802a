/** Everything recorded, as the requests it is sent in. Aggregator thread, which goes on draining in between. */
import type { MetricData, ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics'
import type { ExportMetric, ExportSeries, ExtensionHost } from '../../shared/extension/extension.ts'
import { attributesKeyOf, attributesOf } from './attributes.ts'
import { type MetricShape, type Scope, shapeOf } from './metric-shape.ts'
import { exponentialOf, histogramOf, hrTimeOf, mergedPoint, numberOf, type Point } from './points.ts'

/** Values of the SDK's enumerations, without loading it. A test compares them. */
const VALUE_TYPE_DOUBLE = 1
const CUMULATIVE = 1
const POINT_TYPES = { histogram: 0, exponential: 1, gauge: 2, sum: 3 } as const

/** Some milliseconds of work. */
const POINTS_BETWEEN_PAUSES = 250

export interface RequestOptions {
  readonly resource: ResourceMetrics['resource']
  readonly histograms: 'explicit' | 'exponential'
  /** Read for each request: it may have to shrink. */
  readonly pointsMax: () => number
}

/** Metrics of one name, unit, kind and scope: they are one to whoever receives them. */
interface Group {
  readonly shape: MetricShape
  readonly metrics: ExportMetric[]
}

/** Requests of a limited number of data points each, made when asked for. All have the time of the first. */
export async function* requestsOf(
  host: ExtensionHost,
  options: RequestOptions,
): AsyncGenerator<ResourceMetrics> {
  const ownScope = { name: 'offloop', version: host.resource.version }
  const startTime = hrTimeOf(host.resource.startTimeMs)
  const endTime = hrTimeOf(host.now())
  const pointOf = (metric: ExportMetric, series: ExportSeries, shape: MetricShape): Point | undefined => {
    const value = pointValueOf(series, shape, options.histograms)
    const attributes = attributesOf(metric.descriptor, series)
    return value === undefined ? undefined : ({ attributes, startTime, endTime, value } as Point)
  }
  let request = new RequestInMaking()
  let pointsSincePause = 0
  for (const group of groupsOf(host.collect())) {
    const points = new Map<string, Point>()
    /** Of gauges: when each point was set. */
    const setAtMs = new Map<string, number>()
    const isMerging = group.metrics.length > 1
    for (const metric of group.metrics) {
      const shape = shapeOf(metric.descriptor)
      for (const series of metric.series) {
        if (++pointsSincePause > POINTS_BETWEEN_PAUSES) {
          pointsSincePause = 0
          await host.pause()
        }
        const point = pointOf(metric, series, shape)
        if (point === undefined) continue
        const key = isMerging ? attributesKeyOf(point.attributes) : `${points.size}`
        const known = points.get(key)
        if (known !== undefined && shape.kind !== 'gauge') points.set(key, mergedPoint(known, point))
        else {
          // Of two gauges the value is the one that was set last.
          const timeMs = series.lastTimeMs ?? 0
          if (timeMs < (setAtMs.get(key) ?? 0)) continue
          points.set(key, point)
          if (isMerging) setAtMs.set(key, timeMs)
        }
      }
    }
    const scope = group.shape.scope ?? ownScope
    const data = metricOf(group.shape, options.histograms)
    for (const point of points.values()) {
      if (request.pointCount >= options.pointsMax()) {
        yield request.finish(options.resource)
        request = new RequestInMaking()
      }
      request.add(scope, data, point)
    }
  }
  if (request.pointCount > 0) yield request.finish(options.resource)
}

/** One request as two, of half the data points each. Undefined where there is but one point. */
export function halvesOf(request: ResourceMetrics): [ResourceMetrics, ResourceMetrics] | undefined {
  const halves = [new RequestInMaking(), new RequestInMaking()] as const
  const pointCount = pointCountOf(request)
  if (pointCount < 2) return undefined
  let index = 0
  for (const { scope, metrics } of request.scopeMetrics) {
    for (const metric of metrics) {
      for (const point of metric.dataPoints)
        halves[index++ < pointCount / 2 ? 0 : 1].add(scope, metric, point)
    }
  }
  return [halves[0].finish(request.resource), halves[1].finish(request.resource)]
}

export function pointCountOf({ scopeMetrics }: ResourceMetrics): number {
  const counts = scopeMetrics.flatMap(({ metrics }) => metrics.map(({ dataPoints }) => dataPoints.length))
  return counts.reduce((sum, count) => sum + count, 0)
}

function groupsOf(metrics: readonly ExportMetric[]): Iterable<Group> {
  const groups = new Map<string, Group>()
  for (const metric of metrics) {
    const shape = shapeOf(metric.descriptor)
    const { name, unit, kind, scope } = shape
    const key = JSON.stringify([name, unit, kind, scope?.name, scope?.version, scope?.schemaUrl])
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { shape, metrics: [metric] })
    else known.metrics.push(metric)
  }
  return groups.values()
}

function pointValueOf(
  series: ExportSeries,
  shape: MetricShape,
  histograms: 'explicit' | 'exponential',
): Point['value'] | undefined {
  if (shape.kind !== 'histogram') return numberOf(series, shape)
  return histograms === 'explicit' ? histogramOf(series, shape.divisor) : exponentialOf(series, shape.divisor)
}

/** Points gathered by scope and metric, in the order they come. */
class RequestInMaking {
  pointCount = 0
  readonly #scopes = new Map<string, ScopeMetrics>()
  readonly #metrics = new Map<MetricData, MetricData>()

  /** @param metric whose points are not taken over */
  add(scope: Scope, metric: MetricData, point: Point): void {
    let own = this.#metrics.get(metric)
    if (own === undefined) {
      own = { ...metric, dataPoints: [] }
      this.#metrics.set(metric, own)
      this.#scope(scope).metrics.push(own)
    }
    own.dataPoints.push(point as never)
    this.pointCount += 1
  }

  finish(resource: ResourceMetrics['resource']): ResourceMetrics {
    return { resource, scopeMetrics: [...this.#scopes.values()] }
  }

  #scope(scope: Scope): ScopeMetrics {
    const key = JSON.stringify([scope.name, scope.version, scope.schemaUrl])
    const known = this.#scopes.get(key)
    if (known !== undefined) return known
    const created = { scope, metrics: [] }
    this.#scopes.set(key, created)
    return created
  }
}

function metricOf(shape: MetricShape, histograms: 'explicit' | 'exponential'): MetricData {
  const { name, description, unit, kind } = shape
  const isHistogram = kind === 'histogram'
  const pointType =
    isHistogram && histograms === 'exponential' ? 'exponential' : kind === 'updown' ? 'sum' : kind
  return {
    descriptor: { name, description, unit, valueType: VALUE_TYPE_DOUBLE },
    dataPointType: POINT_TYPES[pointType],
    aggregationTemporality: CUMULATIVE,
    dataPoints: [],
    ...(pointType === 'sum' ? { isMonotonic: kind === 'sum' } : {}),
  } as unknown as MetricData
}
