/** Times calls one by one: what a budget of a percentile is about, and an average would hide. */
import { nearestRank } from '../../src/shared/statistics/nearest-rank.ts'

/** Calls that come first, and do not count. */
export const WARM_UP_COUNT = 100

/** In milliseconds, over the calls that count. */
export interface CallTimes {
  readonly callCount: number
  readonly warmUpCount: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Of the calls during which the system gave no core of the process to another: null where that was not watched. */
  readonly undisturbed: { readonly callCount: number; readonly p99Ms: number } | null
}

export interface TimedCall {
  /** The clock is read before and after each call: one reading is included in what it takes. */
  readonly run: () => unknown
  /** Comes before each call, outside the time taken. */
  readonly prepare?: () => void
  /** Comes after so many calls, outside the time taken. */
  readonly pauseEvery?: number
  readonly pause?: () => Promise<unknown>
  /** For calls that are few and long: on a busy machine one in a hundred of them is interrupted soon. Asking the system
   *  takes microseconds, outside the time taken. */
  readonly watchesInterruptions?: boolean
}

/** What was seen of each call. */
interface Observations {
  /** Before the call and after it. */
  readonly momentsNs: BigInt64Array
  /** How often the process was interrupted meanwhile. */
  readonly interruptions: Uint32Array
}

/** Calls WARM_UP_COUNT times without counting, and then `callCount` times. */
export async function timeCalls(call: TimedCall, callCount: number): Promise<CallTimes> {
  const pauseEvery = call.pauseEvery ?? callCount
  timeBatch(call, createObservations(WARM_UP_COUNT), 0, WARM_UP_COUNT)
  await call.pause?.()
  // All memory is there before the first call that counts.
  const observations = createObservations(callCount)
  for (let first = 0; first < callCount; first += pauseEvery) {
    timeBatch(call, observations, first, Math.min(first + pauseEvery, callCount))
    await call.pause?.()
  }
  const { momentsNs, interruptions } = observations
  const durationsMs = Float64Array.from(
    { length: callCount },
    (_, index) => Number(momentsNs[2 * index + 1]! - momentsNs[2 * index]!) / 1e6,
  )
  return summarize(durationsMs, call.watchesInterruptions ? interruptions : undefined)
}

/** Nearest-rank percentiles of the durations.
 *  @param durationsMs at least one
 *  @param interruptions during each call, where that was watched */
export function summarize(durationsMs: Float64Array, interruptions?: Uint32Array): CallTimes {
  const undisturbedMs = durationsMs.filter((_, index) => interruptions?.[index] === 0)
  return {
    callCount: durationsMs.length,
    warmUpCount: WARM_UP_COUNT,
    p50Ms: quantileOf(durationsMs, 0.5),
    p95Ms: quantileOf(durationsMs, 0.95),
    p99Ms: quantileOf(durationsMs, 0.99),
    maxMs: quantileOf(durationsMs, 1),
    undisturbed:
      undisturbedMs.length === 0
        ? null
        : { callCount: undisturbedMs.length, p99Ms: quantileOf(undisturbedMs, 0.99) },
  }
}

function quantileOf(durationsMs: Float64Array, q: number): number {
  return durationsMs.toSorted()[nearestRank(q, durationsMs.length) - 1]!
}

function createObservations(callCount: number): Observations {
  return {
    momentsNs: new BigInt64Array(2 * callCount).fill(-1n),
    interruptions: new Uint32Array(callCount).fill(0),
  }
}

let kept: unknown

function timeBatch(call: TimedCall, observations: Observations, first: number, end: number): void {
  const { run, prepare, watchesInterruptions = false } = call
  const { momentsNs, interruptions } = observations
  const readClockNs = process.hrtime.bigint
  let last: unknown
  for (let index = first; index < end; index += 1) {
    prepare?.()
    const before = watchesInterruptions ? interruptionCount() : 0
    momentsNs[2 * index] = readClockNs()
    last = run()
    momentsNs[2 * index + 1] = readClockNs()
    if (watchesInterruptions) interruptions[index] = interruptionCount() - before
  }
  // What nobody keeps could be left out.
  kept = last
}

/** Times another process was given a core that this one had more work for. */
function interruptionCount(): number {
  return process.resourceUsage().involuntaryContextSwitches
}

/** The result of the call made last. */
export function lastResult(): unknown {
  return kept
}
