/** A telemetry whose aggregator thread is known to the system by an id, so that its CPU time can be read. */
import { createTelemetry, type Telemetry, type TelemetryOptions } from 'offloop'
import { findNewThread, listThreads } from '../../../demo/thread-cpu.ts'

export interface WatchedTelemetry {
  readonly telemetry: Telemetry
  readonly aggregatorThread: string | undefined
  /** From the call of createTelemetry until it was ready. */
  readonly readyMs: number
}

/** To be called before any other thread is started: the new one is the aggregator's. */
export async function startWatchedTelemetry(
  options: Partial<TelemetryOptions> = {},
): Promise<WatchedTelemetry> {
  const before = await listThreads()
  const startMs = performance.now()
  const telemetry = createTelemetry({ service: 'bench', ...options })
  await telemetry.ready
  const readyMs = performance.now() - startMs
  return { telemetry, aggregatorThread: await findNewThread(before), readyMs }
}
