import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import { errorType } from '../../src/instrumentation/error-type.ts'
import { methodLabel } from '../../src/instrumentation/http-method.ts'
import { ServerRequests } from '../../src/instrumentation/server-requests.ts'

const telemetry = createTelemetry({ service: 'tested', log: false })
afterAll(() => telemetry.close())

let now = 1_000

function connection() {
  const socket = new EventEmitter()
  const request = (method = 'GET') => ({
    request: { method, socket } as unknown as IncomingMessage,
    response: { statusCode: 200, headersSent: false } as unknown as ServerResponse,
  })
  return { socket, request }
}

async function countOf(status: string, error: string): Promise<number> {
  const { series } = await telemetry.snapshot()
  return series
    .filter(
      ({ metric, labels }) =>
        metric === 'http.server.request.duration' &&
        labels['http.response.status_code'] === status &&
        labels['error.type'] === error,
    )
    .reduce((sum, { total }) => sum + total, 0)
}

test('a request is counted once, however often its beginning and its end are told', async () => {
  const requests = new ServerRequests(telemetry, () => now)
  const { request, response } = connection().request()
  const before = await countOf('200', '')
  expect(requests.begin(request, response)).toBe(true)
  expect(requests.begin(request, response)).toBe(false)
  expect(requests.activeCount).toBe(1)
  requests.finish(request, response)
  requests.finish(request, response)
  expect(requests.activeCount).toBe(0)
  expect(await countOf('200', '')).toBe(before + 1)
})

test('the end of a request whose beginning was not seen is nothing', () => {
  const requests = new ServerRequests(telemetry, () => now)
  const { request, response } = connection().request()
  requests.finish(request, response)
  requests.noteRoute(request, '/x')
  expect(requests.activeCount).toBe(0)
})

test('requests that follow one another on a connection may end in any order', async () => {
  const requests = new ServerRequests(telemetry, () => now)
  const { socket, request } = connection()
  const all = Array.from({ length: 4 }, () => request())
  const before = [await countOf('200', ''), await countOf('', 'aborted')]
  for (const each of all) requests.begin(each.request, each.response)
  expect(requests.begin(all[2]!.request, all[2]!.response)).toBe(false)
  requests.finish(all[2]!.request, all[2]!.response)
  requests.finish(all[0]!.request, all[0]!.response)
  expect(requests.activeCount).toBe(2)
  socket.emit('close')
  expect(requests.activeCount).toBe(0)
  requests.finish(all[1]!.request, all[1]!.response)
  expect([await countOf('200', ''), await countOf('', 'aborted')]).toEqual([before[0]! + 2, before[1]! + 2])
})

test('a connection has one listener, however many requests it carries', () => {
  const requests = new ServerRequests(telemetry, () => now)
  const { socket, request } = connection()
  for (let count = 0; count < 100; count++) {
    const each = request()
    requests.begin(each.request, each.response)
    requests.finish(each.request, each.response)
  }
  expect(socket.listenerCount('close')).toBe(1)
})

test('durations are in seconds, of the clock that was given', async () => {
  const requests = new ServerRequests(telemetry, () => now)
  const { request, response } = connection().request('PUT')
  requests.begin(request, response)
  now += 250
  requests.finish(request, response)
  await telemetry.flush()
  const { series } = await telemetry.snapshot()
  const put = series.find(({ labels, unit }) => labels['http.request.method'] === 'PUT' && unit === 's')
  expect(put).toMatchObject({ total: 1, max: 0.25, unit: 's' })
})

test('requests of an encrypted connection are told by their scheme', async () => {
  const requests = new ServerRequests(telemetry, () => now)
  const { socket, request } = connection()
  Object.assign(socket, { encrypted: true })
  const { request: one, response } = request('DELETE')
  requests.begin(one, response)
  requests.finish(one, response)
  const { series } = await telemetry.snapshot()
  const schemes = series.filter(({ labels }) => labels['http.request.method'] === 'DELETE')
  expect(new Set(schemes.map(({ labels }) => labels['url.scheme']))).toEqual(new Set(['https']))
})

test('a request that is no request throws nothing away: it is refused before anything is counted', () => {
  const requests = new ServerRequests(telemetry, () => now)
  expect(() => requests.begin({} as IncomingMessage, {} as ServerResponse)).toThrow(TypeError)
  expect(requests.activeCount).toBe(0)
})

test('methods and errors are labels of a known few', () => {
  expect(['GET', 'QUERY', 'get', 'BREW', undefined].map(methodLabel)).toEqual([
    'GET',
    'QUERY',
    '_OTHER',
    '_OTHER',
    '_OTHER',
  ])
  const coded = Object.assign(new Error('secret'), { code: 'ECONNRESET' })
  const strange = Object.assign(new Error('secret'), { code: 'no label', name: 'no label either' })
  const errors = [coded, new DOMException('secret', 'AbortError'), new TypeError('x'), strange, 'text', null]
  expect(errors.map(errorType)).toEqual([
    'ECONNRESET',
    'AbortError',
    'TypeError',
    '_OTHER',
    '_OTHER',
    '_OTHER',
  ])
})

test('a request that is told of when its connection is gone is not under way for ever', () => {
  const requests = new ServerRequests(telemetry, () => now)
  const { socket, request } = connection()
  const aborted = request()
  expect(requests.begin(aborted.request, aborted.response)).toBe(true)
  Object.assign(socket, { destroyed: true })
  socket.emit('close')
  // As by a plugin behind a hook that takes its time.
  expect(requests.begin(aborted.request, aborted.response)).toBe(false)
  expect(requests.activeCount).toBe(0)
})

test('a route that is longer than a label is cut, however its request ends', async () => {
  const requests = new ServerRequests(telemetry, () => now)
  const { socket, request } = connection()
  const [answered, aborted] = [request(), request()]
  for (const each of [answered, aborted]) {
    requests.begin(each.request, each.response)
    requests.noteRoute(each.request, `/${'r'.repeat(2_000)}`)
  }
  requests.finish(answered.request, answered.response)
  expect(() => socket.emit('close')).not.toThrow()
  const { series } = await telemetry.snapshot()
  const cut = series.filter(({ labels }) => labels['http.route']?.startsWith('/rrr'))
  expect(cut.map(({ labels, total }) => [labels['http.route']!.length, total])).toEqual([
    [255, 1],
    [255, 1],
  ])
})

test('a status that is none keeps no other request of its connection from ending', () => {
  const requests = new ServerRequests(telemetry, () => now)
  const { socket, request } = connection()
  for (const statusCode of [{}, 200]) {
    const each = request()
    Object.assign(each.response, { statusCode, headersSent: true })
    requests.begin(each.request, each.response)
  }
  expect(() => socket.emit('close')).not.toThrow()
  expect(requests.activeCount).toBe(0)
})
