import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { type PrometheusExtension, start } from '../../../src/exporters/prometheus/main.ts'
import { type HttpOptions, resolveHttpOptions } from '../../../src/shared/http-options.ts'
import { parseText, sampleOf } from '../../exposition/parse-text.ts'
import { hostForTest } from '../../support/extension-host.ts'

const ends: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

async function serving(options: HttpOptions = {}) {
  const test = hostForTest()
  const http = resolveHttpOptions({ port: 0, ...options }, 'http')
  const extension = await start(test.host, { http }, undefined)
  ends.push(() => extension.close())
  return { ...test, extension, port: Number(extension.info?.['port']) }
}

interface RawConnection {
  readonly socket: Socket
  readonly text: () => string
  /** What it had said when it ended the connection. */
  readonly ended: Promise<string>
}

async function connected(port: number, written = ''): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1')
  ends.push(() => void socket.destroy())
  let text = ''
  socket.on('data', bytes => {
    text += bytes
  })
  socket.on('error', () => {})
  const ended = new Promise<string>(resolve => socket.once('close', () => resolve(text)))
  await new Promise(resolve => socket.once('connect', resolve))
  socket.write(written)
  return { socket, text: () => text, ended }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error('it did not come to that within 10 s')
}

async function totalOf(extension: PrometheusExtension, name: string, labels = {}): Promise<number> {
  const { body } = await extension.answer({})
  return sampleOf(parseText(body, false).get(name), name, labels) ?? 0
}

const GET = 'GET /metrics HTTP/1.1\r\nHost: x\r\n'

