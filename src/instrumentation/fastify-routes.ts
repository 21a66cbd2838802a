/** How Fastify tells the template of the route it has chosen: in a hook, at the beginning of each request. Any thread of
 *  the application. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { subscribeAll } from './channels.ts'
import { noteRoute } from './measured-servers.ts'
import type { ServerRequests } from './server-requests.ts'

/** As far as it is used: Fastify 4 and 5. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage
  readonly routeOptions?: { readonly url?: string | undefined }
}

interface HookedFastify {
  addHook(
    name: 'onRequest',
    hook: (request: FastifyRequestLike, reply: { readonly raw: ServerResponse }, done: () => void) => void,
  ): unknown
}

/** Tells the collectors the route of a request. */
export function noteFastifyRoute(request: FastifyRequestLike): void {
  const route = routeOf(request)
  if (route !== undefined) noteRoute(request.raw, route)
}

/** What Fastify keeps of a request's route, under a symbol of its own. */
interface RouteContext {
  readonly config?: { readonly url?: string }
}

let contextKey: keyof FastifyRequestLike | undefined

/** `routeOptions`, which is what Fastify documents, makes an object of twelve properties each time it is read: more than all
 *  the rest costs. It is read where what it is made of is not found.
 *  @returns undefined where the request leads to no route */
function routeOf(request: FastifyRequestLike): string | undefined {
  contextKey ??= Object.getOwnPropertySymbols(request).find(
    ({ description }) => description === 'fastify.context',
  ) as never
  const context = contextKey === undefined ? undefined : (request[contextKey] as RouteContext | undefined)
  return typeof context?.config === 'object' ? context.config.url : request.routeOptions?.url
}

/** Hooks into every Fastify that is made from now on, as it offers to: it publishes itself when it is made.
 *  @returns ends it */
export function followFastifyRoutes(requests: ServerRequests): () => void {
  return subscribeAll({
    'fastify.initialization': ({ fastify }: { fastify: HookedFastify }) => {
      fastify.addHook('onRequest', (request, reply, done) => {
        try {
          // Node tells nothing of requests of HTTP/2.
          if (request.raw.httpVersionMajor === 2) requests.begin(request.raw, reply.raw)
          noteFastifyRoute(request)
        } catch {
          // Nothing of ours may reach the application.
        }
        done()
      })
    },
  })
}
