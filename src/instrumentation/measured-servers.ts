/** Which telemetries count the requests of this thread's servers: one collector for each, shared by all copies of this code
 *  (`offloop/register`, `offloop/fastify` and `offloop/express` are files of their own), so that nothing counts twice.
 *  Any thread of the application. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ThreadTelemetry } from '../index.ts'
import { subscribeAll } from './channels.ts'
import { ServerRequests } from './server-requests.ts'

/** What the copies agree on. Its name changes with its shape. */
interface MeasuredServers {
  readonly byTelemetry: WeakMap<ThreadTelemetry, ServerRequests>
  readonly all: Set<ServerRequests>
  /** The telemetry of `offloop/register` on this thread. */
  registered: ThreadTelemetry | undefined
}

interface HttpMessage {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

const KEY: unique symbol = Symbol.for('offloop.measuredServers.1') as never
const everyCopy = globalThis as { [KEY]?: MeasuredServers }
everyCopy[KEY] ??= { byTelemetry: new WeakMap(), all: new Set(), registered: undefined }

export const measuredServers: MeasuredServers = everyCopy[KEY]

/** The collector of this telemetry, which ends what was begun on it. Who begins is another question: every server of the
 *  thread, or a plugin for its own.
 *  @throws TelemetryError as registering metrics does */
export function serverRequestsOf(telemetry: ThreadTelemetry): ServerRequests {
  const known = measuredServers.byTelemetry.get(telemetry)
  if (known !== undefined) return known
  const requests = new ServerRequests(telemetry)
  measuredServers.byTelemetry.set(telemetry, requests)
  measuredServers.all.add(requests)
  const unsubscribe = subscribeAll({
    'http.server.response.finish': ({ request, response }: HttpMessage) => requests.finish(request, response),
  })
  telemetry.beforeClose(() => {
    measuredServers.all.delete(requests)
    unsubscribe()
  })
  return requests
}

/** Counts the requests of every HTTP server of this thread.
 *  @returns ends it */
export function measureEveryServer(requests: ServerRequests): () => void {
  return subscribeAll({
    'http.server.request.start': ({ request, response }: HttpMessage) => requests.begin(request, response),
  })
}

/** A framework has chosen a route: whoever counts the request is told. */
export function noteRoute(request: IncomingMessage, route: string): void {
  for (const requests of measuredServers.all) requests.noteRoute(request, route)
}
