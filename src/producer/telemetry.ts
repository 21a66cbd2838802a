/** Creates a telemetry: the recorder of this thread, the aggregator thread beside it, and the bus between them. */
import { MessageChannel, type MessagePort, threadId } from 'node:worker_threads'
import { type BusHello, createCredits } from '../shared/bus-frame.ts'
import { clockOriginNow } from '../shared/clock.ts'
import type { ControlEndpoint } from '../shared/comlink-endpoint.ts'
import type { CreatorMessage } from '../shared/creator-message.ts'
import { TelemetryError } from '../shared/errors.ts'
import { createBoard } from '../shared/memory/board.ts'
import { AggregatorState, ControlWord, createControlBlock } from '../shared/memory/control-block.ts'
import { SHARE_VERSION, type TelemetryShare } from '../shared/share.ts'
import type { SLODefinition } from '../shared/slo/definition.ts'
import { resolveSLO } from '../shared/slo/definition-check.ts'
import { fitToMetric } from '../shared/slo/metric-fit.ts'
import { closestName } from '../shared/statistics/closest-name.ts'
import type { Topic } from '../shared/topics.ts'
import { AggregatorThread } from './aggregator-thread.ts'
import { BusReader, type Listener } from './bus-reader.ts'
import { ControlClient } from './control-client.ts'
import { type ResolvedOptions, resolveOptions, type TelemetryOptions } from './options.ts'
import { Recorder } from './recorder.ts'
import { type FlushOptions, type FlushResult, ThreadTelemetry } from './thread-telemetry.ts'
import { UserPublish } from './user-publish.ts'

/** How the telemetry itself is doing. */
export interface TelemetryStatus {
  readonly aggregator: 'booting' | 'running' | 'down' | 'closed'
  /** Why the aggregator is down. */
  readonly cause: string | undefined
  /** Samples and increments recorded on this thread after close. */
  readonly recordedAfterClose: number
  /** Times a bus listener of this thread threw or rejected. */
  readonly listenerErrors: number
  /** Events the `publish` option failed to take, or took too long for. */
  readonly publishFailures: number
  readonly publishTimeouts: number
}

/** The telemetry of this process, on the thread that created it. */
export class Telemetry extends ThreadTelemetry {
  readonly #options: ResolvedOptions
  readonly #share: TelemetryShare
  readonly #thread: AggregatorThread
  readonly #controlPort: MessagePort
  readonly #sloNames: Set<string>
  readonly #userPublish: UserPublish | undefined
  #nextSloId = 0
  #bus: BusReader | undefined
  #ready: Promise<void> | undefined
  #downCause: string | undefined
  #listenerErrors = 0

