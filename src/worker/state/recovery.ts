/** Reads what a predecessor has saved. Aggregator thread, as it starts. */
import type { MetricDescriptor } from '../../shared/metric.ts'
import type { Metric, MetricRegistry } from '../../shared/statistics/registry.ts'
import { StateReader } from '../../shared/statistics/saved-state.ts'
import type { Series } from '../../shared/statistics/series.ts'
import type { SavedLanes } from '../lane-set.ts'
import type { KnownRecords } from './checkpoint.ts'
import { RecordKind, type RecordTable } from './record-table.ts'
import { readBytes, readText } from './record-text.ts'

/** What there was, as this thread's own objects. */
export interface Recovered {
  readonly known: KnownRecords
  readonly boardSlots: ReadonlyMap<Series, number>
  readonly lanes: SavedLanes
  /** As `takeMonitorState` gave it. */
  readonly monitorState: Uint8Array | undefined
}

/** @param registry empty, over the memory of these records: gets the metrics and series there were */
export function recover(records: RecordTable, registry: MetricRegistry): Recovered {
  const metrics = new Map<number, Metric>()
  records.forEach(RecordKind.metric, (numbers, record) =>
    metrics.set(record, recoverMetric(numbers, registry)),
  )
  const series: { series: Series; state: number; settled: number }[] = []
  const boardSlots = new Map<Series, number>()
  records.forEach(RecordKind.series, numbers => {
    const found = recoverSeries(numbers, records, metrics)
    series.push(found)
    boardSlots.set(found.series, found.boardSlot)
  })
  // A series without samples has empty ones, and so has a counter in its first minute.
  records.keep(new Set(series.flatMap(({ state, settled }) => [state, settled])))
  const lanes = new Map<number, Float64Array>()
  const laneRecords = new Map<number, number>()
  records.forEach(RecordKind.lane, (numbers, record) => {
    // A copy: the record is written anew while it waits for its lane.
    lanes.set(numbers[0]!, numbers.slice(1))
    laneRecords.set(numbers[0]!, record)
  })
  const totals = only(records, RecordKind.totals)
  const monitor = only(records, RecordKind.monitor)
  return {
    known: {
      metrics: [...metrics].map(([record, metric]) => ({ record, metric })),
      series,
      lanes: laneRecords,
      totals: totals?.record,
      monitor: monitor?.record,
    },
    boardSlots,
    lanes: {
      lanes,
      droppedCount: totals?.numbers[0] ?? 0,
      summarizedCount: totals?.numbers[1] ?? 0,
    },
    monitorState: monitor === undefined ? undefined : readBytes(new StateReader(monitor.numbers)),
  }
}

function recoverMetric(numbers: Float64Array, registry: MetricRegistry): Metric {
  const reader = new StateReader(numbers)
  const registrations = reader.read()
  const metric = registry.register(JSON.parse(readText(reader)) as MetricDescriptor)
  metric.registrations = registrations
  return metric
}

function recoverSeries(
  numbers: Float64Array,
  records: RecordTable,
  metrics: ReadonlyMap<number, Metric>,
): { series: Series; state: number; settled: number; boardSlot: number } {
  const reader = new StateReader(numbers)
  const metric = metrics.get(reader.read())!
  const [state, settled, boardSlot] = [reader.read(), reader.read(), reader.read()]
  const isOverflow = reader.read() === 1
  const series = metric.series(JSON.parse(readText(reader)) as string[], isOverflow)
  const savedState = records.read(state)
  const savedSettled = records.read(settled)
  if (savedState !== undefined) {
    series.restore(
      new StateReader(savedState),
      savedSettled === undefined ? undefined : new StateReader(savedSettled),
    )
  }
  return { series, state, settled, boardSlot }
}

function only(records: RecordTable, kind: number): { numbers: Float64Array; record: number } | undefined {
  let found: { numbers: Float64Array; record: number } | undefined
  records.forEach(kind, (numbers, record) => {
    found = { numbers, record }
  })
  return found
}
