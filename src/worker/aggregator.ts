/** The aggregator: everything that happens on its thread, tied together. Owns the registry and all statistics. */
import type { MessagePort } from 'node:worker_threads'
import type { AggregatorBoot } from '../shared/aggregator-boot.ts'
import { type Clock, createClock, timestampOf } from '../shared/clock.ts'
import type { QueryOptions } from '../shared/control-api.ts'
import { AggregatorState, ControlWord } from '../shared/memory/control-block.ts'
import { SELF_METRIC_PREFIX } from '../shared/metric.ts'
import type { LaneAnnouncement } from '../shared/share.ts'
import type { SLODefinition } from '../shared/slo/definition.ts'
import type { SeriesSnapshot, TelemetrySnapshot } from '../shared/snapshot.ts'
import { type Metric, MetricRegistry } from '../shared/statistics/registry.ts'
import { SLOMonitor } from '../slo/monitor.ts'
import type { SLORegistry } from '../slo/watched-slo.ts'
import { BoardPublisher } from './board-publisher.ts'
import { Bus } from './bus.ts'
import { createFallbackPublish } from './fallback-publish.ts'
import { LaneSet } from './lane-set.ts'
import { LossReports } from './loss-reports.ts'
import { answerQuery, snapshotMetrics } from './queries.ts'
import { SelfMetrics } from './self-metrics.ts'
import { TickLoop } from './tick-loop.ts'
import { warmUp } from './warm-up.ts'

export class Aggregator {
  readonly #boot: AggregatorBoot
  readonly #log: (line: string) => void
  readonly #clock: Clock
  readonly #control: Int32Array
  readonly #registry: MetricRegistry
  readonly #lanes: LaneSet
  readonly #board: BoardPublisher
  readonly #bus: Bus
  readonly #monitor: SLOMonitor
  readonly #self: SelfMetrics
  readonly #losses: LossReports
  readonly #loop: TickLoop
  readonly #sloRemovers = new Map<number, () => void>()

