/** Creates a telemetry: the recorder of this thread, the aggregator thread beside it, and the bus between them. */
import { type MessagePort, threadId } from 'node:worker_threads'
import type { ControlEndpoint } from '../shared/comlink-endpoint.ts'
import { TelemetryError } from '../shared/errors.ts'
import { type ExtensionSpec, SCRAPE_EXTENSION } from '../shared/extension/extension.ts'
import { AggregatorState, ControlWord } from '../shared/memory/control-block.ts'
import { createState } from '../shared/memory/state-layout.ts'
import type { TelemetryShare } from '../shared/share.ts'
import type { SLODefinition } from '../shared/slo/definition.ts'
import { resolveSLO } from '../shared/slo/definition-check.ts'
import { fitToMetric } from '../shared/slo/metric-fit.ts'
import { closestName } from '../shared/statistics/closest-name.ts'
import type { Topic } from '../shared/topics.ts'
import { AggregatorLink } from './aggregator-link.ts'
import { version } from './built-worker.ts'
import { BusReader, type Listener } from './bus-reader.ts'
import { ControlClient } from './control-client.ts'
import { createShare } from './create-share.ts'
import { flushAtExit, refuseSharedSnapshotFile } from './exit-flush.ts'
import { scrapeModule } from './extension-module.ts'
import type { EndingTelemetry } from './flush-and-wait.ts'
import { type ResolvedOptions, resolveOptions, type TelemetryOptions } from './options.ts'
import { createOwnLines, logTarget } from './own-lines.ts'
import { Recorder } from './recorder.ts'
import { closeOnSignals, type EndingSignal } from './signals.ts'
import { type SupervisionLimits, supervisionLimitsOf } from './supervision-limits.ts'
import { type FlushOptions, type FlushResult, ThreadTelemetry } from './thread-telemetry.ts'
import { UserPublish } from './user-publish.ts'

/** How the telemetry itself is doing. */
export interface TelemetryStatus {
  /** `restarting`: it has died, and another takes its place. `down`: it has died too often, and stays down. */
  readonly aggregator: 'booting' | 'running' | 'restarting' | 'down' | 'closed'
  /** Where metrics are scraped; undefined while there is no HTTP server. */
  readonly url: string | undefined
  /** Why the aggregator last died; undefined while it never has. */
  readonly cause: string | undefined
  /** Times the aggregator was started again. */
  readonly restarts: number
  /** Samples and increments recorded on this thread after close. */
  readonly recordedAfterClose: number
  /** Times a bus listener of this thread threw or rejected. */
  readonly listenerErrors: number
  /** Events the `publish` option failed to take, or took too long for. */
  readonly publishFailures: number
  readonly publishTimeouts: number
}

/** What is known once everything is up. */
export interface TelemetryReady {
  /** Where metrics are scraped, without a path: `http://127.0.0.1:9464`. Undefined without the `http` option. */
  readonly url?: string
}

/** The telemetry of this process, on the thread that created it. */
export class Telemetry extends ThreadTelemetry {
  readonly #share: TelemetryShare
  readonly #log: (line: string) => void
  readonly #link: AggregatorLink
  readonly #sloNames: Set<string>
  readonly #userPublish: UserPublish | undefined
  readonly #ending: EndingTelemetry
  readonly #forgetExit: () => void
  readonly #signalRemovers = new Set<() => void>()
  #bus: BusReader | undefined
  #ready: Promise<TelemetryReady> | undefined
  #listenerErrors = 0

  /** @internal Use `createTelemetry`. */
  constructor(options: ResolvedOptions, limits: SupervisionLimits) {
    const share = createShare(options)
    const lines = createOwnLines(options.log, share.control)
    const link = new AggregatorLink(
      {
        share,
        state: createState(),
        sloCheckIntervalMs: options.sloCheckIntervalMs,
        rateLimitWindowMs: options.rateLimitWindowMs,
        rateLimitScope: options.rateLimitScope,
        slos: options.slos,
        version,
        bucketsSeconds: options.buckets,
        extensions: extensionsOf(options),
        scrapeModule: scrapeModule(),
        snapshotFile: options.snapshotFile,
        log: logTarget(options.log),
      },
      {
        log: lines.write,
        onLine: lines.take,
        onReconnect: () => this.control.reconnect(),
        onDown: cause => this.#onDown(cause),
      },
      limits,
    )
    const recorder = new Recorder({
      share,
      threadId,
      publishEvery: options.publishEvery,
      announce: announcement => link.announce(announcement),
      onBeat: () => link.observe(),
      endsLaneAtExit: false,
    })
    const openPort = async () => link.controlPort as unknown as ControlEndpoint
    super(recorder, new ControlClient(openPort, () => recorder.publish()))
    this.#share = share
    this.#log = lines.write
    this.#link = link
    const { exitTimeoutMs: timeoutMs, snapshotFile, log } = options
    const control = new Int32Array(share.control)
    const restartNow = () => link.restartNow()
    this.#ending = { control, recorder, timeoutMs, snapshotFile, log, restartNow }
    this.#forgetExit = flushAtExit(this.#ending)
    this.#sloNames = new Set(options.slos.map((slo, index) => resolveSLO(slo, `slos[${index}]`).name))
    if (options.publish !== undefined) {
      this.#userPublish = new UserPublish(options.publish, share.origin, this.#log)
      this.#userPublish.listen(this.#openReader())
    }
  }

