/** Measures what the run costs: delay of the main thread's loop, CPU time of the process and of the aggregator's thread. */
import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { threadCpuMs } from './thread-cpu.ts'

export interface Costs {
  readonly durationMs: number
  /** How late a timer of `LOOP_TIMER_MS` came on the main thread. */
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Share of the time in which the main thread's loop was busy, from 0 to 1. */
  readonly loopUtilization: number
  /** CPU time of all threads of this process. */
  readonly processCpuMs: number
  /** CPU time of the aggregator's thread, in all it does; undefined where the system does not tell. */
  readonly aggregatorCpuMs: number | undefined
}

export const LOOP_TIMER_MS = 10

/** Begins to measure when it is made. */
export class CostMeter {
  readonly #delay = monitorEventLoopDelay({ resolution: LOOP_TIMER_MS })
  readonly #startMs = performance.now()
  readonly #utilization: EventLoopUtilization = performance.eventLoopUtilization()
  readonly #processCpu = process.cpuUsage()
  readonly #aggregatorThread: string | undefined
  readonly #aggregatorCpuMs: number | undefined

  /** @param aggregatorThread as `findNewThread` gave it */
  constructor(aggregatorThread: string | undefined) {
    this.#aggregatorThread = aggregatorThread
    this.#aggregatorCpuMs = threadCpuMs(aggregatorThread)
    this.#delay.enable()
  }

  /** What it cost so far. The aggregator's thread has to be alive still. */
  read(): Costs {
    const { user, system } = process.cpuUsage(this.#processCpu)
    const aggregatorCpuMs = threadCpuMs(this.#aggregatorThread)
    const isKnown = aggregatorCpuMs !== undefined && this.#aggregatorCpuMs !== undefined
    return {
      durationMs: performance.now() - this.#startMs,
      loopDelayMs: {
        p50: lateness(this.#delay.percentile(50)),
        p99: lateness(this.#delay.percentile(99)),
        max: lateness(this.#delay.max),
      },
      loopUtilization: performance.eventLoopUtilization(this.#utilization).utilization,
      processCpuMs: (user + system) / 1_000,
      aggregatorCpuMs: isKnown ? aggregatorCpuMs - this.#aggregatorCpuMs : undefined,
    }
  }

  stop(): void {
    this.#delay.disable()
  }
}

/** The histogram holds whole intervals, in ns. */
function lateness(intervalNs: number): number {
  return Math.max(0, intervalNs / 1e6 - LOOP_TIMER_MS)
}