  /** @param onLaneReleased a thread's lane is gone: what was kept for that thread can go as well */
  constructor(boot: AggregatorBoot, log: (line: string) => void, onLaneReleased: (laneId: number) => void) {
    const { share } = boot
    this.#boot = boot
    this.#log = log
    this.#clock = createClock(share.origin)
    this.#control = new Int32Array(share.control)
    this.#bus = new Bus(() => timestampOf(this.#clock))
    this.#registry = new MetricRegistry({
      clock: this.#clock,
      windowCapacity: share.windowCapacity,
      maxSeriesPerMetric: share.maxSeriesPerMetric,
      onSeriesOverflow: metric => this.#reportOverflow(metric),
    })
    this.#board = new BoardPublisher(share.board, this.#clock)
    this.#lanes = new LaneSet(this.#registry, {
      onSeries: (series, directory, firstWord) => this.#board.assign(series, directory, firstWord),
      onConflict: error => log(`offloop: ${String(error)}`),
      onLost: (count, threadId) => this.#losses.add(count, threadId),
      onBroken: (threadId, error) =>
        log(`offloop: gave up the lane of thread ${threadId ?? 'unknown'}: ${String(error)}`),
      onReleased: onLaneReleased,
    })
    this.#self = new SelfMetrics(this.#registry)
    this.#losses = new LossReports(this.#bus, this.#clock, log)
    const drainedRegistry: SLORegistry = {
      clock: this.#clock,
      metric: name => this.#registry.metric(name),
      // A check may come long after the latest tick: it judges what was recorded up to now.
      refresh: () => this.#drain(),
    }
    this.#monitor = new SLOMonitor(drainedRegistry, boot.slos, createFallbackPublish(this.#bus, log), {
      rateLimitWindowMs: boot.rateLimitWindowMs,
      rateLimitScope: boot.rateLimitScope,
      log,
    })
    this.#loop = new TickLoop(this.#control, this.#clock, lagMs => this.#tick(lagMs))
  }

  start(): void {
    this.#advanceClock()
    Atomics.store(this.#control, ControlWord.aggregatorState, AggregatorState.running)
    this.#loop.start()
    setImmediate(warmUp)
    this.#monitor.start(this.#boot.sloCheckIntervalMs)
  }

  adopt(announcement: LaneAnnouncement): void {
    this.#lanes.adopt(announcement, this.#clock.nowMs())
  }

  query(name: string, options: QueryOptions): SeriesSnapshot {
    this.#drain()
    return answerQuery(this.#registry, name, options)
  }

  snapshot(): TelemetrySnapshot {
    this.#drain()
    const nowMs = this.#clock.nowMs()
    const isSelf = (metric: Metric) => metric.descriptor.name.startsWith(SELF_METRIC_PREFIX)
    return {
      service: this.#boot.share.service,
      timestamp: timestampOf(this.#clock),
      uptimeMs: nowMs,
      series: snapshotMetrics(this.#registry, metric => !isSelf(metric)),
      self: snapshotMetrics(this.#registry, isSelf),
      lanes: this.#lanes.snapshot(nowMs),
      slos: this.#monitor.statuses(),
      lost: this.#lanes.droppedCount,
      busDropped: this.#bus.droppedCount,
    }
  }

  /** Judges from now on, or logs why not: whoever gave the SLO does not wait for an answer. */
  addSlo(sloId: number, definition: SLODefinition): void {
    this.#drain()
    try {
      this.#sloRemovers.set(sloId, this.#monitor.add(definition))
    } catch (error) {
      this.#log(`offloop: an SLO on ${definition.metric} was not accepted: ${String(error)}`)
    }
  }

  removeSlo(sloId: number): void {
    this.#sloRemovers.get(sloId)?.()
    this.#sloRemovers.delete(sloId)
  }

  openBus(port: MessagePort, credits: SharedArrayBuffer): void {
    this.#bus.add(port, credits)
  }

  /** Takes whatever is published, on every lane, and publishes all statistics. */
  flush(): { lost: number } {
    this.#drain()
    this.#board.publishAll()
    this.#losses.report()
    return { lost: this.#lanes.droppedCount }
  }

  /** Flushes, checks every SLO once more, and stops. */
  close(): { lost: number } {
    const result = this.flush()
    this.#monitor.checkAll()
    this.#monitor.stop()
    this.#loop.stop()
    this.#bus.close()
    Atomics.store(this.#control, ControlWord.aggregatorState, AggregatorState.stopped)
    // What other threads have published since the last drain, nobody will take.
    return { lost: result.lost + this.#lanes.pendingCount }
  }

  #tick(lagMs: number): boolean {
    const laneFill = this.#fullestLane()
    const queueDepth = this.#lanes.pendingCount
    const startMs = this.#clock.nowMs()
    const sampleCount = this.#drain()
    const drainMs = this.#clock.nowMs() - startMs
    this.#monitor.checkTick()
    this.#board.publishDue()
    this.#losses.reportDue()
    this.#bus.reportDropped()
    const lostCount = this.#lanes.droppedCount
    const busDroppedCount = this.#bus.droppedCount
    const tickMs = this.#clock.nowMs() - startMs
    this.#self.record(
      { tickMs, drainMs, lagMs, sampleCount, queueDepth, laneFill, lostCount, busDroppedCount },
      startMs >>> 0,
    )
    return sampleCount > 0
  }

  /** Also between two ticks, for whoever asks. The clock comes first: a lane is never given up while it stands still. */
  #drain(): number {
    this.#advanceClock()
    return this.#lanes.drain(this.#clock.nowMs())
  }

  #advanceClock(): void {
    Atomics.store(this.#control, ControlWord.clockMs, this.#clock.nowMs() | 0)
  }

  #fullestLane(): number {
    let fullest = 0
    for (const lane of this.#lanes.readers) fullest = Math.max(fullest, lane.fill)
    return fullest
  }

  #reportOverflow(metric: Metric): void {
    const { name } = metric.descriptor
    const seriesMax = this.#boot.share.maxSeriesPerMetric
    this.#log(
      `offloop: ${name} has reached its limit of ${seriesMax} series: further label values share one overflow series. ` +
        'Use labels with fewer values, or raise maxSeriesPerMetric.',
    )
    this.#bus.publish('perf.series_overflow', {
      metric: name,
      seriesMax,
      timestamp: timestampOf(this.#clock),
    })
  }
}
