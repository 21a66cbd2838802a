/** The metric API on one lane: registers metrics, hands out handles, keeps the heartbeat. Producer thread. */
import { TelemetryError } from '../shared/errors.ts'
import { labelsOf } from '../shared/labels.ts'
import { BoardReader } from '../shared/memory/board.ts'
import { AggregatorState, ControlWord } from '../shared/memory/control-block.ts'
import { createDirectory, DirectoryWriter, EntryWord, RETIRED_WORD } from '../shared/memory/directory.ts'
import { createLane, type LaneMemory, LaneWord, Lease } from '../shared/memory/lane-layout.ts'
import { SUMMARY_PAGES_DEFAULT } from '../shared/memory/summary-layout.ts'
import {
  describeMetric,
  isSameMetric,
  type MetricDescriptor,
  type MetricKind,
  metricConflict,
  SELF_METRIC_PREFIX,
} from '../shared/metric.ts'
import type { LaneAnnouncement, TelemetryShare } from '../shared/share.ts'
import { Counter } from './counter.ts'
import { ExemplarWriter } from './exemplar-writer.ts'
import { Gauge } from './gauge.ts'
import { LabelledMetric } from './labelled-metric.ts'
import { LaneWriter } from './lane-writer.ts'
import { Latency } from './latency.ts'
import { Marks } from './marks.ts'
import type {
  CounterOptions,
  GaugeOptions,
  LatencyOptions,
  MetricOf,
  MetricOptions,
} from './metric-options.ts'
import { SeriesEntry } from './series-handle.ts'
import { onThreadExit } from './thread-exit.ts'

/** Between two heartbeats of a thread that records … */
const HEARTBEAT_INTERVAL_MS = 50
/** … and of one that does not: waking an idle process is what costs. */
const HEARTBEAT_IDLE_INTERVAL_MS = 200

interface RegisteredMetric {
  readonly descriptor: MetricDescriptor
  readonly firstWord: number
  readonly api: unknown
}

/** One thread's part in a telemetry: a lane, a directory, and the metrics registered on this thread. */
export class Recorder {
  readonly #share: TelemetryShare
  readonly #control: Int32Array
  readonly #lane: LaneMemory
  readonly #directory = new DirectoryWriter(createDirectory())
  readonly #board: BoardReader
  readonly #writer: LaneWriter
  readonly #marks: Marks
  readonly #exemplars: ExemplarWriter
  readonly #metrics = new Map<string, RegisteredMetric>()
  readonly #latencies = new Map<number, Latency>()
  readonly #counters: Counter[] = []
  readonly #announce: (announcement: LaneAnnouncement) => void
  readonly #countsRegistrations: boolean
  #onTelemetryClosed: (() => void) | undefined
  readonly #onBeat: (() => void) | undefined
  #heartbeat: NodeJS.Timeout | undefined
  #writeIndexAtBeat = 0
  readonly #forgetExit: () => void
  #countersAfterClose: (() => number) | undefined

