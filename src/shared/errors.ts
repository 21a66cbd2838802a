/** The errors of the project: one class, a code for each cause, and advice. Set-up throws them; the hot path never does. */

/** What each code means. The text completes "what happened"; the `fix` of the thrown error says what to do. */
const MEANINGS = {
  OFFLOOP_OPTION: 'an option is not valid',
  OFFLOOP_LANE_SIZE: 'the lane capacity is not usable',
  OFFLOOP_WINDOW_SIZE: 'the window capacity is not usable',
  OFFLOOP_METRIC_NAME: 'the metric name is not valid',
  OFFLOOP_METRIC_CONFLICT: 'the metric is already registered with another kind, unit or label names',
  OFFLOOP_METRIC_UNIT: 'the unit does not fit this kind of metric',
  OFFLOOP_METRIC_LIMIT: 'there are as many metrics as a registry holds',
  OFFLOOP_METRIC_UNKNOWN: 'no metric of this name is registered',
  OFFLOOP_LABEL_NAME: 'a label name is not valid',
  OFFLOOP_LABEL_MISSING: 'a label has no value',
  OFFLOOP_LABEL_UNKNOWN: 'the metric has no such label',
  OFFLOOP_LABEL_VALUE: 'a label value is not usable',
  OFFLOOP_QUANTILE_RANGE: 'the quantile is outside [0, 1]',
  OFFLOOP_OBJECTIVE: 'the objective cannot be read',
  OFFLOOP_SLO_DEFINITION: 'the SLO definition is not valid',
  OFFLOOP_SLO_METRIC: 'the SLO names a metric that does not exist',
  OFFLOOP_TIME_WINDOW: 'the time window cannot be answered',
  OFFLOOP_TOPIC: 'there is no such topic',
  OFFLOOP_SIGNAL: 'the signal cannot be waited for',
  OFFLOOP_SHARE: 'the share is not usable',
  OFFLOOP_SHARE_VERSION: 'the share comes from another version of offloop',
  OFFLOOP_DIRECTORY_FULL: 'this thread has registered as many series as its directory can hold',
  OFFLOOP_CLOSED: 'the telemetry is closed',
  OFFLOOP_WORKER_START: 'the aggregator thread cannot be started',
  OFFLOOP_AGGREGATOR_DOWN: 'the aggregator thread is not running',
  OFFLOOP_ANSWER: 'there is no valid answer of the aggregator',
  OFFLOOP_EXTENSION: 'an extension of the aggregator is not running',
  OFFLOOP_HTTP_LISTEN: 'the HTTP server cannot listen',
  OFFLOOP_PUSH: 'what was sent did not arrive',
  OFFLOOP_PEER_MISSING: 'a package that this needs is not installed',
  OFFLOOP_CONFIG: 'the configuration is not valid',
  OFFLOOP_TIMEOUT: 'the aggregator did not answer in time',
} as const

export type TelemetryErrorCode = keyof typeof MEANINGS

export function isTelemetryErrorCode(code: unknown): code is TelemetryErrorCode {
  return typeof code === 'string' && Object.hasOwn(MEANINGS, code)
}

/** What was given, what would be right, and where. */
export interface TelemetryErrorDetails {
  /** The offending value, shown in the message. */
  readonly got?: unknown
  /** What to do about it, as an imperative phrase. */
  readonly fix: string
  /** Where: an option path such as `slos[2].objective`, or a metric name. */
  readonly at?: string
  readonly cause?: unknown
}

/** Every failure of offloop. `code` is stable; `message` is for people and may change. */
export class TelemetryError extends Error {
  override readonly name = 'TelemetryError'
  readonly code: TelemetryErrorCode
  readonly details: TelemetryErrorDetails

  constructor(code: TelemetryErrorCode, details: TelemetryErrorDetails) {
    super(describe(code, details), 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.details = details
  }
}

function describe(code: TelemetryErrorCode, { at, got, fix }: TelemetryErrorDetails): string {
  const place = at === undefined ? '' : ` at ${at}`
  const given = got === undefined ? '' : ` (got ${show(got)})`
  return `${code}: ${MEANINGS[code]}${place}${given}. To fix: ${fix}${/[.?!]$/.test(fix) ? '' : '.'}`
}

/** A short, safe rendering of any value: hostile getters and cycles included. */
function show(value: unknown): string {
  const shown = (() => {
    try {
      if (typeof value === 'string') return JSON.stringify(value)
      if (typeof value === 'function') return `function ${value.name}`
      return typeof value === 'object' ? (JSON.stringify(value) ?? 'an object') : String(value)
    } catch {
      return `a ${typeof value} that cannot be shown`
    }
  })()
  return shown.length > 120 ? `${shown.slice(0, 117)}…` : shown
}

/** Guards the impossible: a failure here is a defect of offloop, never of its user. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`offloop defect: ${message}. Please report it.`)
}
