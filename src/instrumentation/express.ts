/** The entry `offloop/express`: a middleware that counts the requests of one application, by the templates of its routes, and
 *  a handler that answers with the metrics. Express 4 and 5. Any thread of the application. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { TelemetryError, type ThreadTelemetry } from '../index.ts'
import { measuredServers, serverRequestsOf } from './measured-servers.ts'

export interface OffloopExpressOptions {
  /** Default: that of `offloop/register`. */
  readonly telemetry?: ThreadTelemetry
}

export type ExpressHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** `app.use(offloopExpress({ telemetry }))`, before everything else. Beside `offloop/register` nothing is counted twice.
 *  @throws TelemetryError OFFLOOP_OPTION */
export function offloopExpress(options: OffloopExpressOptions = {}): ExpressHandler {
  const requests = serverRequestsOf(telemetryOf(options.telemetry, 'offloopExpress.telemetry'))
  function onFinish(this: ServerResponse): void {
    try {
      requests.finish(this.req, this)
    } catch {
      // Nothing of ours may reach the application.
    }
  }
  return (request, response, next) => {
    try {
      // Node tells of the end as well, but not of what is no connection, as in some tests.
      if (requests.begin(request, response)) response.on('finish', onFinish)
    } catch {
      // Nothing of ours may reach the application.
    }
    next()
  }
}

/** `app.get('/metrics', metricsHandler(telemetry))`: rendered by the aggregator thread.
 *  @throws TelemetryError OFFLOOP_OPTION */
export function metricsHandler(telemetry?: ThreadTelemetry): ExpressHandler {
  const scraped = telemetryOf(telemetry, 'metricsHandler')
  return (request, response, next) => {
    const answer = scraped.scrape(request.headers.accept).then(({ contentType, body }) => {
      // A middleware that limits the time may have answered meanwhile.
      if (response.headersSent) return
      response.setHeader('content-type', contentType)
      response.end(body)
    })
    answer.catch(next)
  }
}

function telemetryOf(given: ThreadTelemetry | undefined, at: string): ThreadTelemetry {
  const telemetry = given ?? measuredServers.registered
  if (telemetry !== undefined) return telemetry
  throw new TelemetryError('OFFLOOP_OPTION', { at, fix: 'give the telemetry of createTelemetry()' })
}
