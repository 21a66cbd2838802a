/** What the aggregator answers on its control ports. Types, and the envelope that carries coded errors across threads. */
import {
  isTelemetryErrorCode,
  TelemetryError,
  type TelemetryErrorCode,
  type TelemetryErrorDetails,
} from './errors.ts'
import type { DurationText } from './slo/definition.ts'
import type { SeriesSnapshot, TelemetrySnapshot } from './snapshot.ts'

export interface QueryOptions {
  /** Only series with these label values; without it, all series of the metric merged. */
  readonly labels?: Readonly<Record<string, string | number | boolean>>
  /** The last so much time, from time slices, and not the rolling window of the last samples: `5s` to `1h`. Or
   *  everything since the start of the series. */
  readonly window?: DurationText | 'start'
}

/** What came of a final flush. */
export interface FinalOutcome {
  /** Samples lost since the start, on all threads. */
  readonly lost: number
  /** Why the snapshot file was not written; absent when it was, or none was asked for. */
  readonly snapshotFileError?: string
}

/** A value or a coded error: errors that cross a thread lose their class, so they travel as data. */
export type Outcome<Value> =
  | { readonly value: Value }
  | { readonly error: { readonly code: TelemetryErrorCode; readonly details: TelemetryErrorDetails } }

/** What the aggregator says of itself once it is up. */
export interface ReadyAnswer {
  /** Where it answers HTTP requests; absent without the `http` option. */
  readonly url?: string
}

/** All metrics, as a text that monitoring systems read. */
export interface Scrape {
  readonly contentType: string
  readonly body: string
}

/** Every method first drains all lanes, so an answer covers whatever was published before the question. */
export interface AggregatorControl {
  /** Answers once the aggregator is up, and every extension. */
  hello(): Promise<Outcome<ReadyAnswer>>
  query(metric: string, options: QueryOptions): Outcome<SeriesSnapshot>
  snapshot(): Outcome<TelemetrySnapshot>
  flush(): Outcome<{ readonly lost: number }>
  /** Takes everything, checks every SLO, writes the snapshot file, and stops. */
  close(): Promise<Outcome<FinalOutcome>>
  /** @param accept as in an HTTP request */
  scrape(accept?: string): Promise<Outcome<Scrape>>
  /** Has all exporters send what there is. */
  push(): Promise<Outcome<void>>
}

export function outcomeOf<Value>(work: () => Value): Outcome<Value> {
  try {
    return { value: work() }
  } catch (error) {
    if (!(error instanceof TelemetryError)) throw error
    const { got, cause, ...details } = error.details
    const given = cloneable(got)
    return {
      error: {
        code: error.code,
        details: {
          ...details,
          ...(given === undefined ? {} : { got: given }),
          ...(cause instanceof Error ? { cause } : {}),
        },
      },
    }
  }
}

/** @throws TelemetryError as the aggregator had it, or OFFLOOP_ANSWER when that is no answer: any thread may write to the
 *  channel of another. */
export function openOutcome<Value>(outcome: Outcome<Value>): Value {
  if (typeof outcome === 'object' && outcome !== null) {
    if ('value' in outcome) return outcome.value
    const { code, details } = (outcome.error ?? {}) as Partial<typeof outcome.error>
    if (isTelemetryErrorCode(code) && typeof details?.fix === 'string')
      throw new TelemetryError(code, details)
  }
  throw new TelemetryError('OFFLOOP_ANSWER', {
    got: outcome,
    fix: 'look for what else writes to this channel',
  })
}

/** What a message shows of it, as something that may cross to another thread; undefined where there is no such thing. */
function cloneable(value: unknown): unknown {
  if (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol') return value
  try {
    return JSON.parse(JSON.stringify(value))
  } catch {
    return undefined
  }
}