  /** @param options.announce tells the aggregator of this lane; called again should it have been given up
   *  @param options.onTelemetryClosed the creating thread has closed the telemetry
   *  @param options.onBeat called at each heartbeat
   *  @param options.countsRegistrations whether registering a metric again resets its rate limit; default true
   *  @param options.endsLaneAtExit whether the thread's exit ends the lane; default true. A final flush that waits for the
   *  aggregator does without: exit handlers may record after it */
  constructor(options: {
    share: TelemetryShare
    threadId: number
    publishEvery: number
    announce: (announcement: LaneAnnouncement) => void
    onTelemetryClosed?: () => void
    onBeat?: () => void
    countsRegistrations?: boolean
    endsLaneAtExit?: boolean
  }) {
    const { share } = options
    this.#share = share
    this.#control = new Int32Array(share.control)
    this.#lane = createLane({
      capacity: share.laneCapacity,
      laneId: Atomics.add(this.#control, ControlWord.nextLaneId, 1),
      threadId: options.threadId,
      summaryPages: share.overflow === 'summarize' ? SUMMARY_PAGES_DEFAULT : 0,
    })
    this.#board = new BoardReader(share.board)
    this.#writer = new LaneWriter(this.#lane, this.#control, this.#directory, options.publishEvery, () =>
      this.#announceLane(),
    )
    this.#marks = new Marks(this.#lane, share.markCapacity, Number(share.origin.monotonicNs & 0x3fffn))
    this.#exemplars = new ExemplarWriter(this.#lane, this.#control, this.#writer.staged)
    this.#announce = options.announce
    this.#onBeat = options.onBeat
    this.#countsRegistrations = options.countsRegistrations ?? true
    this.#announceLane()
    this.#beat()
    // Set last: whoever attaches to a closed telemetry is told by the next heartbeat, and not while it is being made.
    this.#onTelemetryClosed = options.onTelemetryClosed
    const { endsLaneAtExit = true } = options
    this.#forgetExit = onThreadExit(() => (endsLaneAtExit ? this.#end() : this.#writer.publish()))
  }

  latency<const Names extends readonly string[] = []>(
    name: string,
    options?: LatencyOptions<Names>,
  ): MetricOf<Latency, Names> {
    const bind = (entry: SeriesEntry) => {
      const latency = new Latency(entry, this.#writer, this.#marks, this.#exemplars)
      this.#latencies.set(entry.entryId, latency)
      return latency
    }
    return this.#metric('latency', name, options, bind) as MetricOf<Latency, Names>
  }

  gauge<const Names extends readonly string[] = []>(
    name: string,
    options?: GaugeOptions<Names>,
  ): MetricOf<Gauge, Names> {
    const bind = (entry: SeriesEntry) => new Gauge(entry, this.#writer, this.#exemplars)
    return this.#metric('gauge', name, options, bind) as MetricOf<Gauge, Names>
  }

  counter<const Names extends readonly string[] = []>(
    name: string,
    options?: CounterOptions<Names>,
  ): MetricOf<Counter, Names> {
    const bind = (entry: SeriesEntry) => {
      const counter = new Counter(entry, this.#writer, this.#directory.words)
      this.#counters.push(counter)
      return counter
    }
    return this.#metric('counter', name, options, bind) as MetricOf<Counter, Names>
  }

  markStart(latency: Latency): number {
    if (latency instanceof Latency) return latency.markStart()
    this.#marks.reject()
    return -1
  }

  markEnd(mark: number): void {
    this.#latencyOf(mark)?.markEnd(mark)
  }

  markEndWithTrace(mark: number, traceId: string | undefined, spanId?: string): void {
    this.#latencyOf(mark)?.markEndWithTrace(mark, traceId, spanId)
  }

  descriptorOf(name: string): MetricDescriptor | undefined {
    return this.#metrics.get(name)?.descriptor
  }

  metricNames(): string[] {
    return [...this.#metrics.keys()]
  }

  /** Makes everything recorded so far visible to the aggregator. */
  publish(): void {
    this.#writer.publish()
    this.#announceUnheardLane()
  }

  /** Samples of this thread that were dropped, and that the aggregator has not taken yet. */
  get backlog(): { dropped: number; pending: number } {
    const { words } = this.#lane
    const pending = (Atomics.load(words, LaneWord.writeIndex) - Atomics.load(words, LaneWord.readIndex)) | 0
    const summarized = (words[LaneWord.summarized]! - Atomics.load(words, LaneWord.summarizedSeen)) >>> 0
    return { dropped: words[LaneWord.dropped]! >>> 0, pending: pending + summarized }
  }

  /** Grows with whatever is recorded or lost on this thread. */
  get activity(): number {
    const { words } = this.#lane
    const sampleCount = (words[LaneWord.writeIndex]! >>> 0) + (words[LaneWord.dropped]! >>> 0)
    return sampleCount + this.#directory.countIncrements().counted
  }

  /** What this thread has recorded and the aggregator has neither taken over nor counted as lost. */
  get untaken(): { samples: number; dropped: number; increments: number } {
    const { words } = this.#lane
    const dropped = (words[LaneWord.dropped]! - words[LaneWord.droppedSeen]!) >>> 0
    return { samples: this.backlog.pending, dropped, increments: this.#directory.countIncrements().pending }
  }

  /** Samples recorded after close, counters' increments included. */
  get recordedAfterClose(): number {
    return (this.#lane.words[LaneWord.afterClose]! >>> 0) + (this.#countersAfterClose?.() ?? 0)
  }

  /** Ends recording on this thread; what comes later is counted and goes nowhere. Idempotent. */
  close(): void {
    if (this.#countersAfterClose !== undefined) return
    clearTimeout(this.#heartbeat)
    this.#forgetExit()
    this.#writer.close()
    this.#end()
    this.#countersAfterClose = this.#directory.detach()
    for (const counter of this.#counters) counter.detach(this.#directory.words)
  }

  /** The backstop of batched publishing, and the sign of life. It never keeps the thread alive. */
  #beat(): void {
    const { words } = this.#lane
    this.publish()
    Atomics.store(words, LaneWord.heartbeatMs, Atomics.load(this.#control, ControlWord.clockMs))
    const writeIndex = words[LaneWord.writeIndex]!
    const isIdle = writeIndex === this.#writeIndexAtBeat
    this.#writeIndexAtBeat = writeIndex
    const intervalMs = isIdle ? HEARTBEAT_IDLE_INTERVAL_MS : HEARTBEAT_INTERVAL_MS
    this.#heartbeat = setTimeout(() => this.#beat(), intervalMs).unref()
    this.#onBeat?.()
    if (Atomics.load(this.#control, ControlWord.closed) === 1) this.#onTelemetryClosed?.()
  }

  get laneId(): number {
    return this.#lane.laneId
  }

  /** Counts a mark that is nobody's. */
  #latencyOf(mark: number): Latency | undefined {
    const latency = this.#latencies.get(this.#marks.ownerOf(mark))
    if (latency === undefined) this.#marks.reject()
    return latency
  }

  /** An announcement made before the aggregator listened is passed on by the creating thread: unless that is blocked. */
  #announceUnheardLane(): void {
    if (Atomics.load(this.#lane.words, LaneWord.lease) !== Lease.announced) return
    const state = Atomics.load(this.#control, ControlWord.aggregatorState)
    if (state === AggregatorState.running) this.#announceLane()
  }

  #announceLane(): void {
    Atomics.store(this.#directory.words, RETIRED_WORD, 0)
    Atomics.store(this.#lane.words, LaneWord.lease, Lease.announced)
    this.#announce({ type: 'lane', lane: this.#lane.buffer, directory: this.#directory.buffer })
  }

  #end(): void {
    this.#writer.publish()
    Atomics.store(this.#lane.words, LaneWord.ended, 1)
  }

  /** The metric of this name: the one handle, or the labelled metric. Registered again it is the same object, and its
   *  violation rate limit begins anew. */
  #metric<Handle>(
    kind: MetricKind,
    name: string,
    options: MetricOptions | undefined,
    bind: (entry: SeriesEntry) => Handle,
  ): unknown {
    if (this.#countersAfterClose !== undefined) {
      throw new TelemetryError('OFFLOOP_CLOSED', { at: name, fix: 'register metrics before close()' })
    }
    const descriptor = describeMetric(kind, name, options)
    if (name.startsWith(SELF_METRIC_PREFIX)) {
      const fix = `choose a name that does not begin with ${SELF_METRIC_PREFIX}: those are the pipeline's own`
      throw new TelemetryError('OFFLOOP_METRIC_NAME', { got: name, fix })
    }
    const known = this.#metrics.get(name)
    if (known !== undefined) {
      if (!isSameMetric(known.descriptor, descriptor)) throw metricConflict(known.descriptor, descriptor)
      if (this.#countsRegistrations) {
        Atomics.add(this.#directory.words, known.firstWord + EntryWord.registrations, 1)
      }
      return known.api
    }
    const { entryId: metricEntryId, firstWord } = this.#directory.append({ type: 'metric', descriptor })
    const bindSeries = (labelValues: readonly string[], isOverflow: boolean): Handle => {
      const place = this.#directory.append({ type: 'series', metricEntryId, labelValues, isOverflow })
      return bind(
        new SeriesEntry({
          metric: descriptor,
          labels: labelsOf(descriptor.labelNames, labelValues),
          ...place,
          directory: this.#directory,
          board: this.#board,
          windowCapacity: this.#share.windowCapacity,
        }),
      )
    }
    const api =
      descriptor.labelNames.length === 0
        ? bindSeries([], false)
        : new LabelledMetric(descriptor, this.#share.maxSeriesPerMetric, (labelValues, isOverflow) =>
            bindSeries(labelValues, isOverflow),
          )
    this.#metrics.set(name, { descriptor, firstWord, api })
    return api
  }
}
