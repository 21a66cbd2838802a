/** Follows requests sent by `fetch` and undici, from their beginning until their response was read. Any thread of the
 *  application. */
import { subscribeAll } from './channels.ts'
import { addressOfOrigin, type ClientSeries, type ServerOutcomes } from './client-series.ts'
import { errorType } from './error-type.ts'

/** As undici publishes it. */
interface UndiciRequest {
  readonly origin: string | URL
  readonly method: string
}

interface UndiciResponse {
  readonly statusCode: number
}

/** One request under way. It goes with the request. */
interface ClientExchange {
  readonly startedMs: number
  readonly server: ServerOutcomes
  status: number | undefined
}

/** Node's own `fetch`, and every copy of undici in the process: all publish on the same channels.
 *  @param nowMs monotonic
 *  @returns ends it */
export function followUndiciRequests(
  series: ClientSeries,
  nowMs: () => number = () => performance.now(),
): () => void {
  const exchanges = new WeakMap<UndiciRequest, ClientExchange>()

  const end = (request: UndiciRequest, error: string): void => {
    const exchange = exchanges.get(request)
    if (exchange === undefined) return
    exchanges.delete(request)
    const { server, status, startedMs } = exchange
    server.duration(request.method, status, error).record((nowMs() - startedMs) / 1_000)
  }

  return subscribeAll({
    'undici:request:create': ({ request }: { request: UndiciRequest }) => {
      const server = series.server('', String(request.origin), addressOfOrigin)
      exchanges.set(request, { startedMs: nowMs(), server, status: undefined })
    },
    'undici:request:headers': ({
      request,
      response,
    }: {
      request: UndiciRequest
      response: UndiciResponse
    }) => {
      const exchange = exchanges.get(request)
      if (exchange !== undefined) exchange.status = response.statusCode
    },
    'undici:request:trailers': ({ request }: { request: UndiciRequest }) => end(request, ''),
    'undici:request:error': ({ request, error }: { request: UndiciRequest; error: unknown }) =>
      end(request, errorType(error)),
  })
}
