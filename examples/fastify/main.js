// Fastify with a telemetry of its own: requests by route, and the metrics on a route of the application.
//
//   node examples/fastify/main.js
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import { createTelemetry } from 'offloop'
import { offloopFastify } from 'offloop/fastify'

// An objective of one route, judged off the event loop. The metric comes with the plugin.
const slow = {
  metric: 'http.server.request.duration',
  labels: { 'http.route': '/users/:id' },
  objective: 'p(95)<100ms',
}
const telemetry = createTelemetry({ service: 'shop', slos: [slow] })
const orders = telemetry.counter('orders', { help: 'Orders taken' })

const app = Fastify()
app.register(offloopFastify, { telemetry, metricsRoute: '/metrics' })

app.get('/users/:id', async request => {
  await sleep(5)
  return { id: request.params.id }
})
app.post('/orders', (_request, reply) => {
  orders.add(1)
  reply.code(201).send({ taken: true })
})

telemetry.on('perf.slo_violation', ({ slo, actual, unit }) => console.log(`${slo}: now ${actual} ${unit}`))

const url = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' })
console.log(`shop at ${url}/users/1, its metrics at ${url}/metrics`)

process.on('SIGTERM', async () => {
  await app.close()
  await telemetry.close()
})
