/** Options of createTelemetry: their meaning, defaults, and what is wrong with those given. Creating thread. */
import { resolve } from 'node:path'
import { TelemetryError } from '../shared/errors.ts'
import { checkBuckets, DEFAULT_BUCKETS_SECONDS } from '../shared/export-hints.ts'
import type { ExtensionSpec } from '../shared/extension/extension.ts'
import { type HttpOptions, type ResolvedHttpOptions, resolveHttpOptions } from '../shared/http-options.ts'
import { checkKnownKeys } from '../shared/known-keys.ts'
import { checkLaneCapacity, LANE_CAPACITY_DEFAULT } from '../shared/memory/lane-layout.ts'
import type { SLODefinition } from '../shared/slo/definition.ts'
import { definitionError, resolveSLO } from '../shared/slo/definition-check.ts'
import { checkWindowCapacity, WINDOW_CAPACITY_DEFAULT } from '../shared/statistics/window.ts'
import { TIMER_DELAY_MS_MAX } from '../shared/timers.ts'
import type { Publish } from '../shared/topics.ts'
import { MARK_CAPACITY_DEFAULT } from './marks.ts'

export interface TelemetryOptions {
  /** Name of the service that is measured. */
  readonly service: string
  /** Samples each thread's lane holds: a power of two. 16 bytes each. Default 65,536. */
  readonly laneCapacity?: number
  /** What becomes of samples that find their lane full. `summarize`: they are counted in a histogram beside the lane, and
   *  are part of totals and time windows, but not of the rolling window. `drop`: they are lost, and counted exactly.
   *  Default `summarize`. */
  readonly overflow?: 'summarize' | 'drop'
  /** Samples each series' rolling window holds. Default 10,000. */
  readonly windowCapacity?: number
  /** Series of one metric; further label values share an overflow series. Default 1,000. */
  readonly maxSeriesPerMetric?: number
  /** Marks that may be open at once on each thread: a power of two. Default 4,096. */
  readonly markCapacity?: number
  /** Samples to a batch at most, while this thread records in bursts: 1 to 64. A batch is a 32nd of what was recorded
   *  within the tick. Default 64 (docs/adr/0008). */
  readonly publishEvery?: number
  /** Objectives from the start; their metrics may be registered later. */
  readonly slos?: readonly SLODefinition[]
  /** How often SLOs are checked. Default 5,000. */
  readonly sloCheckIntervalMs?: number
  /** One violation per key in this time; 0: no limit. Default 10,000. */
  readonly rateLimitWindowMs?: number
  /** The rate limit's key: `percentile` is metric, labels and percentile; `slo` is SLO and labels; `metric` is the
   *  metric. Default `percentile`. */
  readonly rateLimitScope?: 'percentile' | 'slo' | 'metric'
  /** How long the thread's exit waits for the aggregator to take what is left, all telemetries together; 0: not at all.
   *  Default 1,000. */
  readonly exitTimeoutMs?: number
  /** A file that gets the final snapshot as JSON, at `close()` and at the thread's exit: whole or not at all. */
  readonly snapshotFile?: string
  /** Answers `GET /metrics`, `/health`, `/ready` and `/snapshot.json` from the aggregator thread; `true` for the defaults.
   *  Default: no server. See docs/scraping.md. */
  readonly http?: boolean | HttpOptions
  /** What sends the metrics elsewhere: `otlpExporter()` of offloop/otel, `remoteWrite()` of offloop/prometheus. */
  readonly exporters?: readonly ExtensionSpec[]
  /** Upper bounds of the histograms that exporters show, for latencies without bounds of their own, in seconds. Default
   *  those of the semantic conventions, 0.005 to 10. */
  readonly buckets?: readonly number[]
  /** Takes every event of the bus, on this thread. May throw, reject or hang: that is counted and harms nothing. */
  readonly publish?: Publish
  /** Takes the lines that otherwise go to stderr, on this thread; `false` silences them. */
  readonly log?: ((line: string) => void) | false
}

export type ResolvedOptions = Required<Omit<TelemetryOptions, 'publish' | 'log' | 'snapshotFile' | 'http'>> &
  Pick<TelemetryOptions, 'publish' | 'log' | 'snapshotFile'> & { readonly http?: ResolvedHttpOptions }

/** The options with their defaults.
 *  @throws TelemetryError OFFLOOP_OPTION, OFFLOOP_LANE_SIZE, OFFLOOP_WINDOW_SIZE, OFFLOOP_SLO_DEFINITION, OFFLOOP_OBJECTIVE */
export function resolveOptions(options: TelemetryOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TelemetryError('OFFLOOP_OPTION', {
      got: options,
      fix: "give options, at least { service: 'name' }",
    })
  }
  const resolved = { ...DEFAULTS, ...withoutUndefined(options) }
  checkKnownKeys(resolved, Object.keys(CHECKS))
  for (const [name, check] of Object.entries(CHECKS)) check(resolved[name as keyof TelemetryOptions], name)
  // Resolved now: the application may change its working directory before the end.
  const { snapshotFile, http, ...others } = resolved
  return {
    ...others,
    ...(snapshotFile === undefined ? {} : { snapshotFile: resolve(snapshotFile) }),
    ...(http === undefined || http === false ? {} : { http: resolveHttpOptions(http, 'http') }),
  }
}

