import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type RequestOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import { followClientRequests } from '../../src/instrumentation/client-requests.ts'
import { ClientSeries } from '../../src/instrumentation/client-series.ts'

/** A server, requests to it, and what was measured of them: `address:port status` → how often. */
async function measured(...requests: readonly RequestOptions[]): Promise<Record<string, number>> {
  const telemetry = createTelemetry({ service: 'tested', log: false })
  const end = followClientRequests(new ClientSeries(telemetry))
  const server = createServer((_request, response) => response.end('answer'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  onTestFinished(async () => {
    end()
    server.close()
    await telemetry.close()
  })
  for (const options of requests) {
    const request = get({ host: '127.0.0.1', port, agent: false, ...options })
    const response = await new Promise<IncomingMessage | undefined>(resolve => {
      request.once('response', resolve).once('error', () => resolve(undefined))
    })
    if (response !== undefined) await once(response.resume(), 'close')
  }
  const { series } = await telemetry.snapshot()
  return Object.fromEntries(
    series
      .filter(({ metric }) => metric === 'http.client.request.duration')
      .map(({ labels, total }) => {
        const place = `${labels['server.address']}:${labels['server.port'] === `${port}` ? 'port' : labels['server.port']}`
        return [`${place} ${labels['http.response.status_code'] || labels['error.type']}`, total]
      }),
  )
}

test('a Host header that somebody else has written makes no series: the server is the one that was asked', async () => {
  const hosts = ['a.example', 'b.example:81', '127.0.0.1', '127.0.0.1.example', '__overflow__']
  const requests = hosts.map(host => ({ headers: { host } }))
  expect(await measured({}, ...requests)).toEqual({
    '127.0.0.1:port 200': 5,
    // Believed, as it names the server that was asked.
    '127.0.0.1:80 200': 1,
  })
})

test('a request that failed before it had a connection is told without the port', async () => {
  const headers = { host: 'a.example' }
  expect(await measured({ headers, port: 1 })).toEqual({ '127.0.0.1: ECONNREFUSED': 1 })
})

test('an address that cannot be a label is not measured, and harms nothing', async () => {
  const lookup = (_name: string, _options: unknown, done: (error: null, address: object[]) => void) =>
    done(null, [{ address: '127.0.0.1', family: 4 }])
  expect(await measured({ host: '__overflow__', lookup: lookup as never })).toEqual({})
})
