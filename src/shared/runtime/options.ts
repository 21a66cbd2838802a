/** Options of runtime metrics: their meaning, defaults, and what is wrong with those given. Pure. */
import { TIMER_DELAY_MS_MAX } from '../timers.ts'

export interface RuntimeOptions {
  /** Between two rounds of readings, in milliseconds: 100 at least. Default 5,000. */
  readonly intervalMs?: number
  /** How often Node's own timer looks at how late it is, in milliseconds: 1 to 1,000. Blocks longer than this are seen
   *  for certain. It runs without JavaScript, but wakes the thread: see docs/runtime-metrics.md. Default 20. */
  readonly eventLoopResolutionMs?: number
  /** Whether garbage collections are observed, which costs some microseconds for each. Default true. */
  readonly gc?: boolean
}

export type ResolvedRuntimeOptions = Required<RuntimeOptions>

/** What is wrong with options: the details of a TelemetryError. Its class is the caller's. */
export interface RuntimeOptionsProblem {
  readonly at: string
  readonly got: unknown
  readonly fix: string
}

export const RUNTIME_DEFAULTS: ResolvedRuntimeOptions = {
  intervalMs: 5_000,
  eventLoopResolutionMs: 20,
  gc: true,
}

const INTERVAL_MS_MIN = 100
const RESOLUTION_MS_MAX = 1_000
const NAMES: readonly string[] = Object.keys(RUNTIME_DEFAULTS)

/** @param fail throws, or returns
 *  @param at how the options are named in an error */
export function resolveRuntimeOptions(
  given: unknown,
  fail: (problem: RuntimeOptionsProblem) => void,
  at = 'runtime',
): ResolvedRuntimeOptions {
  if (given === true || given === undefined) return RUNTIME_DEFAULTS
  const problem = problemOf(given, at)
  if (problem !== undefined) fail(problem)
  const isGiven = ([, value]: [string, unknown]) => value !== undefined
  return { ...RUNTIME_DEFAULTS, ...Object.fromEntries(Object.entries(given as object).filter(isGiven)) }
}

function problemOf(given: unknown, at: string): RuntimeOptionsProblem | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { at, got: given, fix: `give true, or an object of ${NAMES.join(', ')}` }
  }
  const unknown = Object.keys(given).find(name => !NAMES.includes(name))
  if (unknown !== undefined) {
    return {
      at: `${at}.${unknown}`,
      got: (given as Record<string, unknown>)[unknown],
      fix: `use one of ${NAMES.join(', ')}`,
    }
  }
  const { intervalMs, eventLoopResolutionMs, gc } = given as Record<string, unknown>
  if (intervalMs !== undefined && !isWithin(intervalMs, INTERVAL_MS_MIN, TIMER_DELAY_MS_MAX)) {
    const fix = `give milliseconds from ${INTERVAL_MS_MIN} to ${TIMER_DELAY_MS_MAX}`
    return { at: `${at}.intervalMs`, got: intervalMs, fix }
  }
  const isResolution =
    isWithin(eventLoopResolutionMs, 1, RESOLUTION_MS_MAX) && Number.isInteger(eventLoopResolutionMs)
  if (eventLoopResolutionMs !== undefined && !isResolution) {
    const fix = `give whole milliseconds from 1 to ${RESOLUTION_MS_MAX}`
    return { at: `${at}.eventLoopResolutionMs`, got: eventLoopResolutionMs, fix }
  }
  if (gc !== undefined && typeof gc !== 'boolean') {
    return { at: `${at}.gc`, got: gc, fix: 'give true or false' }
  }
  return undefined
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max
}
