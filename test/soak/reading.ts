/** What the process holds at a moment when nothing of the load runs. */
import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { TelemetrySnapshot } from 'offloop'

export interface Reading {
  /** Since the run began. */
  readonly atMs: number
  readonly rssBytes: number
  readonly heapBytes: number
  /** Outside the heap, shared memory included. */
  readonly externalBytes: number
  /** Open files; undefined where the system does not tell. */
  readonly fdCount: number | undefined
  readonly resourceCount: number
  readonly laneCount: number
  /** Those whose thread has given no sign of life for longer than it takes to let a lane go. */
  readonly staleLaneCount: number
  readonly seriesCount: number
  /** p99 of the round, of the pipeline itself; in milliseconds, and in samples. */
  readonly tickMs: number
  readonly queueDepth: number
  readonly loopDelayMs: number
}

/** A thread is taken for dead after ten seconds, and given notice for one: see src/worker/lane-set.ts. And some for a
 *  machine that is busy. */
const RELEASED_AFTER_MS = 15_000

/** Collects garbage, which otherwise comes when it pleases. Two passes: what finalizers let go is taken by the second. */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return () => {
    collect()
    collect()
  }
}

export function readProcess(
  atMs: number,
  snapshot: TelemetrySnapshot,
  loopDelayMs: number,
  collectGarbage: () => void,
): Reading {
  collectGarbage()
  const { rss, heapUsed, external } = process.memoryUsage()
  const selfOf = (name: string) => snapshot.self.find(({ metric }) => metric === name)
  return {
    atMs,
    rssBytes: rss,
    heapBytes: heapUsed,
    externalBytes: external,
    fdCount: countFds(),
    resourceCount: process.getActiveResourcesInfo().length,
    laneCount: snapshot.lanes.length,
    staleLaneCount: snapshot.lanes.filter(({ silentMs }) => silentMs > RELEASED_AFTER_MS).length,
    seriesCount: snapshot.series.length,
    tickMs: selfOf('offloop_tick_time')?.p99 ?? 0,
    queueDepth: selfOf('offloop_queue_depth')?.p99 ?? 0,
    loopDelayMs,
  }
}

export function countFds(): number | undefined {
  try {
    // The folder is open itself while it is read.
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return undefined
  }
}
