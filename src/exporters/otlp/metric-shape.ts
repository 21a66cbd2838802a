/** What a metric is to OpenTelemetry: name, unit, scope, and which kind of data point. Pure. */
import { exportedDivisor } from '../../exposition/exported-divisor.ts'
import type { MetricDescriptor, Unit } from '../../shared/metric.ts'

export type PointKind = 'sum' | 'updown' | 'gauge' | 'histogram'

export interface Scope {
  readonly name: string
  readonly version?: string
  readonly schemaUrl?: string
}

export interface MetricShape {
  readonly name: string
  readonly description: string
  /** UCUM. */
  readonly unit: string
  readonly kind: PointKind
  /** Whether its value is what was added up, and not what was set last. */
  readonly isCounted: boolean
  readonly scope: Scope | undefined
  /** Values are divided by this to come to the unit. */
  readonly divisor: number
  readonly sign: 1 | -1
}

const BASE_UNITS: Readonly<Record<string, string>> = {
  ns: 's',
  us: 's',
  ms: 's',
  s: 's',
  bytes: 'By',
  ratio: '1',
  percent: '1',
  celsius: 'Cel',
  hz: 'Hz',
}
const KINDS: Readonly<Record<string, PointKind>> = {
  counter: 'sum',
  updown: 'updown',
  gauge: 'gauge',
  histogram: 'histogram',
  // The data model of the official exporters has no summaries.
  summary: 'histogram',
  latency: 'histogram',
}

/** Metrics of our own go in base units. What instrumentation gave a unit goes in that unit: it is part of its contract. */
export function shapeOf({ name, kind, unit, help, exported = {} }: MetricDescriptor): MetricShape {
  return {
    name: exported.name ?? name,
    description: help,
    unit: exported.unit ?? ucum(unit),
    kind: KINDS[exported.instrument ?? kind]!,
    isCounted: kind === 'counter',
    scope: exported.scope,
    divisor: exportedDivisor(unit, exported.unit),
    sign: exported.isNegative === true ? -1 : 1,
  }
}

function ucum(unit: Unit): string {
  return BASE_UNITS[unit] ?? unit
}
