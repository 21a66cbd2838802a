/** Panels of a Grafana dashboard, as its JSON has them: what is shown, and how; where is for the grid to say. Pure. */

/** A panel without its place. */
export interface Panel {
  readonly type: 'timeseries' | 'heatmap' | 'stat' | 'table' | 'state-timeline'
  readonly title: string
  readonly description: string
  /** Of the 24 columns. */
  readonly width: number
  readonly height: number
  readonly targets: readonly Target[]
  readonly fieldConfig: FieldConfig
  readonly options: Readonly<Record<string, unknown>>
  readonly transformations?: readonly unknown[]
}

interface Target {
  readonly expr: string
  readonly legendFormat: string
  readonly format: 'time_series' | 'heatmap' | 'table'
  readonly instant: boolean
}

interface FieldConfig {
  readonly defaults: Readonly<Record<string, unknown>>
  readonly overrides: readonly unknown[]
}

/** An expression and what its series are called. */
export type Query = readonly [expr: string, legend: string]

const HEIGHT = 8
const WIDTH = 8

export interface TimeSeriesOptions {
  readonly description?: string
  /** As Grafana calls it: `s`, `bytes`, `percentunit`, `short` … */
  readonly unit: string
  /** Values to draw a line at. */
  readonly limits?: readonly number[]
  readonly width?: number
}

export function timeSeries(title: string, queries: readonly Query[], options: TimeSeriesOptions): Panel {
  const { description = '', unit, limits = [], width = WIDTH } = options
  const steps = [{ color: 'green', value: null }, ...limits.map(value => ({ color: 'red', value }))]
  return {
    type: 'timeseries',
    title,
    description,
    width,
    height: HEIGHT,
    targets: queries.map(([expr, legend]) => target(expr, legend)),
    fieldConfig: {
      defaults: {
        unit,
        thresholds: { mode: 'absolute', steps },
        custom: {
          drawStyle: 'line',
          lineWidth: 1,
          fillOpacity: 10,
          showPoints: 'never',
          axisSoftMin: 0,
          thresholdsStyle: { mode: limits.length === 0 ? 'off' : 'line' },
        },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  }
}

/** Samples by bucket over time. */
export function heatmap(title: string, expr: string, unit: string, description: string): Panel {
  return {
    type: 'heatmap',
    title,
    description,
    width: WIDTH,
    height: HEIGHT,
    targets: [{ ...target(expr, '{{le}}'), format: 'heatmap' }],
    fieldConfig: { defaults: { custom: { scaleDistribution: { type: 'linear' } } }, overrides: [] },
    options: {
      calculate: false,
      cellGap: 1,
      color: {
        mode: 'scheme',
        scheme: 'Spectral',
        steps: 64,
        reverse: true,
        exponent: 0.5,
        fill: 'dark-orange',
      },
      yAxis: { axisPlacement: 'left', unit },
      rowsFrame: { layout: 'auto' },
      filterValues: { le: 1e-9 },
      legend: { show: true },
      tooltip: { show: true, yHistogram: false },
      exemplars: { color: 'rgba(255,0,255,0.7)' },
    },
  }
}

/** One number, red from 1 on. */
export function violationStat(title: string, expr: string, description: string): Panel {
  return {
    type: 'stat',
    title,
    description,
    width: 4,
    height: HEIGHT,
    targets: [{ ...target(expr, ''), instant: true }],
    fieldConfig: { defaults: { unit: 'short', noValue: '0', thresholds: RED_FROM_ONE }, overrides: [] },
    options: {
      colorMode: 'background',
      graphMode: 'none',
      justifyMode: 'auto',
      orientation: 'auto',
      textMode: 'auto',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    },
  }
}

/** A row for each series, with its state. */
export function stateTable(title: string, expr: string, description: string): Panel {
  return {
    type: 'table',
    title,
    description,
    width: 10,
    height: HEIGHT,
    targets: [{ ...target(expr, ''), format: 'table', instant: true }],
    fieldConfig: {
      defaults: { custom: { align: 'auto', filterable: true } },
      overrides: [
        {
          matcher: { id: 'byName', options: 'state' },
          properties: [
            { id: 'mappings', value: STATES },
            { id: 'custom.cellOptions', value: { type: 'color-background' } },
            { id: 'thresholds', value: RED_FROM_ONE },
          ],
        },
      ],
    },
    options: { showHeader: true, cellHeight: 'sm', sortBy: [{ displayName: 'state', desc: true }] },
    transformations: [
      { id: 'organize', options: { excludeByName: { Time: true }, renameByName: { Value: 'state' } } },
    ],
  }
}

/** A lane for each series: green while it holds, red while it does not. */
export function stateTimeline(title: string, expr: string, legend: string, description: string): Panel {
  return {
    type: 'state-timeline',
    title,
    description,
    width: 10,
    height: HEIGHT,
    targets: [target(expr, legend)],
    fieldConfig: {
      defaults: { mappings: STATES, thresholds: RED_FROM_ONE, custom: { lineWidth: 0, fillOpacity: 70 } },
      overrides: [],
    },
    options: { mergeValues: true, showValue: 'never', rowHeight: 0.9, legend: { showLegend: false } },
  }
}

const RED_FROM_ONE = {
  mode: 'absolute',
  steps: [
    { color: 'green', value: null },
    { color: 'red', value: 1 },
  ],
}

const STATES = [
  {
    type: 'value',
    options: {
      '0': { text: 'holds', color: 'green', index: 0 },
      '1': { text: 'violated', color: 'red', index: 1 },
    },
  },
]

function target(expr: string, legendFormat: string): Target {
  return { expr, legendFormat, format: 'time_series', instant: false }
}
