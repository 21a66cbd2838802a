import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { isWhole, runOpenLoop } from '../../../bench/load/http/open-loop.ts'
import { percentileOf } from '../../../bench/load/setup/percentile.ts'

const STALL_MS = 150
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

/** @param stallAt the number of the request during which the server stands still */
async function load({ stallAt = -1, status = 200 }) {
  let count = 0
  let openMs = 0
  const server = createServer((_, response) => {
    if (count++ === stallAt) openMs = performance.now() + STALL_MS
    const waitMs = Math.max(0, openMs - performance.now())
    const answer = () => response.writeHead(status).end('{"ok":true}')
    if (waitMs > 0) setTimeout(answer, waitMs)
    else answer()
  })
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const plan = { host: '127.0.0.1', port, paths: ['/a', '/b'], connectionCount: 8 }
  const result = await runOpenLoop({ ...plan, ratePerS: 500, durationMs: 400, graceMs: 2_000 })
  return { ...result, requestCount: count }
}

test('every request that was due is sent and answered, each once', async () => {
  const { latenciesMs, latenessMs, errorCount, requestCount } = await load({})
  expect([requestCount, latenciesMs.length, latenessMs.length, errorCount]).toEqual([200, 200, 200, 0])
})

test('a stall is seen by every request that was due meanwhile, connections or not', async () => {
  const { latenciesMs, errorCount } = await load({ stallAt: 50 })
  expect(errorCount).toBe(0)
  // 75 of the 200 were due within the stall; a closed loop of eight clients would have seen it eight times.
  const late = latenciesMs.filter(latencyMs => latencyMs > STALL_MS / 3)
  expect(late.length).toBeGreaterThan(40)
  expect(percentileOf(latenciesMs, 100)).toBeGreaterThan(STALL_MS * 0.9)
})

test('another answer than 200 is no latency, but an error', async () => {
  const { latenciesMs, errorCount } = await load({ status: 500 })
  expect([latenciesMs.length, errorCount]).toEqual([0, 200])
})

test.each([
  ['HTTP/1.1 200 OK\r\nContent-Len', false],
  ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{', false],
  ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}', true],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n', false],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n', true],
])('%j is a whole answer: %s', (text, expected) => {
  expect(isWhole(text)).toBe(expected)
})
