/** What telemetry offers on every thread: metrics, and questions to the aggregator. Producer thread. */
import type { FinalOutcome, QueryOptions, Scrape } from '../shared/control-api.ts'
import { TelemetryError } from '../shared/errors.ts'
import { checkOptions } from '../shared/known-keys.ts'
import type { View, ViewAnswer } from '../shared/prom-client/view.ts'
import type { SeriesSnapshot, TelemetrySnapshot } from '../shared/snapshot.ts'
import { TIMER_DELAY_MS_MAX } from '../shared/timers.ts'
import type { ControlClient } from './control-client.ts'
import type { Counter } from './counter.ts'
import type { Gauge } from './gauge.ts'
import type { Latency } from './latency.ts'
import type { CounterOptions, GaugeOptions, LatencyOptions, MetricOf } from './metric-options.ts'
import type { Recorder } from './recorder.ts'

/** What became of what was recorded. */
export interface FlushResult {
  /** Everything was taken: nothing was lost, and the aggregator answered in time. And the snapshot file was written, if one
   *  was to be. */
  readonly ok: boolean
  /** Samples lost since the start, on all threads. When timed out: what this thread lost, and has still to hand over. */
  readonly lost: number
  readonly timedOut: boolean
  /** Why the snapshot file was not written, where that failed. */
  readonly snapshotFileError?: string
}

export interface FlushOptions {
  /** How long to wait for the aggregator. Default 5,000. */
  readonly timeoutMs?: number
}

const FLUSH_TIMEOUT_MS = 5_000

/** @throws TelemetryError OFFLOOP_OPTION */
function flushTimeoutMs(options: FlushOptions | undefined): number {
  if (options === undefined) return FLUSH_TIMEOUT_MS
  checkOptions(options, ['timeoutMs'], 'flush options')
  const timeoutMs = options.timeoutMs ?? FLUSH_TIMEOUT_MS
  if (typeof timeoutMs === 'number' && timeoutMs >= 1 && timeoutMs <= TIMER_DELAY_MS_MAX) return timeoutMs
  const fix = `give milliseconds from 1 to ${TIMER_DELAY_MS_MAX}`
  throw new TelemetryError('OFFLOOP_OPTION', { at: 'timeoutMs', got: timeoutMs, fix })
}

/** The metric API on this thread. Recording works from the first line on, whether or not the aggregator is up. */
export abstract class ThreadTelemetry {
  /** @internal */
  protected readonly recorder: Recorder
  /** @internal */
  protected readonly control: ControlClient
  /** Set once closing has begun.
   *  @internal */
  protected closed: Promise<FlushResult> | undefined
  readonly #beforeClose: (() => void)[] = []

  /** @internal */
  constructor(recorder: Recorder, control: ControlClient) {
    this.recorder = recorder
    this.control = control
  }

  /** Registers a latency: durations, with exact rolling percentiles. Registering the same again gives the same, and
   *  resets its violation rate limit.
   *  @example telemetry.latency('db_query', { unit: 'ms', labelNames: ['table'] }).labels({ table: 'users' })
   *  @throws TelemetryError OFFLOOP_METRIC_NAME, OFFLOOP_METRIC_UNIT, OFFLOOP_METRIC_CONFLICT, OFFLOOP_LABEL_NAME */
  latency<const Names extends readonly string[] = []>(
    name: string,
    options?: LatencyOptions<Names>,
  ): MetricOf<Latency, Names> {
    return this.recorder.latency(name, options)
  }

  /** Registers a gauge: a level that goes up and down.
   *  @throws TelemetryError like `latency` */
  gauge<const Names extends readonly string[] = []>(
    name: string,
    options?: GaugeOptions<Names>,
  ): MetricOf<Gauge, Names> {
    return this.recorder.gauge(name, options)
  }

  /** Registers a counter: a total that only grows.
   *  @throws TelemetryError like `latency` */
  counter<const Names extends readonly string[] = []>(
    name: string,
    options?: CounterOptions<Names>,
  ): MetricOf<Counter, Names> {
    return this.recorder.counter(name, options)
  }

  /** The same as `latency.markStart()`. */
  markStart(latency: Latency): number {
    return this.recorder.markStart(latency)
  }

  /** Ends a mark of any latency of this thread. */
  markEnd(mark: number): void {
    this.recorder.markEnd(mark)
  }

