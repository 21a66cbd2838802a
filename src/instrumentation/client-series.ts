/** The series of requests that this process has sent: bound once for each server, method and outcome, and kept. Any thread
 *  of the application. */
import type { LabelledMetric, Latency, ThreadTelemetry } from '../index.ts'
import { methodLabel } from './http-method.ts'

/** Servers, and outcomes of each, kept at most: whoever asks all the web is counted in the overflow series. */
const SERVERS_MAX = 1_000
const OUTCOMES_MAX = 1_000

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

/** Another text of the address serves as well, such as a path. */
const ADDRESS_LENGTH_MAX = 255

type ClientLabel =
  | 'http.request.method'
  | 'server.address'
  | 'server.port'
  | 'http.response.status_code'
  | 'error.type'

/** One server, as it was addressed. */
export interface ServerAddress {
  readonly address: string
  readonly port: string
}

type Durations = LabelledMetric<Latency, ClientLabel>

/** What was sent to one server. */
export class ServerOutcomes {
  readonly #durations: Durations
  readonly #server: ServerAddress
  readonly #byMethod: Map<string, Map<number | string, Latency>> = new Map()
  #count = 0

  constructor(durations: Durations, server: ServerAddress) {
    this.#durations = durations
    this.#server = server
  }

  /** @param method as it was sent
   *  @param status undefined where there was none
   *  @param error its type; empty where there was none */
  duration(method: string, status: number | undefined, error: string): Latency {
    let byOutcome = this.#byMethod.get(method)
    if (byOutcome === undefined) {
      byOutcome = new Map()
      if (this.#count++ < OUTCOMES_MAX) this.#byMethod.set(method, byOutcome)
    }
    // A request that failed after its status came is told by both.
    const key = error === '' ? status! : status === undefined ? error : `${status} ${error}`
    const known = byOutcome.get(key)
    if (known !== undefined) return known
    const duration = this.#durations.labels({
      'http.request.method': methodLabel(method),
      'server.address': this.#server.address,
      'server.port': this.#server.port,
      'http.response.status_code': status ?? '',
      'error.type': error === '' && status! >= 400 ? status! : error,
    })
    if (this.#count++ < OUTCOMES_MAX) byOutcome.set(key, duration)
    return duration
  }
}

/** One telemetry's series, by server. */
export class ClientSeries {
  readonly #durations: Durations
  readonly #servers: Map<string, Map<string, ServerOutcomes>> = new Map()
  #serverCount = 0

  /** @throws TelemetryError OFFLOOP_METRIC_CONFLICT, OFFLOOP_CLOSED */
  constructor(telemetry: ThreadTelemetry) {
    this.#durations = telemetry.latency('http.client.request.duration', {
      unit: 's',
      help: 'Duration of HTTP client requests.',
      labelNames: [
        'http.request.method',
        'server.address',
        'server.port',
        'http.response.status_code',
        'error.type',
      ],
    })
  }

  /** @param protocol `http:` or `https:`; empty where the text says it
   *  @param text what names the server: a host with or without its port, or an origin
   *  @param addressOf reads it, at its first use */
  server(
    protocol: string,
    text: string,
    addressOf: (protocol: string, text: string) => ServerAddress,
  ): ServerOutcomes {
    let byText = this.#servers.get(protocol)
    if (byText === undefined) {
      byText = new Map()
      this.#servers.set(protocol, byText)
    }
    const known = byText.get(text)
    if (known !== undefined) return known
    const { address, port } = addressOf(protocol, text)
    const outcomes = new ServerOutcomes(this.#durations, {
      address: address.slice(0, ADDRESS_LENGTH_MAX),
      port,
    })
    if (this.#serverCount++ < SERVERS_MAX) byText.set(text, outcomes)
    return outcomes
  }
}

/** @param host with or without its port: `example.com:8080`, `[::1]:80` */
export function addressOfHost(protocol: string, host: string): ServerAddress {
  const { hostname, port } = new URL(`${protocol}//${host}`)
  return { address: hostname, port: port === '' ? (DEFAULT_PORTS[protocol] ?? '') : port }
}

/** @param origin `https://example.com:8443` */
export function addressOfOrigin(_protocol: string, origin: string): ServerAddress {
  const { hostname, port, protocol } = new URL(origin)
  return { address: hostname, port: port === '' ? (DEFAULT_PORTS[protocol] ?? '') : port }
}
