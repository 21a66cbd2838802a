/** The server under load: a small shop on node:http, one of whose routes can be made slow. Knows of telemetry only that
 *  each request is observed. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const HOST = '127.0.0.1'

/** How a route behaves. It waits as if for a database: at least `delayMs`, at most `jitterMs` more. */
interface Route {
  readonly delayMs: number
  readonly jitterMs: number
  /** The wait is longer by this much while the shop is slow. */
  readonly slowByMs?: number
  /** Share of requests that fail, from 0 to 1. */
  readonly failureRatio?: number
}

const ROUTES: Readonly<Record<string, Route>> = {
  '/': { delayMs: 0, jitterMs: 0 },
  '/users': { delayMs: 3, jitterMs: 5 },
  '/search': { delayMs: 8, jitterMs: 12, slowByMs: 110 },
  '/checkout': { delayMs: 6, jitterMs: 6, failureRatio: 0.03 },
}

/** Paths that are no route share one name: what clients send must not make series. */
const OTHER = 'other'

export const SHOP_ROUTES: readonly string[] = Object.keys(ROUTES)

/** Told of each request when it arrives. */
export interface ShopObserver {
  observe(route: string, response: ServerResponse): void
}

export class Shop {
  readonly #server: Server
  readonly #observer: ShopObserver
  isSlow = false

  constructor(observer: ShopObserver) {
    this.#observer = observer
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  /** Opens the shop on loopback.
   *  @param port 0: any free one
   *  @returns its address, as a URL
   *  @throws Error with the code EADDRINUSE, EACCES … of node:net */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, HOST, resolve)
    })
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}`
  }

  /** Hangs up on all clients. Resolves when the last request has ended; at once when the shop never opened. */
  async close(): Promise<void> {
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url?.split('?')[0] ?? '/'
    const route = ROUTES[path]
    this.#observer.observe(route === undefined ? OTHER : path, response)
    if (route === undefined) {
      send(response, 404, { error: 'no such route', routes: SHOP_ROUTES })
      return
    }
    const fails = Math.random() < (route.failureRatio ?? 0)
    const reply = () => send(response, fails ? 500 : 200, { route: path, ok: !fails })
    const waitMs = route.delayMs + Math.random() * route.jitterMs + (this.isSlow ? (route.slowByMs ?? 0) : 0)
    if (waitMs === 0) reply()
    else setTimeout(reply, waitMs)
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
