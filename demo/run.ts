/** One run of the demo, from the opening of the shop to the summary. Owns everything that is opened on the way. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createTelemetry, type Telemetry } from 'offloop'
import { CostMeter } from './cost-meter.ts'
import { Instruments } from './instruments.ts'
import { LoadProcess } from './load-process.ts'
import type { DemoOptions } from './options.ts'
import { type Phase, planPhases } from './phases.ts'
import { SHOP_ROUTES, Shop } from './shop.ts'
import { type EventCounts, summarize } from './summary.ts'
import { findNewThread, listThreads } from './thread-cpu.ts'
import type { View } from './view.ts'

/** Few enough that a series recovers within the run, enough for a p99. */
const WINDOW_CAPACITY = 1_000
const RATE_LIMIT_WINDOW_MS = 3_000

/** Runs the demo and shows it.
 *  @param stop ends the run early; its reason is the name of the signal
 *  @throws Error where the port is taken, the load cannot be made, or the aggregator is down */
export async function run(options: DemoOptions, view: View, stop: AbortSignal): Promise<void> {
  let startMs = performance.now()
  const elapsedMs = () => performance.now() - startMs
  const threadsBefore = await listThreads()
  const telemetry = createTelemetry({
    service: 'offloop-demo',
    windowCapacity: WINDOW_CAPACITY,
    rateLimitWindowMs: RATE_LIMIT_WINDOW_MS,
    log: text => view.note(text, elapsedMs()),
  })
  const instruments = new Instruments(telemetry, SHOP_ROUTES)
  const shop = new Shop(instruments)
  const events = countEvents(telemetry, view, elapsedMs)
  let load: LoadProcess | undefined
  let endStory = () => {}
  try {
    const url = await shop.listen(options.port)
    await telemetry.ready
    const aggregatorThread = await findNewThread(threadsBefore)
    load = new LoadProcess({ url, connections: options.connections, durationMs: options.durationMs })
    stop.addEventListener('abort', () => load?.stop())
    if (stop.aborted) load.stop()
    view.started(url, options.connections)
    await load.started()

    startMs = performance.now()
    const meter = new CostMeter(aggregatorThread)
    let phase: Phase = 'before'
    endStory = tellStory(options.durationMs, next => {
      phase = next
      shop.isSlow = next === 'slow'
      view.phase(next, elapsedMs())
    })
    const showFrame = async () => {
      const snapshot = await telemetry.snapshot()
      view.frame({ snapshot, phase, elapsedMs: elapsedMs(), durationMs: options.durationMs })
      return snapshot
    }
    const loadResult = await showUntil(load.finished(), showFrame, view.frameIntervalMs)

    endStory()
    const costs = meter.read()
    meter.stop()
    instruments.stop()
    await shop.close()
    await telemetry.flush()
    const snapshot = await showFrame()
    // Closing hands over the last events, too.
    const closed = await telemetry.close()
    const interruptedBy = stop.aborted ? String(stop.reason) : undefined
    view.summary(summarize({ snapshot, closed, events, costs, load: loadResult, interruptedBy }))
  } finally {
    endStory()
    load?.stop()
    instruments.stop()
    await shop.close()
    await telemetry.close()
  }
}

function countEvents(telemetry: Telemetry, view: View, elapsedMs: () => number): EventCounts {
  const counts: EventCounts = { violations: 0, recoveries: 0 }
  telemetry.on('perf.slo_violation', event => {
    counts.violations += 1
    view.violation(event, elapsedMs())
  })
  telemetry.on('perf.slo_recovered', event => {
    counts.recoveries += 1
    view.recovery(event, elapsedMs())
  })
  return counts
}

/** Calls `enter` when a phase begins.
 *  @returns ends it */
function tellStory(durationMs: number, enter: (phase: Phase) => void): () => void {
  const timers = planPhases(durationMs).map(({ phase, atMs }) => setTimeout(enter, atMs, phase))
  return () => {
    for (const timer of timers) clearTimeout(timer)
  }
}

/** Shows a frame every so often, one at a time, until `work` is done.
 *  @throws what either of them throws */
async function showUntil<Result>(
  work: Promise<Result>,
  showFrame: () => Promise<unknown>,
  intervalMs: number,
): Promise<Result> {
  const end = new AbortController()
  const showing = (async () => {
    while (!end.signal.aborted) {
      await sleep(intervalMs, undefined, { signal: end.signal }).catch(() => {})
      if (!end.signal.aborted) await showFrame()
    }
  })()
  try {
    // Whichever fails first ends the wait.
    return await Promise.race([work, showing.then(() => work)])
  } finally {
    end.abort()
    await showing.catch(() => {})
  }
}
