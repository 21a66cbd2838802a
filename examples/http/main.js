/** A web server of plain node:http whose routes are measured, scraped from another thread at port 9464: also while a
 *  request keeps this one busy.
 *  `node examples/http/main.js`, then look at what it prints; ends on SIGTERM. */

import { createServer } from 'node:http'
import { createTelemetry } from 'offloop'

const telemetry = createTelemetry({
  service: 'greeter',
  http: { port: Number(process.env.METRICS_PORT ?? 9464) },
  slos: [{ metric: 'http_request', objective: 'p(95)<50ms' }],
})

const requests = telemetry.latency('http_request', {
  unit: 'ms',
  help: 'From the request to the end of its answer',
  labelNames: ['method', 'route', 'status'],
})

const ROUTES = {
  '/hello': () => 'Hello!\n',
  '/busy': () => {
    // Half a second in which this thread does nothing else. The metrics are answered nonetheless.
    const endMs = performance.now() + 500
    while (performance.now() < endMs);
    return 'Done.\n'
  },
}

const server = createServer((request, response) => {
  const startMs = performance.now()
  // The pattern, not the address: label values are to be few.
  const path = request.url?.split('?')[0]
  const route = Object.hasOwn(ROUTES, path) ? path : 'none'
  response.once('close', () => {
    const labels = { method: request.method, route, status: String(response.statusCode) }
    requests.labels(labels).record(performance.now() - startMs)
  })
  if (route === 'none') response.writeHead(404)
  response.end(ROUTES[route]?.() ?? 'Not here.\n')
})

const { url } = await telemetry.ready
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`The application: http://127.0.0.1:${server.address().port}/hello and /busy`)
  console.log(`Its metrics:     ${url}/metrics`)
})

process.once('SIGTERM', async () => {
  server.close()
  await telemetry.close()
})