  /** The same as `latency.markEndWithTrace(mark, traceId, spanId)`, for a mark of any latency of this thread. */
  markEndWithTrace(mark: number, traceId: string | undefined, spanId?: string): void {
    this.recorder.markEndWithTrace(mark, traceId, spanId)
  }

  /** Statistics of one metric, all threads together: of the series with the given labels, or of all series merged,
   *  exactly. Covers everything this thread has recorded before the call.
   *  @throws TelemetryError OFFLOOP_METRIC_UNKNOWN, OFFLOOP_LABEL_UNKNOWN, OFFLOOP_TIME_WINDOW, OFFLOOP_TIMEOUT,
   *  OFFLOOP_AGGREGATOR_DOWN, OFFLOOP_CLOSED */
  query(metric: string, options?: QueryOptions): Promise<SeriesSnapshot> {
    return this.control.query(metric, options)
  }

  /** Statistics of every series, the lanes, and the SLOs.
   *  @throws TelemetryError OFFLOOP_TIMEOUT, OFFLOOP_AGGREGATOR_DOWN, OFFLOOP_CLOSED */
  snapshot(): Promise<TelemetrySnapshot> {
    return this.control.snapshot()
  }

  /** All metrics of all threads as a text that monitoring systems read, rendered by the aggregator: for whoever serves it
   *  himself. Covers everything this thread has recorded before the call.
   *  @param accept as in an HTTP request: `application/openmetrics-text` for OpenMetrics. Default: Prometheus' text format
   *  @throws TelemetryError OFFLOOP_EXTENSION, OFFLOOP_TIMEOUT, OFFLOOP_AGGREGATOR_DOWN, OFFLOOP_CLOSED */
  scrape(accept?: string): Promise<Scrape> {
    return this.control.call(remote => remote.scrape(accept))
  }

  /** Some metrics, as a registry of `offloop/prom-client` shows them.
   *  @internal */
  view(view: View): Promise<ViewAnswer> {
    return this.control.call(remote => remote.view(view))
  }

  /** Has every exporter send what there is, now.
   *  @throws TelemetryError OFFLOOP_PUSH when something did not arrive; OFFLOOP_TIMEOUT, OFFLOOP_AGGREGATOR_DOWN,
   *  OFFLOOP_CLOSED */
  push(): Promise<void> {
    return this.control.call(remote => remote.push())
  }

  /** Samples and increments recorded on this thread after close. */
  get recordedAfterClose(): number {
    return this.recorder.recordedAfterClose
  }

  /** Hands over everything this thread has recorded, and what other threads have published. Rejects for nothing but a
   *  time-out that is none (OFFLOOP_OPTION). */
  async flush(options?: FlushOptions): Promise<FlushResult> {
    const timeoutMs = flushTimeoutMs(options)
    return await this.resultOf(this.control.call(remote => remote.flush(), { timeoutMs }))
  }

  /** Hands over what is left, and ends this thread's part. On the thread that created the telemetry it checks every SLO
   *  once more, ends the aggregator and lets the process exit; on an attached thread it gives the lane back, which a
   *  thread that ends by itself does without being asked. Idempotent. What is recorded afterwards is counted in
   *  `recordedAfterClose`, and goes nowhere. Rejects for nothing but a time-out that is none (OFFLOOP_OPTION). */
  close(options?: FlushOptions): Promise<FlushResult> {
    try {
      const timeoutMs = flushTimeoutMs(options)
      if (this.closed === undefined) this.callBeforeClose()
      this.closed ??= this.end(timeoutMs)
      return this.closed
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Called when closing begins: what is recorded then still counts. Called once.
   *  @internal */
  beforeClose(callback: () => void): void {
    this.#beforeClose.push(callback)
  }

  /** @internal */
  protected callBeforeClose(): void {
    for (const callback of this.#beforeClose.splice(0)) callback()
  }

  /** What closing does on this thread.
   *  @internal */
  protected abstract end(timeoutMs: number): Promise<FlushResult>

  /** @internal */
  protected async resultOf(answer: Promise<FinalOutcome>): Promise<FlushResult> {
    try {
      const { lost, ...file } = await answer
      const isWritten = file.snapshotFileError === undefined
      return { ok: lost === 0 && isWritten, lost, timedOut: false, ...file }
    } catch (error) {
      const { dropped, pending } = this.recorder.backlog
      const lost = dropped + pending
      return {
        ok: false,
        lost,
        timedOut: error instanceof TelemetryError && error.code === 'OFFLOOP_TIMEOUT',
      }
    }
  }
}