  /** Resolves once the aggregator is up, with its HTTP server and its exporters. Recording does not wait for it. Where one
   *  of those cannot run, this rejects, and everything else carries on.
   *  @throws TelemetryError OFFLOOP_HTTP_LISTEN, OFFLOOP_EXTENSION, OFFLOOP_PEER_MISSING, OFFLOOP_TIMEOUT,
   *  OFFLOOP_AGGREGATOR_DOWN */
  get ready(): Promise<TelemetryReady> {
    this.#ready ??= this.control.call(remote => remote.hello())
    return this.#ready
  }

  get status(): TelemetryStatus {
    return {
      aggregator: this.closed === undefined ? aggregatorStatus(this.#link) : 'closed',
      url: this.#link.url,
      cause: this.#link.cause,
      restarts: this.#link.restarts,
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
    const remove = this.#link.addSlo({ ...definition, labels: slo.labels })
    let isRemoved = false
    return () => {
      if (isRemoved) return
      isRemoved = true
      this.#sloNames.delete(slo.name)
      remove()
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
    return this.#link.openBus()
  }

  /** What other threads need to take part: structured-cloneable, as often as wanted. `attachTelemetry(share)` there. */
  share(): TelemetryShare {
    this.#link.listenToLanes()
    return this.#share
  }

  /** Closes when the process is told to end, which runs no exit handler: bounded by `exitTimeoutMs`. Then the process ends
   *  of that very signal, as without us; a second one ends it at once. Where the application listens to the signal itself,
   *  everything is flushed, the snapshot file is written, and ending is left to it. Main thread.
   *  @returns takes it back
   *  @throws TelemetryError OFFLOOP_SIGNAL, OFFLOOP_CLOSED */
  closeOnSignals(signals: readonly EndingSignal[] = ['SIGTERM', 'SIGINT']): () => void {
    this.#throwIfClosed()
    const close = (timeoutMs: number) => this.close({ timeoutMs })
    const remove = closeOnSignals(signals, { ending: this.#ending, close, log: this.#log })
    this.#signalRemovers.add(remove)
    return () => {
      this.#signalRemovers.delete(remove)
      remove()
    }
  }

  override flush(options?: FlushOptions): Promise<FlushResult> {
    return this.closed ?? super.flush(options)
  }

  /** @internal */
  protected override async end(timeoutMs: number): Promise<FlushResult> {
    this.recorder.close()
    // First of all: an aggregator that dies from here on is not missed for long.
    this.#link.stop()
    Atomics.store(new Int32Array(this.#share.control), ControlWord.closed, 1)
    const result = await this.resultOf(this.control.call(remote => remote.close(), { timeoutMs }))
    await this.#bus?.close()
    await this.#userPublish?.close()
    await this.#link.close()
    this.control.close(new TelemetryError('OFFLOOP_CLOSED', { fix: 'ask before close()' }))
    // Last: a process that exits while this is under way still waits for it.
    this.#forgetExit()
    for (const remove of this.#signalRemovers) remove()
    return result
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
    const fix = 'see its error in the log; recording goes on harmlessly, and nothing is evaluated'
    this.control.close(new TelemetryError('OFFLOOP_AGGREGATOR_DOWN', { got: cause, fix }))
  }
}

/** Starts telemetry for this process. Synchronous: recording works from the next line on; the aggregator thread starts
 *  beside you.
 *  @example
 *  const telemetry = createTelemetry({ service: 'checkout' })
 *  const echo = telemetry.latency('input_to_echo', { unit: 'ms' })
 *  echo.record(12.5)
 *  @throws TelemetryError OFFLOOP_OPTION, OFFLOOP_LANE_SIZE, OFFLOOP_WINDOW_SIZE, OFFLOOP_SLO_DEFINITION, OFFLOOP_OBJECTIVE,
 *  OFFLOOP_WORKER_START */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const resolved = resolveOptions(options)
  refuseSharedSnapshotFile(resolved.snapshotFile)
  return new Telemetry(resolved, supervisionLimitsOf(options))
}

function extensionsOf({ http, exporters }: ResolvedOptions): ExtensionSpec[] {
  const server = { name: SCRAPE_EXTENSION, module: scrapeModule(), options: { http } }
  return http === undefined ? [...exporters] : [server, ...exporters]
}

function aggregatorStatus({ state, restarts }: AggregatorLink): TelemetryStatus['aggregator'] {
  if (state === AggregatorState.running) return 'running'
  if (state === AggregatorState.stopped) return 'down'
  return state === AggregatorState.booting && restarts === 0 ? 'booting' : 'restarting'
}
