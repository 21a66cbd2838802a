/** Makes one metric of what several processes have read: value by value, each as its metric says. Pure. */
import { seriesKeyOf } from '../shared/labels.ts'
import type { Aggregator } from './metric-configuration.ts'
import type { ShownMetric, ShownValue } from './registered-metric.ts'

/** One metric of all; undefined when it is left out. */
export type Aggregate = (metrics: readonly ShownMetric[]) => ShownMetric | undefined

export const aggregators: Readonly<Record<Aggregator, Aggregate>> = {
  sum: aggregateBy(sumOf),
  first: aggregateBy(values => values[0]!),
  omit: () => undefined,
  average: aggregateBy(values => sumOf(values) / values.length),
  min: aggregateBy(values => Math.min(...values)),
  max: aggregateBy(values => Math.max(...values)),
}

/** Metrics of several processes, by name.
 *  @param metrics what `getMetricsAsJSON()` gave in each
 *  @throws Error for an aggregator there is not */
export function aggregateAll(metrics: readonly (readonly ShownMetric[])[]): ShownMetric[] {
  const byName = new Map<string, ShownMetric[]>()
  for (const metric of metrics.flat()) {
    const others = byName.get(metric.name)
    if (others === undefined) byName.set(metric.name, [metric])
    else others.push(metric)
  }
  return [...byName.values()].flatMap(same => {
    const name = same[0]!.aggregator
    if (!Object.hasOwn(aggregators, name)) throw new Error(`'${name}' is not a defined aggregator.`)
    return aggregators[name](same) ?? []
  })
}

function aggregateBy(combine: (values: readonly number[]) => number): Aggregate {
  return metrics => {
    const [first] = metrics
    if (first === undefined) return undefined
    const byLabels = new Map<string, { value: ShownValue; values: number[] }>()
    for (const value of metrics.flatMap(metric => metric.values)) {
      const key = keyOf(value)
      const found = byLabels.get(key)
      if (found === undefined) byLabels.set(key, { value, values: [value.value] })
      else found.values.push(value.value)
    }
    const values = [...byLabels.values()].map(({ value, values: all }) => ({ ...value, value: combine(all) }))
    return { ...first, values }
  }
}

function keyOf({ metricName = '', labels }: ShownValue): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
  return seriesKeyOf([metricName, ...pairs.flat().map(String)])
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
