/** Options of the HTTP endpoint: their meaning, defaults, and what is wrong with those given. Pure. */
import { TelemetryError } from './errors.ts'
import { checkOptions } from './known-keys.ts'
import { TIMER_DELAY_MS_MAX } from './timers.ts'

export interface HttpOptions {
  /** 0: any free one. Default 9464. */
  readonly port?: number
  /** Where to listen: an address or a name of this machine. Default 127.0.0.1, which no other machine reaches. */
  readonly host?: string
  /** Whoever asks has to give it, as `Authorization: Bearer …`; `/health` and `/ready` are open to all. Default: none. */
  readonly token?: string
  /** Quantiles of each latency's rolling window, exact, as a summary beside its histogram. Default: none. */
  readonly quantiles?: readonly number[]
  /** Connections at once; further ones are closed. Default 64. */
  readonly maxConnections?: number
  /** How long a client may take for its headers. Default 5,000. */
  readonly headersTimeoutMs?: number
  /** How long a client may take for its whole request. Default 10,000. */
  readonly requestTimeoutMs?: number
  /** How long a client may take to read an answer. Default 30,000. */
  readonly responseTimeoutMs?: number
  /** How long a connection without requests is kept. Default 75,000: more than what most scrape intervals are. */
  readonly keepAliveTimeoutMs?: number
  /** `/ready` says no once the creating thread has shown no sign of life for so long. Default 5,000. */
  readonly heartbeatTimeoutMs?: number
}

export type ResolvedHttpOptions = Required<Omit<HttpOptions, 'token'>> & Pick<HttpOptions, 'token'>

const DEFAULTS: ResolvedHttpOptions = {
  port: 9_464,
  host: '127.0.0.1',
  quantiles: [],
  maxConnections: 64,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  responseTimeoutMs: 30_000,
  keepAliveTimeoutMs: 75_000,
  heartbeatTimeoutMs: 5_000,
}

const QUANTILES_MAX = 20
const isTimeout = isWhole(1, TIMER_DELAY_MS_MAX)
const TIMEOUT_FIX = `give a whole number of milliseconds from 1 to ${TIMER_DELAY_MS_MAX}`

const CHECKS: Readonly<
  Record<keyof HttpOptions, readonly [isRight: (value: unknown) => boolean, fix: string]>
> = {
  port: [isWhole(0, 65_535), 'give a whole number from 0 to 65535; 0 is any free port'],
  host: [
    value => typeof value === 'string' && /^[^\s/]{1,255}$/.test(value),
    'give an address or a name of this machine, such as 127.0.0.1 or 0.0.0.0',
  ],
  token: [
    value => typeof value === 'string' && /^[\x21-\x7e]{1,1024}$/.test(value),
    'give 1 to 1024 printable ASCII characters without spaces, or leave it out',
  ],
  quantiles: [
    value => Array.isArray(value) && value.length <= QUANTILES_MAX && [...value].every(isRank),
    `give up to ${QUANTILES_MAX} numbers from 0 to 1, such as [0.5, 0.99]`,
  ],
  maxConnections: [isWhole(1, 10_000), 'give a whole number from 1 to 10000'],
  headersTimeoutMs: [isTimeout, TIMEOUT_FIX],
  requestTimeoutMs: [isTimeout, TIMEOUT_FIX],
  responseTimeoutMs: [isTimeout, TIMEOUT_FIX],
  keepAliveTimeoutMs: [isTimeout, TIMEOUT_FIX],
  heartbeatTimeoutMs: [isTimeout, TIMEOUT_FIX],
}

/** @param value what `createTelemetry` was given: true for the defaults, or options
 *  @param at `http`
 *  @throws TelemetryError OFFLOOP_OPTION naming the path (`http.port`) */
export function resolveHttpOptions(value: unknown, at: string): ResolvedHttpOptions {
  if (value === true) return DEFAULTS
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const fix = 'give true, or options such as { port: 9464 }'
    throw new TelemetryError('OFFLOOP_OPTION', { at, got: value, fix })
  }
  checkOptions(value, Object.keys(CHECKS), at, `${at}.`)
  const given = Object.entries(value).filter(([, one]) => one !== undefined)
  for (const [key, one] of given) {
    const [isRight, fix] = CHECKS[key as keyof HttpOptions]
    // A secret does not go into error messages.
    const got = key === 'token' ? `a ${typeof one}` : one
    if (!isRight(one)) throw new TelemetryError('OFFLOOP_OPTION', { at: `${at}.${key}`, got, fix })
  }
  const resolved: ResolvedHttpOptions = { ...DEFAULTS, ...Object.fromEntries(given) }
  if (resolved.headersTimeoutMs <= resolved.requestTimeoutMs) {
    return { ...resolved, quantiles: [...new Set(resolved.quantiles)] }
  }
  throw new TelemetryError('OFFLOOP_OPTION', {
    at: `${at}.headersTimeoutMs`,
    got: resolved.headersTimeoutMs,
    fix: 'give no more than requestTimeoutMs, which includes it',
  })
}

function isRank(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1
}

function isWhole(min: number, max: number): (value: unknown) => boolean {
  return value => Number.isInteger(value) && (value as number) >= min && (value as number) <= max
}
