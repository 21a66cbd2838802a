/** Has runtime metrics begin on this thread, where they are wanted: only then are they loaded. Creating thread. */
import { TelemetryError } from '../shared/errors.ts'
import { reasonOf } from '../shared/limited-log.ts'
import type { ResolvedRuntimeOptions } from '../shared/runtime/options.ts'
import type { ThreadTelemetry } from './thread-telemetry.ts'

/** @returns settles once they run; handled, so that nobody need wait. Undefined where they are not wanted */
export function startRuntime(
  telemetry: ThreadTelemetry,
  options: ResolvedRuntimeOptions | undefined,
  log: (line: string) => void,
): Promise<void> | undefined {
  if (options === undefined) return undefined
  const started = load(telemetry, options)
  started.catch(error => log(`offloop: runtime metrics are not running: ${reasonOf(error)}`))
  return started
}

async function load(telemetry: ThreadTelemetry, options: ResolvedRuntimeOptions): Promise<void> {
  const { startRuntimeMetrics } = await import('../runtime/index.ts').catch(error => {
    const fix =
      'see the cause; where the program is bundled, keep offloop outside of the bundle (docs/bundling.md)'
    throw new TelemetryError('OFFLOOP_EXTENSION', { at: 'runtime', got: reasonOf(error), fix })
  })
  try {
    startRuntimeMetrics(telemetry, options)
  } catch (error) {
    // Closed while it was loading: then there is nothing to measure any more.
    if ((error as { code?: unknown }).code !== 'OFFLOOP_CLOSED') throw error
  }
}
