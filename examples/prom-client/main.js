// A server as it is written for prom-client. One line differs: this import.
//
//   import client from 'prom-client'
import { createServer } from 'node:http'
import client from 'offloop/prom-client'

client.collectDefaultMetrics({ prefix: 'shop_' })

const requests = new client.Counter({
  name: 'shop_requests_total',
  help: 'Requests answered',
  labelNames: ['route', 'status'],
})
const duration = new client.Histogram({
  name: 'shop_request_duration_seconds',
  help: 'Time it took to answer',
  labelNames: ['route'],
  buckets: [0.001, 0.01, 0.1, 1],
})
const carts = new client.Gauge({
  name: 'shop_carts',
  help: 'Carts that are open',
  collect() {
    this.set(openCarts.size) // on this thread, whenever the metrics are asked for
  },
})

const openCarts = new Set()

const server = createServer(async (request, response) => {
  const route = request.url === '/metrics' || request.url === '/cart' ? request.url : 'other'
  const end = duration.startTimer({ route })
  if (route === '/metrics') {
    // Written by another thread, which goes on counting while this one is busy.
    response.setHeader('Content-Type', client.register.contentType)
    response.end(await client.register.metrics())
  } else if (route === '/cart') {
    openCarts.add(openCarts.size)
    response.end('a cart\n')
  } else {
    response.statusCode = 404
    response.end('no such page\n')
  }
  end()
  requests.inc({ route, status: response.statusCode })
})

server.listen(process.env.PORT ?? 3000, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`
  console.log(`open ${url}/cart, then look for ${carts.name} at ${url}/metrics`)
})

process.on('SIGTERM', () => server.close())
