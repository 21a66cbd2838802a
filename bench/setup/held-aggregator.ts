/** An aggregator on this thread, whose ticks come when they are asked for. */
import { MessageChannel, threadId } from 'node:worker_threads'
import { Recorder } from '../../src/producer/recorder.ts'
import { clockOriginNow } from '../../src/shared/clock.ts'
import { DEFAULT_BUCKETS_SECONDS } from '../../src/shared/export-hints.ts'
import { createBoard } from '../../src/shared/memory/board.ts'
import { createControlBlock } from '../../src/shared/memory/control-block.ts'
import { createState } from '../../src/shared/memory/state-layout.ts'
import { SHARE_VERSION, type TelemetryShare } from '../../src/shared/share.ts'
import { Aggregator } from '../../src/worker/aggregator.ts'

const SLO_CHECK_INTERVAL_MS = 1_000_000

export interface HeldAggregator {
  /** One tick, as the aggregator's timer would begin it. */
  readonly tick: () => void
  /** Records one sample in every series, and publishes them. */
  readonly record: () => void
  /** Samples that wait in the lane. */
  readonly pendingCount: () => number
  /** Samples the aggregator has taken. */
  readonly drainedCount: () => number
  readonly end: () => void
}

/** The loop asks for its next tick by `setTimeout`: that is held back here, and done by `tick`. */
export function createHeldAggregator(seriesCount: number): HeldAggregator {
  const share = createShare(seriesCount)
  const { port1, port2 } = new MessageChannel()
  const aggregator = new Aggregator(
    {
      share,
      state: createState(),
      controlPort: port2,
      sloCheckIntervalMs: SLO_CHECK_INTERVAL_MS,
      rateLimitWindowMs: 0,
      rateLimitScope: 'percentile',
      slos: [],
      version: '0.0.0',
      bucketsSeconds: DEFAULT_BUCKETS_SECONDS,
      extensions: [],
      extensionInfos: new Map(),
      scrapeModule: '',
      addedSlos: [],
      lanes: [],
      readers: [],
      restart: undefined,
      log: 'none',
    },
    () => {},
    () => {},
  )
  const recorder = new Recorder({
    share,
    threadId,
    publishEvery: 16,
    announce: announcement => aggregator.adopt(announcement),
  })
  const requests = recorder.latency('request', { labelNames: ['n'] })
  const handles = Array.from({ length: seriesCount }, (_, index) => requests.labels({ n: `${index}` }))

  let due = holdTimer(() => aggregator.start())
  const tick = () => {
    due = holdTimer(due)
  }
  const record = () => {
    for (const [index, handle] of handles.entries()) handle.record(1 + (index % 97))
    recorder.publish()
  }
  const pendingCount = () => aggregator.pendingCount
  const drainedCount = () => aggregator.snapshot().series.reduce((sum, { total }) => sum + total, 0)
  const end = () => {
    recorder.close()
    aggregator.close()
    port1.close()
  }
  return { tick, record, pendingCount, drainedCount, end }
}

/** Runs `work`.
 *  @returns what it wanted to be called back for by the loop's timer */
function holdTimer(work: () => void): () => void {
  const platformSetTimeout = globalThis.setTimeout
  let held: (() => void) | undefined
  const setTimeoutHeld = (callback: () => void, delayMs: number) => {
    const timer = platformSetTimeout(callback, SLO_CHECK_INTERVAL_MS).unref()
    // The checks of objectives have a timer, too: theirs is never due here.
    if (delayMs < SLO_CHECK_INTERVAL_MS) held = callback
    return timer
  }
  globalThis.setTimeout = setTimeoutHeld as typeof setTimeout
  try {
    work()
  } finally {
    globalThis.setTimeout = platformSetTimeout
  }
  if (held === undefined) throw new Error('the aggregator does not ask for its next tick')
  return held
}

function createShare(seriesCount: number): TelemetryShare {
  return {
    offloop: SHARE_VERSION,
    id: `offloop:bench:${seriesCount}`,
    service: 'bench',
    control: createControlBlock(),
    board: createBoard(),
    origin: clockOriginNow(),
    laneCapacity: 65_536,
    overflow: 'summarize',
    windowCapacity: 10_000,
    maxSeriesPerMetric: 10_000,
    markCapacity: 4_096,
  }
}