  /** @internal Use `createTelemetry`. */
  constructor(options: ResolvedOptions) {
    const share = createShare(options)
    const { port1, port2 } = new MessageChannel()
    const thread = new AggregatorThread(
      {
        share,
        controlPort: port2,
        sloCheckIntervalMs: options.sloCheckIntervalMs,
        rateLimitWindowMs: options.rateLimitWindowMs,
        rateLimitScope: options.rateLimitScope,
        slos: options.slos,
        log: logTarget(options.log),
      },
      { onDown: cause => this.#onDown(cause), onLog: line => this.#log(line) },
    )
    const announce = thread.send.bind(thread)
    const recorder = new Recorder({ share, threadId, publishEvery: options.publishEvery, announce })
    const openPort = async () => port1 as unknown as ControlEndpoint
    super(recorder, new ControlClient(openPort, () => recorder.publish()))
    this.#controlPort = port1
    this.#options = options
    this.#share = share
    this.#thread = thread
    this.#sloNames = new Set(options.slos.map((slo, index) => resolveSLO(slo, `slos[${index}]`).name))
    if (options.publish !== undefined) {
      this.#userPublish = new UserPublish(options.publish, share.origin, line => this.#log(line))
      this.#userPublish.listen(this.#openReader())
    }
  }

  /** Resolves once the aggregator is up. Recording does not wait for it.
   *  @throws TelemetryError OFFLOOP_TIMEOUT, OFFLOOP_AGGREGATOR_DOWN */
  get ready(): Promise<void> {
    this.#ready ??= this.control.call(remote => remote.hello()).then(() => {})
    return this.#ready
  }

  get status(): TelemetryStatus {
    const isRunning = this.#aggregatorState === AggregatorState.running
    return {
      aggregator: this.closed
        ? 'closed'
        : this.#downCause !== undefined
          ? 'down'
          : isRunning
            ? 'running'
            : 'booting',
      cause: this.#downCause,
      recordedAfterClose: this.recorder.recordedAfterClose,
      listenerErrors: this.#listenerErrors,
      publishFailures: this.#userPublish?.failures ?? 0,
      publishTimeouts: this.#userPublish?.timeouts ?? 0,
    }
  }

  /** Judges a metric of this thread from now on.
   *  @returns ends it.
   *  @example telemetry.slo({ metric: 'input_to_echo', objective: 'p(95)<60ms' })
   *  @throws TelemetryError OFFLOOP_SLO_DEFINITION, OFFLOOP_OBJECTIVE, OFFLOOP_SLO_METRIC, OFFLOOP_CLOSED */
  slo(definition: SLODefinition): () => void {
    this.#throwIfClosed()
    const slo = resolveSLO(definition)
    fitToMetric(
      slo,
      this.#sloMetric(slo.metric),
      slo.total === undefined ? undefined : this.#sloMetric(slo.total),
    )
    if (this.#sloNames.has(slo.name)) {
      throw new TelemetryError('OFFLOOP_SLO_DEFINITION', {
        at: 'slo.name',
        got: slo.name,
        fix: 'remove the SLO of this name first, or give this one a name of its own',
      })
    }
    this.#sloNames.add(slo.name)
    const sloId = this.#nextSloId++
    this.#tell({ type: 'add-slo', sloId, definition: { ...definition } })
    let isRemoved = false
    return () => {
      if (isRemoved) return
      isRemoved = true
      this.#sloNames.delete(slo.name)
      this.#tell({ type: 'remove-slo', sloId })
    }
  }

  /** Listens to the bus on this thread. It does not keep the process alive.
   *  @returns takes the listener back.
   *  @throws TelemetryError OFFLOOP_TOPIC, OFFLOOP_CLOSED */
  on<T extends Topic>(topic: T, listener: Listener<T>): () => void {
    this.#throwIfClosed()
    const bus = this.#bus ?? this.#openReader()
    const off = bus.on(topic, listener)
    this.#bus = bus
    return () => {
      off()
      if (bus.listenerCount > 0 || this.#bus !== bus) return
      // Nobody listens any more: violations are written to stderr again.
      this.#bus = undefined
      void bus.close()
    }
  }

  /** A port of the bus, to hand to any other thread: `connectBus(port)` there. Events keep arriving on it while this
   *  thread is blocked.
   *  @throws TelemetryError OFFLOOP_CLOSED */
  openBus(): MessagePort {
    this.#throwIfClosed()
    const { port1, port2 } = new MessageChannel()
    const credits = createCredits()
    port2.postMessage({ type: 'offloop-bus', credits } satisfies BusHello)
    this.#tell({ type: 'open-bus', port: port2, credits }, [port2])
    return port1
  }

  /** What other threads need to take part: structured-cloneable, as often as wanted. `attachTelemetry(share)` there. */
  share(): TelemetryShare {
    this.#thread.forwardAnnouncements()
    return this.#share
  }

  override flush(options?: FlushOptions): Promise<FlushResult> {
    return this.closed ?? super.flush(options)
  }

  /** @internal */
  protected override async end(timeoutMs: number): Promise<FlushResult> {
    this.recorder.close()
    Atomics.store(new Int32Array(this.#share.control), ControlWord.closed, 1)
    const result = await this.resultOf(this.control.call(remote => remote.close(), { timeoutMs }))
    await this.#bus?.close()
    await this.#userPublish?.close()
    await this.#thread.terminate()
    this.control.close(new TelemetryError('OFFLOOP_CLOSED', { fix: 'ask before close()' }))
    return result
  }

  get #aggregatorState(): number {
    return Atomics.load(new Int32Array(this.#share.control), ControlWord.aggregatorState)
  }

  /** Leaves at once, and waits in the port until the aggregator is up. */
  #tell(message: CreatorMessage, transferList: readonly MessagePort[] = []): void {
    this.#controlPort.postMessage(message, transferList)
  }

  #openReader(): BusReader {
    const onListenerError = (topic: Topic, error: unknown) => {
      this.#listenerErrors++
      this.#log(
        `offloop: a listener of ${topic} threw: ${error instanceof Error ? error.stack : String(error)}`,
      )
    }
    return new BusReader(this.openBus(), onListenerError).unref()
  }

  #sloMetric(name: string): Parameters<typeof fitToMetric>[1] {
    const descriptor = this.recorder.descriptorOf(name)
    if (descriptor !== undefined) return descriptor
    const closest = closestName(name, this.recorder.metricNames())
    const hint = closest === undefined ? '' : `did you mean "${closest}"? Else `
    throw new TelemetryError('OFFLOOP_SLO_METRIC', {
      got: name,
      fix: `${hint}register the metric on this thread first, or give the SLO to createTelemetry({ slos }), where it may come later`,
    })
  }

  #throwIfClosed(): void {
    if (this.closed !== undefined)
      throw new TelemetryError('OFFLOOP_CLOSED', { fix: 'do this before close()' })
  }

