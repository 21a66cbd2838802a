/** The aggregator: everything that happens on its thread, tied together. Owns the registry and all statistics. */
import type { MessagePort } from 'node:worker_threads'
import type { AggregatorBoot, AggregatorRestart } from '../shared/aggregator-boot.ts'
import { type Clock, createClock, timestampOf } from '../shared/clock.ts'
import type { FinalOutcome, QueryOptions } from '../shared/control-api.ts'
import type { ExportHealth, ExtensionHost } from '../shared/extension/extension.ts'
import { createLimitedLog, reasonOf } from '../shared/limited-log.ts'
import { AggregatorState, ControlWord } from '../shared/memory/control-block.ts'
import type { LaneAnnouncement } from '../shared/share.ts'
import type { SLODefinition } from '../shared/slo/definition.ts'
import type { SeriesSnapshot, TelemetrySnapshot } from '../shared/snapshot.ts'
import { MetricRegistry } from '../shared/statistics/registry.ts'
import type { StatisticsMemory } from '../shared/statistics/statistics-memory.ts'
import { SLOMonitor } from '../slo/monitor.ts'
import type { SLORegistry } from '../slo/watched-slo.ts'
import { AddedSlos } from './added-slos.ts'
import { BoardPublisher } from './board-publisher.ts'
import { Bus } from './bus.ts'
import { CorruptionReports } from './corruption-reports.ts'
import { createExtensionHost } from './extension-host.ts'
import { createFallbackPublish } from './fallback-publish.ts'
import { flushFinally } from './final-flush.ts'
import { LaneSet } from './lane-set.ts'
import { LimitReports } from './limit-reports.ts'
import { LossReports } from './loss-reports.ts'
import { Outbox } from './outbox.ts'
import { answerQuery, snapshotMetrics } from './queries.ts'
import { resourceOf } from './resource.ts'
import { reportRestart } from './restart-report.ts'
import { SelfMetrics } from './self-metrics.ts'
import type { DurableState } from './state/durable-state.ts'
import { openState } from './state/open-state.ts'
import { TickLoop } from './tick-loop.ts'
import { warmUp } from './warm-up.ts'

