/** Options of the SLO monitor: their defaults, and what is wrong with those given. */
import { TelemetryError } from '../shared/errors.ts'
import { checkOptions } from '../shared/known-keys.ts'
import type { Log } from '../shared/limited-log.ts'
import { TIMER_DELAY_MS_MAX, type Timers } from '../shared/timers.ts'

const OPTION_NAMES = [
  'rateLimitWindowMs',
  'rateLimitScope',
  'publishTimeoutMs',
  'slowCheckMs',
  'log',
  'timers',
] as const
const RATE_LIMIT_SCOPES: readonly string[] = ['percentile', 'slo', 'metric']

export interface SLOMonitorOptions {
  /** One event per key in this time. 0: no limit. Default 10,000. */
  readonly rateLimitWindowMs?: number | undefined
  /** The rate limit's key: `percentile` (default) is metric, labels and percentile; `slo` is SLO and labels; `metric` is
   *  the metric alone. */
  readonly rateLimitScope?: 'percentile' | 'slo' | 'metric' | undefined
  /** How long an answer of the publish function is waited for. Default 1,000. */
  readonly publishTimeoutMs?: number | undefined
  /** A check that takes longer is logged. Default 5. */
  readonly slowCheckMs?: number | undefined
  /** Takes warnings and failures, a line each. Default: the console. */
  readonly log?: Log | undefined
  /** Default: those of `globalThis`, as they are when called. */
  readonly timers?: Timers | undefined
}

export interface ResolvedMonitorOptions {
  readonly rateLimitWindowMs: number
  readonly rateLimitScope: 'percentile' | 'slo' | 'metric'
  readonly publishTimeoutMs: number
  readonly slowCheckMs: number
  readonly log: Log
  readonly timers: Timers
}

const PLATFORM_TIMERS: Timers = {
  setTimeout: (callback, delayMs) => globalThis.setTimeout(callback, delayMs),
  clearTimeout: handle => globalThis.clearTimeout(handle as NodeJS.Timeout),
}

/** @throws TelemetryError OFFLOOP_OPTION naming the option */
export function resolveMonitorOptions(options: SLOMonitorOptions = {}): ResolvedMonitorOptions {
  checkOptions(options, OPTION_NAMES, 'monitor options')
  const {
    rateLimitWindowMs = 10_000,
    rateLimitScope = 'percentile',
    publishTimeoutMs = 1_000,
    slowCheckMs = 5,
    log = (line: string) => console.warn(line),
    timers = PLATFORM_TIMERS,
  } = options
  if (!RATE_LIMIT_SCOPES.includes(rateLimitScope)) {
    const fix = "use 'percentile' or 'slo' or 'metric'"
    throw new TelemetryError('OFFLOOP_OPTION', { at: 'rateLimitScope', got: rateLimitScope, fix })
  }
  checkDurationMs('rateLimitWindowMs', rateLimitWindowMs, 0)
  checkDurationMs('publishTimeoutMs', publishTimeoutMs, 1)
  checkDurationMs('slowCheckMs', slowCheckMs, 0)
  checkFunction('log', log)
  checkFunction('timers.setTimeout', timers?.setTimeout)
  checkFunction('timers.clearTimeout', timers?.clearTimeout)
  return { rateLimitWindowMs, rateLimitScope, publishTimeoutMs, slowCheckMs, log, timers }
}

function checkFunction(at: string, value: unknown): void {
  if (typeof value === 'function') return
  throw new TelemetryError('OFFLOOP_OPTION', { at, got: value, fix: 'give a function' })
}

/** @throws TelemetryError OFFLOOP_OPTION unless `value` is a number of milliseconds that a timer can keep */
export function checkDurationMs(at: string, value: unknown, min: number): void {
  if (typeof value === 'number' && value >= min && value <= TIMER_DELAY_MS_MAX) return
  const fix = `give milliseconds from ${min} to ${TIMER_DELAY_MS_MAX}`
  throw new TelemetryError('OFFLOOP_OPTION', { at, got: value, fix })
}
