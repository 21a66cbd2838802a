/** The HTTP server of the aggregator: `/metrics`, `/health`, `/ready`, `/snapshot.json`. Aggregator thread. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ExtensionHost, ExtensionInfo } from '../../shared/extension/extension.ts'
import type { ResolvedHttpOptions } from '../../shared/http-options.ts'
import { reasonOf } from '../../shared/limited-log.ts'
import type { Exposition } from './exposition.ts'
import { HeldAnswers } from './held-answers.ts'
import { listen, type ServerInfo, warnOfStrangers } from './listen.ts'
import { createRoutes, type Routes } from './routes.ts'
import { sendAnswer, textAnswer } from './send-answer.ts'

const HEADER_BYTES_MAX = 8_192
const HEADERS_MAX = 100
/** Requests may be sent without waiting for answers: so many may wait on one connection, which then ends. */
const REQUESTS_PER_SOCKET_MAX = 1_000
/** How often Node looks for clients that take too long. */
const CHECK_INTERVAL_MS = 500
/** How long the end waits for answers under way. */
const CLOSE_MS_MAX = 500

export interface RunningServer {
  readonly info: ServerInfo
  close(): Promise<void>
}

/** @throws TelemetryError OFFLOOP_HTTP_LISTEN */
export async function startServer(
  host: ExtensionHost,
  exposition: Exposition,
  options: ResolvedHttpOptions,
  previous: ExtensionInfo | undefined,
): Promise<RunningServer> {
  const held = new HeldAnswers()
  const routes = createRoutes(host, exposition, held, options)
  const server = await createServer(options, (request, response) => {
    void answer({ routes, held }, request, response, options, host)
  })
  const refused = host.series({
    kind: 'counter',
    name: 'offloop_http_connections_refused',
    unit: '{connections}',
    help: 'Connections closed at once, because there were maxConnections already',
  })
  server.on('drop', () => refused.increment(1))
  // Who asks on, having been told that the connection ends, is not listened to.
  server.on('dropRequest', (_, socket) => socket.destroy())
  server.on('clientError', (error, socket) => answerMalformed(error, socket as Socket, routes))
  const info = await listen(server, options, previous)
  server.on('error', error => host.log(`offloop: the HTTP server: ${reasonOf(error)}`))
  // It serves while there is an aggregator, and is no reason for one.
  server.unref()
  warnOfStrangers(host, options, info.url)
  return { info, close: () => closeServer(server) }
}

async function createServer(options: ResolvedHttpOptions, listener: RequestListener): Promise<Server> {
  const { createServer } = await import('node:http')
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: options.headersTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      keepAliveTimeout: options.keepAliveTimeoutMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      noDelay: true,
    },
    listener,
  )
  server.maxConnections = options.maxConnections
  server.maxHeadersCount = HEADERS_MAX
  server.maxRequestsPerSocket = REQUESTS_PER_SOCKET_MAX
  return server
}

async function answer(
  { routes, held }: { routes: Routes; held: HeldAnswers },
  request: IncomingMessage,
  response: ServerResponse,
  { responseTimeoutMs }: ResolvedHttpOptions,
  host: ExtensionHost,
): Promise<void> {
  const path = routes.pathOf(request.url)
  try {
    const given = await routes.answer(path, request)
    routes.count(path, given.status)
    held.hold(given.parts)
    await sendAnswer(request, response, given, responseTimeoutMs).finally(() => held.release(given.parts))
  } catch (error) {
    host.log(`offloop: ${path} could not be answered: ${reasonOf(error)}`)
    routes.count(path, 500)
    if (response.headersSent) response.destroy()
    else
      await sendAnswer(request, response, textAnswer(500, 'internal error'), responseTimeoutMs).catch(
        () => {},
      )
  }
}

/** What Node answers by itself, counted. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket, routes: Routes): void {
  const [status, reason] = MALFORMED[error.code ?? ''] ?? [400, 'Bad Request']
  if (error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  routes.count('other', status)
  if (!socket.writable || socket.bytesWritten > 0) socket.destroy()
  else
    socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
      socket.destroy(),
    )
}

const MALFORMED: Readonly<Record<string, readonly [status: number, reason: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
}

/** Waits for answers under way, not for connections that are merely open. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX)
  await closed
  clearTimeout(timer)
}