const DEFAULTS = {
  service: '',
  laneCapacity: LANE_CAPACITY_DEFAULT,
  overflow: 'summarize',
  windowCapacity: WINDOW_CAPACITY_DEFAULT,
  maxSeriesPerMetric: 1_000,
  markCapacity: MARK_CAPACITY_DEFAULT,
  publishEvery: 64,
  slos: [],
  sloCheckIntervalMs: 5_000,
  rateLimitWindowMs: 10_000,
  rateLimitScope: 'percentile',
  exitTimeoutMs: 1_000,
  exporters: [],
  buckets: DEFAULT_BUCKETS_SECONDS,
} as const

const CHECKS: Readonly<Record<keyof TelemetryOptions, (value: unknown, at: string) => void>> = {
  service: (value, at) =>
    check(typeof value === 'string' && value !== '', value, at, 'name the service that is measured'),
  laneCapacity: checkLaneCapacity,
  overflow: oneOf('summarize', 'drop'),
  windowCapacity: value => checkWindowCapacity(value as number),
  maxSeriesPerMetric: wholeNumber(1, 1_000_000),
  markCapacity: (value, at) => {
    const isInRange = Number.isInteger(value) && (value as number) >= 2 && (value as number) <= 65_536
    const isPowerOfTwo = isInRange && Number.isInteger(Math.log2(value as number))
    check(isPowerOfTwo, value, at, 'use a power of two from 2 to 65536')
  },
  publishEvery: wholeNumber(1, 64),
  slos: (value, at) => {
    check(Array.isArray(value), value, at, 'give an array of SLO definitions')
    const names = new Set<string>()
    for (const [index, definition] of (value as unknown[]).entries()) {
      const { name } = resolveSLO(definition, `${at}[${index}]`)
      if (names.has(name)) {
        throw definitionError(`${at}[${index}].name`, name, 'give a name that no other of the SLOs has')
      }
      names.add(name)
    }
  },
  sloCheckIntervalMs: milliseconds(1),
  rateLimitWindowMs: milliseconds(0),
  rateLimitScope: oneOf('percentile', 'slo', 'metric'),
  exitTimeoutMs: milliseconds(0),
  snapshotFile: (value, at) => {
    const isPath = typeof value === 'string' && value !== '' && !value.includes('\0') && !/[/\\]$/.test(value)
    check(value === undefined || isPath, value, at, 'give the path of a file')
  },
  http: (value, at) => {
    if (value !== undefined && value !== false) resolveHttpOptions(value, at)
  },
  exporters: checkExporters,
  buckets: (value, at) => {
    checkBuckets(value, at)
  },
  publish: (value, at) =>
    check(value === undefined || typeof value === 'function', value, at, 'give a function'),
  log: (value, at) =>
    check(
      value === undefined || value === false || typeof value === 'function',
      value,
      at,
      'give a function, or false',
    ),
}

function checkExporters(value: unknown, at: string): void {
  check(Array.isArray(value), value, at, 'give an array of exporters, such as [otlpExporter()]')
  const names = new Set<string>()
  for (const [index, exporter] of (value as unknown[]).entries()) {
    const place = `${at}[${index}]`
    const { name, module, options } = (exporter ?? {}) as Partial<ExtensionSpec>
    const isSpec = typeof name === 'string' && name !== '' && typeof module === 'string' && module !== ''
    check(isSpec, exporter, place, 'give what otlpExporter(), remoteWrite() or the like returns')
    check(!names.has(name!), name, `${place}.name`, 'give each exporter a name of its own')
    names.add(name!)
    check(
      isCloneable(options),
      options,
      `${place}.options`,
      'give only what may cross to another thread: no functions',
    )
  }
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}

function check(isValid: boolean, got: unknown, at: string, fix: string): void {
  if (!isValid) throw new TelemetryError('OFFLOOP_OPTION', { at, got, fix })
}

function oneOf(...choices: readonly string[]) {
  return (value: unknown, at: string) =>
    check(
      choices.includes(value as string),
      value,
      at,
      `use ${choices.map(choice => `'${choice}'`).join(' or ')}`,
    )
}

function wholeNumber(min: number, max: number) {
  return (value: unknown, at: string) => {
    const isValid = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
    check(isValid, value, at, `give a whole number from ${min} to ${max}`)
  }
}

function milliseconds(min: number) {
  return (value: unknown, at: string) => {
    const isValid = typeof value === 'number' && value >= min && value <= TIMER_DELAY_MS_MAX
    check(isValid, value, at, `give milliseconds from ${min} to ${TIMER_DELAY_MS_MAX}`)
  }
}

function withoutUndefined(options: TelemetryOptions): TelemetryOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as TelemetryOptions
}
