/** The series of requests that a server answered: bound once for each method, route and status, and kept. Any thread of
 *  the application. */
import type { Counter, LabelledMetric, Latency, ThreadTelemetry } from '../index.ts'

/** Handles kept at most. There are no more series than `maxSeriesPerMetric` anyway: this is for an application that makes
 *  routes without end. */
const HANDLES_MAX = 4_096

/** A regular expression may be longer than a label. */
const ROUTE_LENGTH_MAX = 255

/** Status of a request whose client did not wait for one. */
export const NO_STATUS = 0

/** Label `error.type` of a request whose connection ended before its response did. */
const ABORTED = 'aborted'

type ServerLabel =
  | 'http.request.method'
  | 'url.scheme'
  | 'http.route'
  | 'http.response.status_code'
  | 'error.type'

export type Scheme = 'http' | 'https'

/** Requests under way, by what goes up when one begins and what goes up when one ends. */
export interface ActiveRequests {
  readonly begun: Counter
  readonly ended: Counter
}

/** One telemetry's series. Looking one up concatenates nothing: each label is a level of maps. */
export class ServerSeries {
  readonly #durations: LabelledMetric<Latency, ServerLabel>
  readonly #begun: LabelledMetric<Counter, 'http.request.method' | 'url.scheme'>
  readonly #ended: LabelledMetric<Counter, 'http.request.method' | 'url.scheme'>
  readonly #active: Readonly<Record<Scheme, Map<string, ActiveRequests>>> = {
    http: new Map(),
    https: new Map(),
  }
  readonly #byRoute: Map<string, Map<string, Map<number, Latency>>> = new Map()
  #handleCount = 0

  /** @throws TelemetryError OFFLOOP_METRIC_CONFLICT, OFFLOOP_CLOSED */
  constructor(telemetry: ThreadTelemetry) {
    this.#durations = telemetry.latency('http.server.request.duration', {
      unit: 's',
      help: 'Duration of HTTP server requests.',
      labelNames: [
        'http.request.method',
        'url.scheme',
        'http.route',
        'http.response.status_code',
        'error.type',
      ],
    })
    const name = 'http.server.active_requests'
    const help = 'Number of active HTTP server requests.'
    const labelNames = ['http.request.method', 'url.scheme'] as const
    const exported = { name, instrument: 'updown', unit: '{request}' } as const
    this.#begun = telemetry.counter(`${name}:begun`, { unit: '{requests}', help, labelNames, exported })
    this.#ended = telemetry.counter(`${name}:ended`, {
      unit: '{requests}',
      help,
      labelNames,
      exported: { ...exported, isNegative: true },
    })
  }

  /** @param method a label: see `methodLabel` */
  active(method: string, scheme: Scheme): ActiveRequests {
    const known = this.#active[scheme].get(method)
    if (known !== undefined) return known
    const labels = { 'http.request.method': method, 'url.scheme': scheme }
    const active = { begun: this.#begun.labels(labels), ended: this.#ended.labels(labels) }
    this.#active[scheme].set(method, active)
    return active
  }

  /** @param route template of the route; empty where there is none
   *  @param status NO_STATUS where there was none
   *  @param isAborted whether the connection ended before the response */
  duration(method: string, scheme: Scheme, route: string, status: number, isAborted: boolean): Latency {
    let byMethod = this.#byRoute.get(route)
    if (byMethod === undefined) byMethod = this.#remember(this.#byRoute, route, new Map())
    let byStatus = byMethod.get(method)
    if (byStatus === undefined) byStatus = this.#remember(byMethod, method, new Map())
    // Statuses have three digits: what else there is goes above them.
    const key = status + (scheme === 'https' ? 1_000 : 0) + (isAborted ? 2_000 : 0)
    const known = byStatus.get(key)
    if (known !== undefined) return known
    const duration = this.#durations.labels({
      'http.request.method': method,
      'url.scheme': scheme,
      'http.route': route.slice(0, ROUTE_LENGTH_MAX),
      'http.response.status_code': status === NO_STATUS ? '' : status,
      'error.type': isAborted ? ABORTED : status >= 500 ? status : '',
    })
    return this.#remember(byStatus, key, duration)
  }

  #remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
    if (this.#handleCount < HANDLES_MAX) {
      this.#handleCount++
      map.set(key, value)
    }
    return value
  }
}
