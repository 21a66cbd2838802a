/** A telemetry with its real aggregator thread, for the length of one test. */
import {
  createTelemetry,
  type Telemetry,
  type TelemetryOptions,
  type Topic,
  type TopicPayloads,
} from 'offloop'
import { onTestFinished, vi } from 'vitest'

/** Nothing here takes this long on a machine that is not stuck. */
const PATIENCE_MS = 5_000
const POLL_INTERVAL_MS = 5

/** A telemetry that ends with the test. */
export function liveTelemetry(options: Partial<TelemetryOptions> = {}): Telemetry {
  const telemetry = createTelemetry({ service: 'integration', ...options })
  onTestFinished(async () => {
    await telemetry.close()
  })
  return telemetry
}

/** A telemetry and every line it logs, but for one that depends on how busy the machine is. */
export function loggedTelemetry(options: Partial<TelemetryOptions> = {}): {
  telemetry: Telemetry
  lines: string[]
} {
  const lines: string[] = []
  const log = (line: string) => {
    if (!line.startsWith('offloop: a check of')) lines.push(line)
  }
  return { telemetry: liveTelemetry({ log, ...options }), lines }
}

/** Events of one topic, as they arrive on this thread. */
export function eventsOf<T extends Topic>(telemetry: Telemetry, topic: T): TopicPayloads[T][] {
  const events: TopicPayloads[T][] = []
  telemetry.on(topic, event => events.push(event))
  return events
}

/** Asks again and again until `check` no longer throws; fails with its last complaint when patience ends. */
export function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(check, { timeout: PATIENCE_MS, interval: POLL_INTERVAL_MS })
}

/** The code of a coded error, from wherever it comes. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code
}

/** What `work` throws. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
