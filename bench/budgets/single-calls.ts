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
}

export interface TimedCall {
  /** The clock is read before and after each call: one reading is included in what it takes. */
  readonly run: () => unknown
  /** Comes before each call, outside the time taken. */
  readonly prepare?: () => void
  /** Comes after so many calls, outside the time taken. */
  readonly pauseEvery?: number
  readonly pause?: () => Promise<unknown>
}

/** Calls WARM_UP_COUNT times without counting, and then `callCount` times. */
export async function timeCalls(call: TimedCall, callCount: number): Promise<CallTimes> {
  const pauseEvery = call.pauseEvery ?? callCount
  timeBatch(call, createMoments(WARM_UP_COUNT), 0, WARM_UP_COUNT)
  await call.pause?.()
  // All memory is there before the first call that counts.
  const momentsNs = createMoments(callCount)
  for (let first = 0; first < callCount; first += pauseEvery) {
    timeBatch(call, momentsNs, first, Math.min(first + pauseEvery, callCount))
    await call.pause?.()
  }
  const durationsMs = Float64Array.from(
    { length: callCount },
    (_, index) => Number(momentsNs[2 * index + 1]! - momentsNs[2 * index]!) / 1e6,
  )
  return summarize(durationsMs)
}

/** Nearest-rank percentiles of the durations.
 *  @param durationsMs at least one */
export function summarize(durationsMs: Float64Array): CallTimes {
  return {
    callCount: durationsMs.length,
    warmUpCount: WARM_UP_COUNT,
    p50Ms: quantileOf(durationsMs, 0.5),
    p95Ms: quantileOf(durationsMs, 0.95),
    p99Ms: quantileOf(durationsMs, 0.99),
    maxMs: quantileOf(durationsMs, 1),
  }
}

function quantileOf(durationsMs: Float64Array, q: number): number {
  return durationsMs.toSorted()[nearestRank(q, durationsMs.length) - 1]!
}

/** Before each call and after it. */
function createMoments(callCount: number): BigInt64Array {
  return new BigInt64Array(2 * callCount).fill(-1n)
}

let kept: unknown

function timeBatch({ run, prepare }: TimedCall, momentsNs: BigInt64Array, first: number, end: number): void {
  const readClockNs = process.hrtime.bigint
  let last: unknown
  for (let index = first; index < end; index += 1) {
    prepare?.()
    momentsNs[2 * index] = readClockNs()
    last = run()
    momentsNs[2 * index + 1] = readClockNs()
  }
  // What nobody keeps could be left out.
  kept = last
}

/** The result of the call made last. */
export function lastResult(): unknown {
  return kept
}
