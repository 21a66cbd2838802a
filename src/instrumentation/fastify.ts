/** The entry `offloop/fastify`: a plugin that counts the requests of one Fastify, by the templates of its routes. Any thread
 *  of the application. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { TelemetryError, type ThreadTelemetry } from '../index.ts'
import { type FastifyRequestLike, noteFastifyRoute } from './fastify-routes.ts'
import { measuredServers, serverRequestsOf } from './measured-servers.ts'

export interface OffloopFastifyOptions {
  /** Default: that of `offloop/register`. */
  readonly telemetry?: ThreadTelemetry
  /** A path that answers with the metrics: `/metrics`. Default: none. */
  readonly metricsRoute?: string
}

/** Of Fastify's reply, what is used. */
interface ReplyLike {
  readonly raw: ServerResponse
  header(name: string, value: string): unknown
}

/** Of Fastify, what is used: version 4 and 5. */
export interface FastifyLike {
  addHook(
    name: 'onRequest' | 'onResponse',
    // biome-ignore lint/suspicious/noExplicitAny: Fastify's own types are not known here.
    hook: (request: any, reply: any, done: () => void) => void,
  ): unknown
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  get(path: string, handler: (request: any, reply: any) => Promise<string>): unknown
}

/** `app.register(offloopFastify, { telemetry, metricsRoute: '/metrics' })`. It applies to the instance it is registered on,
 *  routes of other plugins included. Beside `offloop/register` nothing is counted twice.
 *  @throws TelemetryError OFFLOOP_OPTION */
export function offloopFastify(
  app: FastifyLike,
  options: OffloopFastifyOptions,
  done: (error?: Error) => void,
): void {
  try {
    plugIn(app, options)
    done()
  } catch (error) {
    done(error as Error)
  }
}

// Fastify's own names: the plugin is part of the instance it is registered on, and what it is called in errors.
Object.assign(offloopFastify, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'offloop',
  [Symbol.for('plugin-meta')]: { name: 'offloop', fastify: '>=4.10' },
})

function plugIn(app: FastifyLike, options: OffloopFastifyOptions): void {
  const telemetry = options.telemetry ?? measuredServers.registered
  if (telemetry === undefined) {
    const fix = 'give the telemetry: register(offloopFastify, { telemetry })'
    throw new TelemetryError('OFFLOOP_OPTION', { at: 'offloopFastify.telemetry', fix })
  }
  const requests = serverRequestsOf(telemetry)
  app.addHook(
    'onRequest',
    (request: FastifyRequestLike & { raw: IncomingMessage }, reply: ReplyLike, done) => {
      try {
        requests.begin(request.raw, reply.raw)
        noteFastifyRoute(request)
      } catch {
        // Nothing of ours may reach the application.
      }
      done()
    },
  )
  // Node tells of the end as well, but not of requests that a test injects.
  app.addHook('onResponse', (request: FastifyRequestLike, reply: ReplyLike, done) => {
    try {
      requests.finish(request.raw, reply.raw)
    } catch {
      // As above.
    }
    done()
  })
  const { metricsRoute } = options
  if (metricsRoute === undefined) return
  app.get(metricsRoute, async (request: { headers: { accept?: string } }, reply: ReplyLike) => {
    const { contentType, body } = await telemetry.scrape(request.headers.accept)
    reply.header('content-type', contentType)
    return body
  })
}
