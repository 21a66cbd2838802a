/** What `offloop/register` measures of HTTP on one thread. Any thread of the application. */
import type { ThreadTelemetry } from '../index.ts'
import { followClientRequests } from './client-requests.ts'
import { ClientSeries } from './client-series.ts'
import { followFastifyRoutes } from './fastify-routes.ts'
import { measureEveryServer, serverRequestsOf } from './measured-servers.ts'
import { followUndiciRequests } from './undici-requests.ts'

export interface HttpMeasurements {
  /** Requests that servers of this thread answer. */
  readonly server: boolean
  /** Requests that this thread sends. */
  readonly client: boolean
}

/** @returns ends it
 *  @throws TelemetryError as registering metrics does */
export function measureHttp(telemetry: ThreadTelemetry, { server, client }: HttpMeasurements): () => void {
  const ends: (() => void)[] = []
  if (server) ends.push(measureEveryServer(telemetry), followFastifyRoutes(serverRequestsOf(telemetry)))
  if (client) {
    const series = new ClientSeries(telemetry)
    ends.push(followClientRequests(series), followUndiciRequests(series))
  }
  return () => {
    for (const end of ends) end()
  }
}
