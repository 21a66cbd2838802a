/** Follows requests sent by `node:http` and `node:https`, from their beginning until their response was read. Any thread of
 *  the application. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { subscribeAll } from './channels.ts'
import { addressOfHost, type ClientSeries, type ServerAddress, type ServerOutcomes } from './client-series.ts'
import { errorType } from './error-type.ts'

/** One request under way. It goes with the request. */
interface ClientExchange {
  readonly startedMs: number
  readonly method: string
  readonly server: ServerOutcomes
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
    const server = serverOf(series, request)
    exchanges.set(request, { startedMs: nowMs(), method: request.method, server })
  }
  const take = (message: ClientRequest | IncomingMessage): ClientExchange | undefined => {
    const exchange = exchanges.get(message)
    exchanges.delete(message)
    return exchange
  }
  function onResponseClose(this: IncomingMessage): void {
    const exchange = take(this)
    if (exchange === undefined) return
    const { method, startedMs, server } = exchange
    const error = this.complete ? '' : INCOMPLETE
    server.duration(method, this.statusCode, error).record((nowMs() - startedMs) / 1_000)
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
      exchanges.set(response, exchange)
      response.once('close', onResponseClose)
    },
    'http.client.request.error': ({ request, error }: { request: ClientRequest; error: unknown }) => {
      const exchange = take(request)
      if (exchange === undefined) return
      const { method, startedMs, server } = exchange
      server.duration(method, undefined, errorType(error)).record((nowMs() - startedMs) / 1_000)
    },
  })
}

function serverOf(series: ClientSeries, request: ClientRequest): ServerOutcomes {
  const { protocol, host } = request
  const { socketPath } = request as { socketPath?: unknown }
  if (typeof socketPath === 'string') return series.server('unix:', socketPath, addressOfPath)
  const header = request.getHeader('host')
  return series.server(protocol, typeof header === 'string' ? header : host, addressOfHost)
}

function addressOfPath(_protocol: string, path: string): ServerAddress {
  return { address: path, port: '' }
}