/** A thread that registers what cannot be registered, again and again, must not flood the log. */
const CONFLICT_INTERVAL_MS = 10_000
const CONFLICT_LINES_MAX = 20

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
  readonly #corruptions: CorruptionReports
  readonly #loop: TickLoop
  readonly #state: DurableState
  readonly #outbox: Outbox
  /** Messages that made no sense: counted by whoever received them. */
  refusedCount = 0
  readonly #slos: AddedSlos
  /** What came of closing; undefined before. */
  #closedWith: FinalOutcome | undefined

  /** @param onLaneReleased a thread's lane is gone: what was kept for that thread can go as well */
  constructor(boot: AggregatorBoot, log: (line: string) => void, onLaneReleased: (laneId: number) => void) {
    const { share } = boot
    this.#boot = boot
    this.#log = log
    this.#clock = createClock(share.origin)
    this.#control = new Int32Array(share.control)
    this.#bus = new Bus(() => timestampOf(this.#clock))
    const limits = new LimitReports(this.#bus, this.#clock, log, share.maxSeriesPerMetric)
    const createRegistry = (memory: StatisticsMemory) =>
      new MetricRegistry({
        clock: this.#clock,
        windowCapacity: share.windowCapacity,
        maxSeriesPerMetric: share.maxSeriesPerMetric,
        onSeriesOverflow: metric => limits.overflow(metric),
        bucketsSeconds: boot.bucketsSeconds,
        memory,
      })
    const { state, registry, left } = openState(boot.state, this.#clock, createRegistry, error =>
      log(
        `offloop: what the aggregator before has left cannot be read, statistics begin anew: ${reasonOf(error)}`,
      ),
    )
    this.#state = state
    this.#registry = registry
    this.#board = new BoardPublisher(share.board, this.#clock, left.boardSlots)
    const logConflict = createLimitedLog(log, this.#clock, CONFLICT_INTERVAL_MS, CONFLICT_LINES_MAX)
    this.#lanes = new LaneSet(
      this.#registry,
      {
        onSeries: (series, directory, firstWord) => this.#board.assign(series, directory, firstWord),
        onConflict: error => logConflict(`offloop: ${reasonOf(error)}`),
        onLost: (count, threadId) => this.#losses.add(count, threadId),
        onSummarized: (count, threadId) => limits.summarized(count, threadId),
        onBatch: lane => state.noteBatch(lane),
        saveNow: () => state.commit(),
        onBroken: (threadId, error, laneId) => this.#corruptions.report(laneId, threadId, error),
        // A successor needs the lane until what it held is saved.
        onReleased: laneId => state.afterCommit(() => onLaneReleased(laneId)),
      },
      left.lanes,
    )
    this.#self = new SelfMetrics(this.#registry)
    this.#losses = new LossReports(this.#bus, this.#clock, log)
    this.#corruptions = new CorruptionReports(this.#bus, this.#clock, log)
    const drainedRegistry: SLORegistry = {
      clock: this.#clock,
      metric: name => this.#registry.metric(name),
      // A check may come long after the latest tick: it judges what was recorded up to now.
      refresh: () => this.#drain(),
    }
    const generation = Atomics.load(this.#control, ControlWord.generation)
    const send = createFallbackPublish(this.#bus, log)
    const outbox = new Outbox(generation, send, () => state.commit(), left.unsentEvents)
    this.#outbox = outbox
    this.#monitor = new SLOMonitor(
      drainedRegistry,
      boot.slos,
      outbox.publish,
      { rateLimitWindowMs: boot.rateLimitWindowMs, rateLimitScope: boot.rateLimitScope, log },
      { state: left.monitorState, beforePublish: events => outbox.announce(events) },
    )
    this.#slos = new AddedSlos(this.#monitor, boot.slos, log)
    state.start({
      registry: this.#registry,
      lanes: this.#lanes,
      board: this.#board,
      monitor: this.#monitor,
      outbox,
      onGivenUp: () =>
        log('offloop: no memory is left for what survives this thread: if it dies, statistics begin anew'),
    })
    this.#loop = new TickLoop(this.#control, this.#clock, lagMs => this.#tick(lagMs))
  }

  start(): void {
    this.#advanceClock()
    Atomics.store(this.#control, ControlWord.aggregatorState, AggregatorState.running)
    this.#outbox.resend()
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
    return {
      service: this.#boot.share.service,
      timestamp: timestampOf(this.#clock),
      uptimeMs: nowMs,
      ...snapshotMetrics(this.#registry),
      lanes: this.#lanes.snapshot(nowMs),
      slos: this.#monitor.statuses(),
      sloDefinitions: this.#slos.definitions,
      lost: this.#lanes.droppedCount,
      lanesQuarantined: this.#lanes.quarantinedCount,
      messagesRefused: this.refusedCount,
      summarized: this.#lanes.summarizedCount,
      busDropped: this.#bus.droppedCount,
    }
  }

  addSlo(sloId: number, definition: SLODefinition): void {
    this.#drain()
    this.#slos.add(sloId, definition)
  }

  removeSlo(sloId: number): void {
    this.#slos.remove(sloId)
  }

  openBus(port: MessagePort, credits: SharedArrayBuffer): void {
    this.#bus.add(port, credits)
  }

  /** What extensions get to see. */
  createHost(): ExtensionHost {
    return createExtensionHost({
      resource: resourceOf(this.#boot),
      registry: this.#registry,
      // What came after the end was counted as lost then.
      drain: () => (this.#closedWith === undefined ? this.#drain() : undefined),
      exemplarsOf: series => this.#lanes.exemplars.of(series),
      touch: () => this.#state.touch(),
      snapshot: () => this.snapshot(),
      health: () => this.#health(),
      slos: () => this.#slos.definitions,
      sloStatuses: () => this.#monitor.statuses(),
      log: this.#log,
    })
  }

  #health(): ExportHealth {
    const nowMs = this.#clock.nowMs()
    const heartbeatAgeMs = this.#lanes.creatorHeartbeatAgeMs(nowMs)
    return { heartbeatAgeMs, uptimeMs: nowMs, restarts: this.#boot.restart?.restarts ?? 0 }
  }

  /** Samples that are published and not yet folded in. */
  get pendingCount(): number {
    return this.#lanes.pendingCount
  }

  reportRestart(restart: AggregatorRestart): void {
    reportRestart(restart, this.#bus, this.#clock, this.#log)
  }

  /** Takes whatever is published, on every lane, and publishes all statistics. */
  flush(): { lost: number } {
    this.#drain()
    this.#state.commit()
    this.#board.publishAll()
    this.#losses.report()
    return { lost: this.#lanes.droppedCount }
  }

  /** What is done at the end: takes everything, checks every SLO once more, writes the snapshot file. Once it is closed this
   *  says what came of that: a process that exits meanwhile does not wait for a second file. */
  finalFlush(): FinalOutcome {
    if (this.#closedWith !== undefined) return this.#closedWith
    return flushFinally(
      {
        drain: () => this.#drain(),
        flush: () => this.flush(),
        checkSlos: () => this.#monitor.checkAll(),
        snapshot: () => this.snapshot(),
        log: this.#log,
      },
      this.#boot.snapshotFile,
    )
  }

  /** Flushes for the last time, and stops. */
  close(): FinalOutcome {
    const result = this.finalFlush()
    this.#monitor.stop()
    this.#loop.stop()
    this.#bus.close()
    // What other threads have published since the last drain, nobody will take.
    this.#closedWith = { ...result, lost: result.lost + this.#lanes.pendingCount }
    Atomics.store(this.#control, ControlWord.aggregatorState, AggregatorState.closed)
    return this.#closedWith
  }

  #tick(lagMs: number): boolean {
    const laneFill = this.#lanes.fullestFill
    const queueDepth = this.#lanes.pendingCount
    const startMs = this.#clock.nowMs()
    const sampleCount = this.#take(nowMs => this.#lanes.drain(nowMs))
    const drainMs = this.#clock.nowMs() - startMs
    this.#monitor.checkTick()
    this.#board.publishDue()
    this.#losses.reportDue()
    this.#bus.reportDropped()
    const { droppedCount: lostCount, summarizedCount } = this.#lanes
    const busDroppedCount = this.#bus.droppedCount
    const counts = { sampleCount, queueDepth, lostCount, summarizedCount, busDroppedCount }
    const tickMs = this.#clock.nowMs() - startMs
    this.#self.record({ tickMs, drainMs, lagMs, laneFill, ...counts }, startMs >>> 0)
    return sampleCount > 0
  }

  /** Between two ticks, for whoever asks.
   *  @returns samples taken */
  #drain(): number {
    return this.#take(nowMs => this.#lanes.drainFully(nowMs))
  }

  /** The clock comes first: a lane is never given up while it stands still. */
  #take(drain: (nowMs: number) => number): number {
    this.#advanceClock()
    this.#state.commitBeforeDrain()
    const sampleCount = drain(this.#clock.nowMs())
    this.#state.commitAfterDrain()
    return sampleCount
  }

  #advanceClock(): void {
    Atomics.store(this.#control, ControlWord.clockMs, this.#clock.nowMs() | 0)
  }
}
