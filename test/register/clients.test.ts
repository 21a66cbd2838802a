import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { startApp } from './measured-app.ts'

/** The other side: it is not measured. */
async function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume()
    if (request.url === '/hang') return
    if (request.url === '/part') {
      response.write('part')
      setTimeout(() => response.destroy(), 20)
      return
    }
    response.statusCode = request.url === '/fail' ? 503 : 200
    response.end('answer')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return server
}

const portOf = (server: Server) => (server.address() as AddressInfo).port

/** A port that nobody listens on. */
async function unusedPort(): Promise<number> {
  const server = await serve()
  const port = portOf(server)
  await new Promise(resolve => server.close(resolve))
  return port
}

/** What a program that sends requests so has measured: `GET 200` → how often, for the server and for the unused port. */
async function sent(
  way: string,
): Promise<{ server: Record<string, number>; unused: Record<string, number> }> {
  const ports = [portOf(await serve()), await unusedPort()]
  const urls = ports.map(port => `http://127.0.0.1:${port}`)
  const app = await startApp('clients.mjs', { args: [...urls, way] })
  const series = (await app.series()).filter(({ metric }) => metric === 'http.client.request.duration')
  expect(new Set(series.map(({ labels }) => labels['server.address']))).toEqual(new Set(['127.0.0.1']))
  const [server, unused] = ports.map(port =>
    Object.fromEntries(
      series
        .filter(({ labels }) => labels['server.port'] === String(port))
        .map(({ labels, total }) => [
          [labels['http.request.method'], labels['http.response.status_code'] || '-', labels['error.type']]
            .filter(text => text !== '')
            .join(' '),
          total,
        ]),
    ),
  )
  return { server: server!, unused: unused! }
}

const ANSWERED = { 'GET 200': 3, 'POST 200': 1, 'HEAD 200': 1, 'GET 503 503': 1 }

test.each(['http', 'fetch'])('requests of %s are counted by method, server and status', async way => {
  expect(await sent(way)).toEqual({ server: ANSWERED, unused: {} })
})

test('requests of http that fail are counted by what failed', async () => {
  expect(await sent('http that fails')).toEqual({
    server: { 'GET 200 ECONNRESET': 1, 'GET - ABORT_ERR': 1 },
    unused: { 'GET - ECONNREFUSED': 1 },
  })
})

test('requests of fetch that fail are counted by what failed', async () => {
  expect(await sent('fetch that fails')).toEqual({
    server: { 'GET 200 UND_ERR_SOCKET': 1, 'GET - TimeoutError': 1 },
    unused: { 'GET - ECONNREFUSED': 1 },
  })
})

test('a response that nobody asked for is counted when Node has thrown it away', async () => {
  expect(await sent('http that nobody reads')).toEqual({ server: { 'GET 200': 1 }, unused: {} })
})

test('a copy of undici in the program is counted as the built-in one is', async () => {
  expect(await sent('undici')).toEqual({ server: { 'GET 200': 3 }, unused: { 'GET - ECONNREFUSED': 1 } })
})
