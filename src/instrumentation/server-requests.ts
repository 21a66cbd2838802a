/** Follows the requests of HTTP servers from their beginning to their end, for one telemetry. Any thread of the
 *  application; nothing is allocated for a request on a connection that is kept alive. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ThreadTelemetry } from '../index.ts'
import { expressRoute } from './express-route.ts'
import { methodLabel } from './http-method.ts'
import { type ActiveRequests, NO_STATUS, type Scheme, ServerSeries } from './server-series.ts'

/** One request under way. */
interface Exchange {
  /** Undefined: none is under way. */
  request: IncomingMessage | undefined
  response: ServerResponse | undefined
  startedMs: number
  /** Template of the route, where a framework has told it. */
  route: string | undefined
  method: string
  active: ActiveRequests | undefined
}

/** What is under way on one connection: one request, unless its client sends the next without waiting. */
interface Connection {
  readonly scheme: Scheme
  readonly first: Exchange
  readonly further: Exchange[]
}

/** What requests come by, and go with: the socket. A request of HTTP/2 is a stream of its own, and hides its socket when it
 *  has ended. */
type Carrier = Socket | IncomingMessage

function carrierOf(request: IncomingMessage): Carrier {
  return request.httpVersionMajor === 2 ? request : request.socket
}

/** The requests that one telemetry counts. Each is counted once, whoever reports it, however often. */
export class ServerRequests {
  readonly #series: ServerSeries
  readonly #nowMs: () => number
  readonly #connections: WeakMap<Carrier, Connection> = new WeakMap()
  readonly #onClose: (this: Carrier) => void
  #beganCount = 0
  #endedCount = 0

  /** @param nowMs monotonic
   *  @throws TelemetryError as registering metrics does */
  constructor(telemetry: ThreadTelemetry, nowMs: () => number = () => performance.now()) {
    this.#series = new ServerSeries(telemetry)
    this.#nowMs = nowMs
    const requests = this
    this.#onClose = function (this: Carrier): void {
      requests.#disconnect(this)
    }
  }

  /** Requests under way. */
  get activeCount(): number {
    return this.#beganCount - this.#endedCount
  }

  /** A request has arrived.
   *  @returns false when it is counted already, or its connection is gone: then nothing would tell of its end */
  begin(request: IncomingMessage, response: ServerResponse): boolean {
    const carrier = carrierOf(request)
    const known = this.#connections.get(carrier)
    if (known === undefined && carrier.destroyed) return false
    const connection = known ?? this.#connect(carrier, request.socket)
    const { first, further, scheme } = connection
    if (first.request === request || (further.length > 0 && isAmong(further, request))) return false
    const exchange = first.request === undefined ? first : newExchange()
    if (exchange !== first) further.push(exchange)
    const method = methodLabel(request.method)
    exchange.request = request
    exchange.response = response
    exchange.route = undefined
    exchange.method = method
    exchange.active = this.#series.active(method, scheme)
    exchange.active.begun.add(1)
    this.#beganCount++
    // Last: what we do is not the request's.
    exchange.startedMs = this.#nowMs()
    return true
  }

  /** A framework tells which route it has chosen. */
  noteRoute(request: IncomingMessage, route: string): void {
    const connection = this.#connections.get(carrierOf(request))
    if (connection === undefined) return
    const exchange = exchangeOf(connection, request)
    if (exchange !== undefined) exchange.route = route
  }

  /** The response has been handed over, whole. Told again of the same one, it does nothing. */
  finish(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.get(carrierOf(request))
    if (connection === undefined) return
    const exchange = exchangeOf(connection, request)
    if (exchange === undefined) return
    const elapsedMs = this.#nowMs() - exchange.startedMs
    this.#settle(connection, exchange, elapsedMs, response.statusCode, false)
  }

  #connect(carrier: Carrier, socket: Socket): Connection {
    const scheme: Scheme = (socket as { encrypted?: unknown }).encrypted === true ? 'https' : 'http'
    const connection: Connection = { scheme, first: newExchange(), further: [] }
    this.#connections.set(carrier, connection)
    // One listener for each connection, not for each request.
    carrier.once('close', this.#onClose)
    return connection
  }

  /** The connection is gone: whatever is under way on it has no end any more. A stream of HTTP/2 closes before its response
   *  says that it has finished. */
  #disconnect(carrier: Carrier): void {
    const connection = this.#connections.get(carrier)
    if (connection === undefined) return
    this.#connections.delete(carrier)
    const now = this.#nowMs()
    for (const exchange of [connection.first, ...connection.further]) {
      const { request, response } = exchange
      if (request === undefined) continue
      const status = response?.headersSent === true ? response.statusCode : NO_STATUS
      const isWhole = carrier === request && response?.writableEnded === true && !request.aborted
      try {
        this.#settle(connection, exchange, now - exchange.startedMs, status, !isWhole)
      } catch {
        // Nothing of ours may reach the application: a label that is refused, for example.
      }
    }
  }

  #settle(
    connection: Connection,
    exchange: Exchange,
    elapsedMs: number,
    status: number,
    isAborted: boolean,
  ): void {
    const { request, method, active } = exchange
    const route = exchange.route ?? routeOf(request!)
    // Forgotten before anything else, so that nothing counts it twice.
    exchange.request = undefined
    exchange.response = undefined
    if (exchange !== connection.first) connection.further.splice(connection.further.indexOf(exchange), 1)
    active!.ended.add(1)
    this.#endedCount++
    this.#series.duration(method, connection.scheme, route, status, isAborted).record(elapsedMs / 1_000)
  }
}

/** Requests of an application may be anything: a route that cannot be read is none. */
function routeOf(request: IncomingMessage): string {
  try {
    return expressRoute(request) ?? ''
  } catch {
    return ''
  }
}

function newExchange(): Exchange {
  return {
    request: undefined,
    response: undefined,
    startedMs: -0.5,
    route: undefined,
    method: '',
    active: undefined,
  }
}

function exchangeOf(connection: Connection, request: IncomingMessage): Exchange | undefined {
  if (connection.first.request === request) return connection.first
  return connection.further.length === 0
    ? undefined
    : connection.further.find(exchange => exchange.request === request)
}

function isAmong(exchanges: readonly Exchange[], request: IncomingMessage): boolean {
  return exchanges.some(exchange => exchange.request === request)
}
