/** Saves what a successor of this aggregator needs, all of it at one moment. Aggregator thread.
 *
 *  Samples stay in their lanes until what they have brought about is saved: a successor begins with what is saved, and
 *  folds everything again that came after it. So nothing is lost, and nothing is counted twice, wherever this thread dies. */
import type { Metric, MetricRegistry } from '../../shared/statistics/registry.ts'
import { StateWriter } from '../../shared/statistics/saved-state.ts'
import type { Series } from '../../shared/statistics/series.ts'
import type { LaneReader } from '../lane-reader.ts'
import type { LaneSet } from '../lane-set.ts'
import { RecordKind, type RecordTable } from './record-table.ts'
import { writeBytes, writeText } from './record-text.ts'

interface SavedMetric {
  readonly metric: Metric
  readonly record: number
  registrations: number
  /** Series of the metric that have records. */
  seriesCount: number
}

interface SavedSeries {
  readonly series: Series
  readonly state: number
  readonly settled: number
  revision: number
  settledRevision: number
}

interface SavedLane {
  readonly lane: LaneReader | undefined
  readonly record: number
  revision: number
}

/** What is saved beside metrics and lanes. */
export interface CheckpointSources {
  readonly registry: MetricRegistry
  readonly lanes: LaneSet
  /** Where the series' figures are on the board; -1 when they are not. */
  readonly boardSlotOf: (series: Series) => number
  /** The SLO monitor's state; undefined when it has not changed since it was last asked. */
  readonly takeMonitorState: () => Uint8Array | undefined
  /** The state memory has run out. */
  readonly onGivenUp?: (() => void) | undefined
}

/** The records a predecessor has left, by what they are about. */
export interface KnownRecords {
  readonly metrics: readonly { metric: Metric; record: number }[]
  readonly series: readonly { series: Series; state: number; settled: number }[]
  readonly lanes: ReadonlyMap<number, number>
  readonly totals: number | undefined
  readonly monitor: number | undefined
}

export class Checkpoint {
  readonly #records: RecordTable
  readonly #sources: CheckpointSources
  readonly #writer = new StateWriter()
  readonly #metrics: SavedMetric[]
  readonly #series: SavedSeries[]
  readonly #lanes: Map<number, SavedLane>
  readonly #totals: number
  readonly #monitor: number
  #isGivenUp = false

  constructor(records: RecordTable, known: KnownRecords, sources: CheckpointSources) {
    this.#records = records
    this.#sources = sources
    this.#metrics = known.metrics.map(({ metric, record }) => ({
      metric,
      record,
      registrations: metric.registrations,
      seriesCount: metric.allSeries.length,
    }))
    this.#series = known.series.map(({ series, state, settled }) => ({
      series,
      state,
      settled,
      revision: series.savedRevision,
      settledRevision: series.settledRevision,
    }))
    this.#lanes = new Map(
      [...known.lanes].map(([laneId, record]) => [laneId, { lane: undefined, record, revision: -1 }]),
    )
    this.#totals = known.totals ?? records.add(RecordKind.totals)
    this.#monitor = known.monitor ?? records.add(RecordKind.monitor)
  }

  /** Whether the state memory has run out: then samples are given back at once, and a successor begins anew. */
  get isGivenUp(): boolean {
    return this.#isGivenUp
  }

  /** Saves everything that has changed, and gives the slots of what is saved back to their producers. */
  commit(): void {
    if (!this.#isGivenUp) {
      this.#saveMetrics()
      this.#saveSeries()
      this.#saveLanes()
      this.#saveTotals()
      this.#saveMonitor()
      this.#isGivenUp = !this.#records.commit()
      if (this.#isGivenUp) this.#sources.onGivenUp?.()
    }
    this.#sources.lanes.handBack()
  }

  #saveMetrics(): void {
    const metrics = this.#sources.registry.metrics()
    for (let index = 0; index < metrics.length; index += 1) {
      const saved = this.#metrics[index] ?? this.#addMetric(metrics[index]!)
      if (saved.registrations !== saved.metric.registrations) this.#writeMetric(saved)
      const { allSeries } = saved.metric
      while (saved.seriesCount < allSeries.length) {
        this.#addSeries(allSeries[saved.seriesCount]!, saved.record)
        saved.seriesCount += 1
      }
    }
  }

  #addMetric(metric: Metric): SavedMetric {
    const record = this.#records.add(RecordKind.metric)
    const saved = { metric, record, registrations: -1, seriesCount: 0 }
    this.#metrics.push(saved)
    return saved
  }

  #writeMetric(saved: SavedMetric): void {
    const writer = this.#writer
    saved.registrations = saved.metric.registrations
    this.#records.begin(saved.record, writer)
    writer.write(saved.registrations)
    writeText(writer, JSON.stringify(saved.metric.descriptor))
    this.#records.put(saved.record, writer)
  }

  #addSeries(series: Series, metricRecord: number): void {
    const writer = this.#writer
    const state = this.#records.add(RecordKind.seriesState)
    const settled = this.#records.add(RecordKind.seriesSettled)
    const { labelNames } = series.metric
    const record = this.#records.add(RecordKind.series)
    this.#records.begin(record, writer)
    writer.write(metricRecord)
    writer.write(state)
    writer.write(settled)
    writer.write(this.#sources.boardSlotOf(series))
    writer.write(series.isOverflow ? 1 : 0)
    writeText(writer, JSON.stringify(labelNames.map(labelName => series.labels[labelName] ?? '')))
    this.#records.put(record, writer)
    this.#series.push({ series, state, settled, revision: 0, settledRevision: 0 })
  }

  #saveSeries(): void {
    const records = this.#records
    const writer = this.#writer
    for (const saved of this.#series) {
      const { series } = saved
      const revision = series.savedRevision
      if (revision === saved.revision) continue
      saved.revision = revision
      records.begin(saved.state, writer)
      series.save(writer)
      records.put(saved.state, writer)
      const { settledRevision } = series
      if (settledRevision === saved.settledRevision) continue
      saved.settledRevision = settledRevision
      records.begin(saved.settled, writer)
      series.saveSettled(writer)
      records.put(saved.settled, writer)
    }
  }

  #saveLanes(): void {
    const { lanes } = this.#sources
    for (const [laneId, { record }] of this.#lanes) {
      if (lanes.readers.has(laneId) || lanes.isAwaited(laneId)) continue
      this.#records.clear(record, this.#writer)
      this.#lanes.delete(laneId)
    }
    for (const [laneId, lane] of lanes.readers) {
      const saved = this.#lanes.get(laneId)
      const { revision } = lane
      if (saved?.lane === lane && saved.revision === revision) continue
      const record = saved?.record ?? this.#records.add(RecordKind.lane)
      this.#lanes.set(laneId, { lane, record, revision })
      this.#records.begin(record, this.#writer)
      this.#writer.write(laneId)
      lane.save(this.#writer)
      this.#records.put(record, this.#writer)
    }
  }

  #saveTotals(): void {
    this.#records.begin(this.#totals, this.#writer)
    this.#writer.write(this.#sources.lanes.droppedCount)
    this.#writer.write(this.#sources.lanes.summarizedCount)
    this.#records.put(this.#totals, this.#writer)
  }

  #saveMonitor(): void {
    const bytes = this.#sources.takeMonitorState()
    if (bytes === undefined) return
    this.#records.begin(this.#monitor, this.#writer)
    writeBytes(this.#writer, bytes)
    this.#records.put(this.#monitor, this.#writer)
  }
}
