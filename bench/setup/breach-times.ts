/** How long from the record() that breaks an objective to the callback on the same thread, over live telemetry. */
import { createTelemetry } from 'offloop'
import { spreadOf } from '../core/spread.ts'
import { uniformNumbers } from './inputs.ts'

/** One figure for each round, in milliseconds. */
export interface BreachTimes {
  readonly medianMs: number[]
  readonly slowestMs: number[]
}

export const BUSY_BREACHES_PER_ROUND = 20
export const RESTED_BREACHES_PER_ROUND = 3
/** After so long without samples the aggregator ticks as seldom as it ever does. */
const REST_MS = 450
const WAIT_MS_MAX = 5_000

/** The objective is judged at every tick. Its window holds one sample: the latest alone decides. */
export async function startBreaches() {
  const telemetry = createTelemetry({ service: 'bench', windowCapacity: 1, rateLimitWindowMs: 0 })
  await telemetry.ready
  const echo = telemetry.latency('echo')
  const traffic = telemetry.latency('traffic')
  telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms', every: 'tick' })
  let onEvent = (_atMs: number) => {}
  telemetry.on('perf.slo_violation', () => onEvent(performance.now()))
  telemetry.on('perf.slo_recovered', () => onEvent(performance.now()))
  const nextUniform = uniformNumbers(11)
  let recordCount = 0

  /** Either event is the only one that can come. */
  const recordAndWait = (durationMs: number) =>
    new Promise<number>((resolve, reject) => {
      const giveUp = setTimeout(() => reject(new Error(`no event within ${WAIT_MS_MAX} ms`)), WAIT_MS_MAX)
      recordCount += 1
      const startMs = performance.now()
      onEvent = atMs => {
        clearTimeout(giveUp)
        resolve(atMs - startMs)
      }
      echo.record(durationMs)
    })

  const measure = async (breachCount: number, restMs: () => number) => {
    const timesMs: number[] = []
    for (let breach = 0; breach < breachCount; breach += 1) {
      // Anywhere between two ticks.
      await passMs(restMs())
      timesMs.push(await recordAndWait(100))
      // Back to where the next breach is one again.
      await recordAndWait(1)
    }
    return timesMs
  }

  return {
    telemetry,
    recordCount: () => recordCount,
    /** Samples that keep coming hold the aggregator at a tick each 10 ms. */
    async measureBusy(): Promise<number[]> {
      const load = setInterval(() => traffic.record(1), 1)
      const timesMs = await measure(BUSY_BREACHES_PER_ROUND, () => 20 + 10 * nextUniform())
      clearInterval(load)
      return timesMs
    },
    measureRested: (): Promise<number[]> =>
      measure(RESTED_BREACHES_PER_ROUND, () => REST_MS + 100 * nextUniform()),
  }
}

export function addRound({ medianMs, slowestMs }: BreachTimes, timesMs: readonly number[]): void {
  medianMs.push(spreadOf(timesMs).median)
  slowestMs.push(Math.max(...timesMs))
}

function passMs(durationMs: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, durationMs))
}