test.each([
  ['no HTTP at all', '\0\x01\x02\xff\r\n\r\n', 400],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['no Host', 'GET /metrics HTTP/1.1\r\n\r\n', 400],
  ['a header without a name', `${GET}: x\r\n\r\n`, 400],
  ['a NUL in a header', `${GET}a: \0\r\n\r\n`, 400],
  ['two lengths', `${GET}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400],
  ['a length and chunks', `${GET}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
  ['headers of 20 kB', `${GET}a: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ['a path of 20 kB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
])('%s is refused, and the next is answered', async (_, request, status) => {
  const { port, extension } = await serving()
  const { ended } = await connected(port, request)
  expect(await ended).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200)
  const counted = await totalOf(extension, 'offloop_http_requests_total', {
    path: 'other',
    status: String(status),
  })
  // What Node answers before it gives the request out is not counted.
  expect(counted).toBe(status === 400 && request.startsWith('GET /metrics HTTP/1.1\r\n\r\n') ? 0 : 1)
})

test.each([
  ['an absolute address', 'GET http://x/metrics HTTP/1.1\r\nHost: x\r\n', 200],
  ['the oldest HTTP', 'GET /metrics\r\n', 200],
  ['the older HTTP', 'GET /metrics HTTP/1.0\r\n', 200],
  ['a way up', 'GET /../metrics HTTP/1.1\r\nHost: x\r\n', 404],
  ['an encoded path', 'GET /%6detrics HTTP/1.1\r\nHost: x\r\n', 404],
  ['a star', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n', 405],
  ['a method of its own', 'PROPFIND /metrics HTTP/1.1\r\nHost: x\r\n', 405],
  ['an upgrade', `${GET}Upgrade: websocket\r\nConnection: Upgrade\r\n`, 200],
  ['an accept of nonsense', `${GET}Accept: ${';,q=//'.repeat(900)}\r\n`, 200],
  [
    '200 headers',
    GET + Array.from({ length: 200 }, (_, index) => `h${index}: 1\r\n`).join(''),
    '(?:200|431)',
  ],
])('%s is answered with a status', async (_, request, status) => {
  const { port } = await serving()
  const { ended } = await connected(port, `${request}Connection: close\r\n\r\n`)
  expect(await ended).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
})

const LOCAL = [
  '127.0.0.1',
  '127.0.0.1:9464',
  'localhost:9464',
  '[::1]:9464',
  'app.localhost',
  'x',
  '10.1.2.3',
]
const STRANGE = [
  'shop.example.com',
  'evil.com:9464',
  '127.0.0.1.evil.com',
  'a.localhost.evil.com',
  'EVIL.com.',
]

async function statusFor(port: number, name: string, path = '/metrics'): Promise<number> {
  const request = `GET ${path} HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`
  const { ended } = await connected(port, request)
  return Number(/^HTTP\/1\.1 (\d+) /.exec(await ended)?.[1])
}

test('a web page whose name leads to this machine reads nothing: names that somebody may own are refused', async () => {
  const { port } = await serving()
  for (const name of LOCAL) expect([name, await statusFor(port, name)]).toEqual([name, 200])
  for (const path of ['/metrics', '/snapshot.json', '/']) {
    for (const name of STRANGE) expect([name, await statusFor(port, name, path)]).toEqual([name, 421])
  }
  expect(await statusFor(port, 'shop.example.com', '/health')).toBe(200)
})

test('by any name one may ask where a token is needed, and where other machines are let in', async () => {
  const [guarded, open] = [await serving({ token: 'x' }), await serving({ host: '0.0.0.0' })]
  expect([await statusFor(guarded.port, 'evil.com'), await statusFor(open.port, 'evil.com')]).toEqual([
    401, 200,
  ])
})

test('what comes with a request is not read: the connection ends with the answer', async () => {
  const { port } = await serving()
  const { ended } = await connected(port, `${GET}Content-Length: 1000000000\r\n\r\n`)
  expect(await ended).toMatch(/^HTTP\/1\.1 200 [\s\S]*Connection: close/)
})

test('a client that dawdles over its headers is cut off, others are answered meanwhile', async () => {
  const { port, extension } = await serving({ headersTimeoutMs: 300, requestTimeoutMs: 400 })
  const slow = await connected(port, 'GET /metrics HTTP/1.1\r\nHost: x\r\n')
  const dribble = setInterval(() => slow.socket.write('a: b\r\n'), 50)
  ends.push(() => clearInterval(dribble))
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200)
  expect(await slow.ended).toMatch(/^HTTP\/1\.1 408 /)
  expect(await totalOf(extension, 'offloop_http_requests_total', { path: 'other', status: '408' })).toBe(1)
})

test('a client that says nothing is cut off, too', async () => {
  const { port } = await serving({ headersTimeoutMs: 200, requestTimeoutMs: 200 })
  const { ended } = await connected(port)
  await ended
})

test('a client that does not read its answer is cut off; what it holds up is nobody else', async () => {
  const { port, registry } = await serving({ responseTimeoutMs: 400 })
  registry.register({ kind: 'counter', name: 'hits', labelNames: ['a'] })
  for (let index = 0; index < 1_000; index += 1) {
    registry.record('hits', 1, { a: `${'x'.repeat(1_000)}${index}` })
  }
  const slow = connect(port, '127.0.0.1')
  ends.push(() => void slow.destroy())
  slow.on('error', () => {})
  slow.pause()
  // Many answers at once: more than the system's own buffers take.
  slow.write(`${GET}\r\n`.repeat(20))
  const whole = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  expect(whole.length).toBeGreaterThan(1_000_000)
  await new Promise(resolve => setTimeout(resolve, 600))
  const closed = new Promise(resolve => slow.once('close', resolve))
  slow.resume()
  await closed
  expect(slow.bytesRead).toBeLessThan(20 * whole.length)
})

test('so much waits for clients that do not read, and no more: then others are told to come again', async () => {
  const { port, registry } = await serving()
  registry.register({ kind: 'latency', name: 'took', labelNames: ['a'] })
  // 17 lines each, of a thousand characters and more: 17 MB in all.
  for (let index = 0; index < 1_000; index += 1) {
    registry.record('took', 1, { a: `${'x'.repeat(1_000)}${index}` })
  }
  const status = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'HEAD' })
    return [response.status, response.headers.get('retry-after')]
  }
  const slow: Socket[] = []
  for (let count = 0; count < 5; count += 1) {
    const socket = connect(port, '127.0.0.1')
    ends.push(() => void socket.destroy())
    socket.on('error', () => {})
    const readable = new Promise(resolve => socket.once('readable', resolve))
    socket.write(`${GET}\r\n`)
    await readable
    slow.push(socket)
  }
  expect(await status('/metrics')).toEqual([503, '1'])
  expect(await status('/health')).toEqual([200, null])
  for (const socket of slow) socket.destroy()
  await until(async () => (await status('/metrics'))[0] === 200)
})

test('whatever bytes come, others are answered', async () => {
  const { port, lines } = await serving({ headersTimeoutMs: 300, requestTimeoutMs: 300 })
  const anyPart = fc.oneof(
    fc.constantFrom(
      'GET ',
      '/metrics',
      ' HTTP/1.1',
      '\r\n',
      '\r\n\r\n',
      'Host: x',
      'Transfer-Encoding: chunked',
    ),
    fc.constantFrom(
      'Content-Length: -1',
      'Accept: */*;q=x',
      '\0',
      'Expect: 100-continue',
      'Upgrade: h2c',
      '0\r\n\r\n',
    ),
    fc.string({ unit: 'binary' }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(anyPart, { maxLength: 20 }), async parts => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.end(parts.join(''))
      socket.resume()
      await new Promise(resolve => socket.once('close', resolve))
      expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200)
    }),
    { numRuns: 100 },
  )
  expect(lines).toEqual([])
}, 60_000)

test('there are so many connections and no more: further ones are closed and counted', async () => {
  const { port, extension } = await serving({ maxConnections: 5 })
  const held = await Promise.all(Array.from({ length: 5 }, () => connected(port)))
  const refused = await Promise.all(Array.from({ length: 20 }, () => connected(port)))
  expect(await Promise.all(refused.map(({ ended }) => ended))).toEqual(refused.map(() => ''))
  await until(async () => (await totalOf(extension, 'offloop_http_connections_refused_total')) >= 20)
  held[0]!.socket.write(`${GET}\r\n`)
  await until(() => held[0]!.text().startsWith('HTTP/1.1 200 '))
  for (const { socket } of held) socket.destroy()
  await until(
    async () => (await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined))?.status === 200,
  )
})

test('a connection that asks without end gets an end', async () => {
  const { port } = await serving()
  const { ended, socket } = await connected(port)
  socket.write('HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3_000))
  expect((await ended).split('HTTP/1.1 ').length - 1).toBeLessThanOrEqual(1_000)
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200)
})

test('clients that leave in the middle leave nothing behind', async () => {
  const { port, lines } = await serving()
  for (let count = 0; count < 50; count += 1) {
    const { socket } = await connected(port, `${GET}\r\n`)
    if (count % 2 === 0) socket.resetAndDestroy()
    else socket.destroy()
  }
  expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200)
  expect(lines).toEqual([])
})

test('closing waits for no connection that is merely open, and answers no more', async () => {
  const { port, extension } = await serving()
  const idle = await connected(port, `${GET}\r\n`)
  await until(() => idle.text().includes('target_info'))
  const halfway = await connected(port, GET)
  await extension.close()
  await Promise.all([idle.ended, halfway.ended])
  await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow()
})