  #onDown(cause: string): void {
    this.#downCause = cause
    Atomics.store(new Int32Array(this.#share.control), ControlWord.aggregatorState, AggregatorState.stopped)
    const fix = 'see its error above; recording goes on harmlessly, and nothing is evaluated'
    this.control.close(new TelemetryError('OFFLOOP_AGGREGATOR_DOWN', { got: cause, fix }))
    this.#log(`offloop: the aggregator thread is down: ${cause}`)
  }

  #log(line: string): void {
    const { log } = this.#options
    try {
      if (log === undefined) console.error(line)
      // An async function passes for a log, too: its rejection would end the process.
      else if (log !== false) Promise.resolve<unknown>(log(line)).catch(() => {})
    } catch {
      // A log that throws harms nobody: there is nowhere left to say it.
    }
  }
}

/** Starts telemetry for this process. Synchronous: recording works from the next line on; the aggregator thread starts
 *  beside you.
 *  @example
 *  const telemetry = createTelemetry({ service: 'checkout' })
 *  const echo = telemetry.latency('input_to_echo', { unit: 'ms' })
 *  echo.record(12.5)
 *  @throws TelemetryError OFFLOOP_OPTION, OFFLOOP_LANE_SIZE, OFFLOOP_WINDOW_SIZE, OFFLOOP_SLO_DEFINITION, OFFLOOP_OBJECTIVE */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  return new Telemetry(resolveOptions(options))
}

function createShare(options: ResolvedOptions): TelemetryShare {
  return Object.freeze({
    offloop: SHARE_VERSION,
    id: `offloop:${process.pid}:${process.hrtime.bigint()}`,
    service: options.service,
    control: createControlBlock(),
    board: createBoard(),
    origin: clockOriginNow(),
    laneCapacity: options.laneCapacity,
    overflow: options.overflow,
    windowCapacity: options.windowCapacity,
    maxSeriesPerMetric: options.maxSeriesPerMetric,
    markCapacity: options.markCapacity,
  })
}

function logTarget(log: ResolvedOptions['log']): 'stderr' | 'message' | 'none' {
  if (log === undefined) return 'stderr'
  return log === false ? 'none' : 'message'
}
