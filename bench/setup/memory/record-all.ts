/** Fills the windows of a telemetry that runs. */
import type { Latency, Telemetry } from 'offloop'
import { VALUES } from './workload.ts'

/** Less than a lane holds, of all metrics together. */
const FLUSH_EVERY = 1_000

/** Records every value on each metric, and has seen them arrive when it resolves. */
export async function recordAll(telemetry: Telemetry, latencies: readonly Latency[]): Promise<void> {
  for (const [index, value] of VALUES.entries()) {
    for (const latency of latencies) latency.record(value)
    if (index % FLUSH_EVERY === 0) await telemetry.flush()
  }
  await telemetry.flush()
}
