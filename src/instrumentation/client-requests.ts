/** Follows requests sent by `node:http` and `node:https`, from their beginning until their response was read. Any thread of
 *  the application. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import { subscribeAll } from './channels.ts'
import { addressOfHost, type ClientSeries, type ServerAddress, type ServerOutcomes } from './client-series.ts'
import { errorType } from './error-type.ts'

/** One request under way. It goes with the request. */
interface ClientExchange {
  readonly startedMs: number
  readonly method: string
  /** Known when its response has come. */
  server: ServerOutcomes | undefined
}

/** Label `error.type` of a response that ended before all of it had come. */
const INCOMPLETE = 'ECONNRESET'

/** @param nowMs monotonic
 *  @returns ends it */
export function followClientRequests(
  series: ClientSeries,
  nowMs: () => number = () => performance.now(),
): () => void {
  const exchanges = new WeakMap<ClientRequest | IncomingMessage, ClientExchange>()

  const begin = ({ request }: { request: ClientRequest }): void => {
    if (exchanges.has(request)) return
    exchanges.set(request, { startedMs: nowMs(), method: request.method, server: undefined })
  }
  const take = (message: ClientRequest | IncomingMessage): ClientExchange | undefined => {
    const exchange = exchanges.get(message)
    exchanges.delete(message)
    return exchange
  }
  function onResponseClose(this: IncomingMessage): void {
    try {
      const exchange = take(this)
      if (exchange?.server === undefined) return
      const { method, startedMs, server } = exchange
      const error = this.complete ? '' : INCOMPLETE
      server.duration(method, this.statusCode, error).record((nowMs() - startedMs) / 1_000)
    } catch {
      // Nothing of ours may reach the application: a label that is refused, for example.
    }
  }

  return subscribeAll({
    // Since Node 22: from the request's creation on. Before, from when all of it was handed over.
    'http.client.request.created': begin,
    'http.client.request.start': begin,
    // Published when the head of the response is there.
    'http.client.response.finish': ({
      request,
      response,
    }: {
      request: ClientRequest
      response: IncomingMessage
    }) => {
      const exchange = take(request)
      if (exchange === undefined) return
      exchange.server = serverOf(series, request)
      exchanges.set(response, exchange)
      response.once('close', onResponseClose)
    },
    'http.client.request.error': ({ request, error }: { request: ClientRequest; error: unknown }) => {
      const exchange = take(request)
      if (exchange === undefined) return
      const { method, startedMs } = exchange
      const elapsedMs = nowMs() - startedMs
      serverOf(series, request)
        .duration(method, undefined, errorType(error))
        .record(elapsedMs / 1_000)
    },
  })
}

/** The server as the application has addressed it. The port is told by the Host header alone, which is believed as long as it
 *  names that server: a reverse proxy hands on whatever its own client has written there. */
function serverOf(series: ClientSeries, request: ClientRequest): ServerOutcomes {
  const { protocol, host, socket } = request
  const { socketPath } = request as { socketPath?: unknown }
  if (typeof socketPath === 'string') return series.server('unix:', socketPath, addressOfPath)
  const header = request.getHeader('host')
  if (typeof header === 'string' && isOfHost(header, host)) {
    return series.server(protocol, header, addressOfHost)
  }
  // Sockets of failed requests have none.
  const port = socket?.remotePort
  if (port === undefined) return series.server('', host, addressWithoutPort)
  return series.server(protocol, `${isIPv6(host) ? `[${host}]` : host}:${port}`, addressOfHost)
}

/** @param header `example.com`, `example.com:8080`, `[::1]:8080` */
function isOfHost(header: string, host: string): boolean {
  const end = header.startsWith(host)
    ? host.length
    : isIPv6(host) && header.startsWith(`[${host}]`)
      ? host.length + 2
      : -1
  return end === header.length || header[end] === ':'
}

function addressOfPath(_protocol: string, path: string): ServerAddress {
  return { address: path, port: '' }
}

function addressWithoutPort(_protocol: string, host: string): ServerAddress {
  return { address: host, port: '' }
}
