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

/** Until the telemetry is closed.
 *  @throws TelemetryError as registering metrics does */
export function measureHttp(telemetry: ThreadTelemetry, { server, client }: HttpMeasurements): void {
  const ends: (() => void)[] = []
  if (server) {
    const requests = serverRequestsOf(telemetry)
    ends.push(measureEveryServer(requests), followFastifyRoutes(requests))
  }
  if (client) {
    const series = new ClientSeries(telemetry)
    ends.push(followClientRequests(series), followUndiciRequests(series))
  }
  telemetry.beforeClose(() => {
    for (const end of ends) end()
  })
}
