/** A metric as Prometheus and its kin know it: what one name stands for, in base units. */
import type { ExportSeries } from '../shared/extension/extension.ts'
import type { MetricKind } from '../shared/metric.ts'

export type FamilyType = 'counter' | 'updown' | 'gauge' | 'histogram' | 'summary'

export interface Family {
  /** Valid for Prometheus, with the unit; without the `_total` of a counter's samples. */
  readonly name: string
  readonly type: FamilyType
  /** `seconds`, `bytes`, `ratio` …; empty: none. */
  readonly unit: string
  readonly help: string
  /** Label sets of which no two are equal. */
  readonly points: readonly Point[]
  /** Of a summary: the ranks to show, of the rolling window. */
  readonly quantiles?: readonly number[]
}

export interface Point {
  /** Valid names, each once; no empty values. */
  readonly labels: readonly (readonly [name: string, value: string])[]
  /** Mostly one; several make up a sum that goes both ways. */
  readonly series: readonly PointSeries[]
  /** Values are divided by this to come to the family's unit: 1,000 where milliseconds come as seconds. */
  readonly divisor: number
}

export interface PointSeries {
  readonly series: ExportSeries
  readonly sign: 1 | -1
  readonly kind: MetricKind
}

/** Value of a counter, updown or gauge, in the family's unit; undefined while it has none. */
export function pointValue({ series, divisor }: Point): number | undefined {
  let value: number | undefined
  for (const { series: one, sign, kind } of series) {
    const part = kind === 'counter' ? one.total : one.last
    if (part !== undefined) value = (value ?? 0) + sign * part
  }
  return value === undefined ? undefined : value / divisor
}
