import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import express from 'express'
import express4 from 'express4'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { createTelemetry, type Telemetry, TelemetryError } from '../../src/index.ts'
import { metricsHandler, offloopExpress } from '../../src/instrumentation/express.ts'
import { offloopFastify } from '../../src/instrumentation/fastify.ts'

function newTelemetry(): Telemetry {
  const telemetry = createTelemetry({ service: 'tested', log: false })
  onTestFinished(async () => {
    await telemetry.close()
  })
  return telemetry
}

/** `GET /users/:id 200` → how often. */
async function served(telemetry: Telemetry): Promise<Record<string, number>> {
  const { series } = await telemetry.snapshot()
  return Object.fromEntries(
    series
      .filter(({ metric }) => metric === 'http.server.request.duration')
      .map(({ labels, total }) => [
        [
          labels['http.request.method'],
          labels['http.route'] || '-',
          labels['http.response.status_code'],
          labels['error.type'],
        ]
          .filter(text => text !== '')
          .join(' '),
        total,
      ]),
  )
}

async function activeOf(telemetry: Telemetry): Promise<number> {
  const { series } = await telemetry.snapshot()
  const totalOf = (name: string) =>
    series.filter(({ metric }) => metric === name).reduce((sum, { total }) => sum + total, 0)
  return totalOf('http.server.active_requests:begun') - totalOf('http.server.active_requests:ended')
}

async function get(url: string, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) await (await fetch(url + path)).arrayBuffer()
}

test('the Fastify plugin counts all routes of its instance, those of other plugins included', async () => {
  const telemetry = newTelemetry()
  const app = Fastify()
  onTestFinished(() => app.close())
  app.get('/before/:id', async ({ params }) => params)
  app.register(offloopFastify, { telemetry })
  app.get('/after/:id', async ({ params }) => params)
  app.register(
    (api, _options, done) => {
      api.get('/things/:thing', async ({ params }) => params)
      done()
    },
    { prefix: '/api' },
  )
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  await get(url, '/before/1', '/after/1', '/after/2', '/api/things/1', '/nowhere')
  await expect
    .poll(() => served(telemetry))
    .toEqual({
      'GET /before/:id 200': 1,
      'GET /after/:id 200': 2,
      'GET /api/things/:thing 200': 1,
      'GET - 404': 1,
    })
  expect(await activeOf(telemetry)).toBe(0)
})

test('the Fastify plugin counts requests that a test injects', async () => {
  const telemetry = newTelemetry()
  const app = Fastify()
  onTestFinished(() => app.close())
  app.register(offloopFastify, { telemetry })
  app.get('/users/:id', async ({ params }) => params)
  for (const id of [1, 2]) await app.inject(`/users/${id}`)
  await expect.poll(() => served(telemetry)).toEqual({ 'GET /users/:id 200': 2 })
  expect(await activeOf(telemetry)).toBe(0)
})

test('the Fastify plugin counts HTTP/2, which Node tells nothing of', async () => {
  const telemetry = newTelemetry()
  const app = Fastify({ http2: true })
  onTestFinished(() => app.close())
  app.register(offloopFastify, { telemetry })
  app.get('/users/:id', async ({ params }: { params: unknown }) => params)
  app.get('/hang', () => new Promise(() => {}))
  const client = connectHttp2(await app.listen({ port: 0, host: '127.0.0.1' }))
  onTestFinished(() => client.destroy())
  for (const path of ['/users/1', '/users/2', '/nowhere']) {
    await once(client.request({ ':path': path }).resume(), 'close')
  }
  const hanging = client.request({ ':path': '/hang' })
  hanging.on('error', () => {})
  await expect.poll(() => activeOf(telemetry)).toBe(1)
  hanging.close()
  await expect
    .poll(() => served(telemetry))
    .toEqual({ 'GET /users/:id 200': 2, 'GET - 404': 1, 'GET /hang aborted': 1 })
  expect(await activeOf(telemetry)).toBe(0)
})

test('two telemetries count the same application once each', async () => {
  const [one, two] = [newTelemetry(), newTelemetry()]
  const app = Fastify()
  onTestFinished(() => app.close())
  app.register(offloopFastify, { telemetry: one })
  app.register(offloopFastify, { telemetry: two })
  app.register(offloopFastify, { telemetry: one })
  app.get('/users/:id', async ({ params }) => params)
  await get(await app.listen({ port: 0, host: '127.0.0.1' }), '/users/1', '/users/2')
  await expect.poll(() => served(one)).toEqual({ 'GET /users/:id 200': 2 })
  await expect.poll(() => served(two)).toEqual({ 'GET /users/:id 200': 2 })
})

test.each([
  ['5', express],
  ['4', express4],
])('the middleware of Express %s counts its application alone', async (_, make) => {
  const telemetry = newTelemetry()
  const [app, other] = [make(), make()]
  app.use(offloopExpress({ telemetry }))
  app.use(offloopExpress({ telemetry }))
  app.get('/users/:id', (request, response) => void response.send(request.params))
  app.get('/hang', () => {})
  other.get('/other', (_request, response) => void response.send('other'))
  const servers = [app.listen(0, '127.0.0.1'), other.listen(0, '127.0.0.1')]
  onTestFinished(() => {
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
  })
  const ports = await Promise.all(
    servers.map(async server => {
      if (!server.listening) await once(server, 'listening')
      return (server.address() as { port: number }).port
    }),
  )
  await get(`http://127.0.0.1:${ports[0]}`, '/users/1', '/users/2', '/nowhere')
  await get(`http://127.0.0.1:${ports[1]}`, '/other')
  const socket = connect(ports[0]!, '127.0.0.1')
  socket.write('GET /hang HTTP/1.1\r\nHost: test\r\n\r\n')
  await expect.poll(() => activeOf(telemetry)).toBe(1)
  socket.destroy()
  await expect
    .poll(() => served(telemetry))
    .toEqual({ 'GET /users/:id 200': 2, 'GET - 404': 1, 'GET /hang aborted': 1 })
  expect(await activeOf(telemetry)).toBe(0)
})

test('without a telemetry they say what is missing', async () => {
  const app = Fastify()
  app.register(offloopFastify)
  await expect(app.ready()).rejects.toThrow(/OFFLOOP_OPTION.*give the telemetry/)
  expect(() => offloopExpress()).toThrow(TelemetryError)
})

test('metrics that come after somebody else has answered are left out', async () => {
  const telemetry = newTelemetry()
  const app = express()
  const errors: unknown[] = []
  app.get('/metrics', (_request, response, next) => {
    response.status(503).end()
    next()
  })
  app.get('/metrics', metricsHandler(telemetry))
  app.use((error: unknown, _request: unknown, _response: unknown, next: () => void) => {
    errors.push(error)
    next()
  })
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const { status } = await fetch(`http://127.0.0.1:${port}/metrics`)
  // An unhandled rejection would fail this test.
  await telemetry.scrape()
  expect([status, errors]).toEqual([503, []])
})
