import { once } from 'node:events'
import http from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { activeIn, type MeasuredApp, startApp } from './measured-app.ts'

const plain = () => startApp('plain.mjs')

async function until(app: MeasuredApp, active: number): Promise<void> {
  await expect.poll(async () => activeIn(await app.series())).toBe(active)
}

/** Sends these bytes on a connection of its own. */
function send(app: MeasuredApp, text: string): ReturnType<typeof connect> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1')
  socket.on('error', () => {}).resume()
  socket.write(text)
  return socket
}

test('requests on one kept connection and on many are each counted once, with what they took', async () => {
  const app = await plain()
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  for (let request = 0; request < 5; request++) {
    await new Promise(resolve =>
      http.get(app.url, { agent }, response => response.resume().on('end', resolve)),
    )
  }
  agent.destroy()
  await Promise.all(Array.from({ length: 7 }, async () => (await fetch(app.url)).text()))
  await (await fetch(`${app.url}/slow`)).text()
  await until(app, 0)
  expect(await app.served()).toEqual({ 'GET - 200': 13 })
  const [duration] = await app.series()
  // Seconds: the slow one took 60 ms.
  expect(duration!.max).toBeGreaterThan(0.05)
  expect(duration!.max).toBeLessThan(15)
})

test('requests that are sent without waiting for answers are told apart', async () => {
  const app = await plain()
  const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`
  const socket = send(app, request('/slow') + request('/fail') + request('/') + request('/hang'))
  await until(app, 1)
  expect(await app.served()).toEqual({ 'GET - 200': 2, 'GET - 503': 1 })
  socket.destroy()
  await until(app, 0)
  expect(await app.served()).toEqual({ 'GET - 200': 2, 'GET - 503': 1, 'GET - - aborted': 1 })
})

test('a request whose client goes away is counted as aborted, by the status that was sent', async () => {
  const app = await plain()
  const sockets = ['/hang', '/head-sent', '/hang'].map(path =>
    send(app, `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`),
  )
  await until(app, 3)
  for (const socket of sockets) socket.destroy()
  await until(app, 0)
  expect(await app.served()).toEqual({ 'GET - - aborted': 2, 'GET - 201 aborted': 1 })
})

test('a response that the application breaks off is counted as aborted', async () => {
  const app = await plain()
  await expect((async () => (await fetch(`${app.url}/part`)).text())()).rejects.toThrow()
  await until(app, 0)
  expect(await app.served()).toEqual({ 'GET - 200 aborted': 1 })
})

test('upgraded connections and what is no HTTP are not counted, and harm nothing', async () => {
  const app = await plain()
  const upgraded = send(app, 'GET / HTTP/1.1\r\nHost: test\r\nConnection: upgrade\r\nUpgrade: test\r\n\r\n')
  await once(upgraded, 'close')
  await once(send(app, 'this is no HTTP\r\n\r\n'), 'close')
  await (await fetch(app.url)).text()
  await until(app, 0)
  expect(await app.served()).toEqual({ 'GET - 200': 1 })
})

test('methods that nobody knows are one label', async () => {
  const app = await plain()
  for (const method of ['PROPFIND', 'REPORT', 'OPTIONS']) {
    await once(send(app, `${method} / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`), 'close')
  }
  await until(app, 0)
  expect(await app.served()).toEqual({ '_OTHER - 200': 2, 'OPTIONS - 200': 1 })
})

test('thousands of requests on many connections are counted to the last one', async () => {
  const app = await plain()
  const request = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n'
  const last = 'GET /fail HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n'
  await Promise.all(
    Array.from({ length: 20 }, async () => await once(send(app, request.repeat(199) + last), 'close')),
  )
  await until(app, 0)
  expect(await app.served()).toEqual({ 'GET - 200': 20 * 199, 'GET - 503': 20 })
})

test('requests and connections that are over are kept by nobody, aborted and unanswered ones included', async () => {
  const app = await startApp('leaks.mjs')
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const ask = (path: string) =>
    new Promise<string>((resolve, reject) => {
      const request = http.get(app.url + path, { agent }, response => {
        response.on('data', (text: Buffer) => resolve(String(text))).resume()
      })
      request.on('error', reject)
    })
  for (let request = 0; request < 50; request++) await ask('/')
  const sockets = Array.from({ length: 50 }, () => send(app, 'GET /hang HTTP/1.1\r\nHost: test\r\n\r\n'))
  await until(app, 50)
  for (const socket of sockets) socket.destroy()
  await until(app, 0)
  // The connection that asks is there, and at most what it asked last.
  expect(Number(await ask('/left'))).toBeLessThanOrEqual(3)
  agent.destroy()
})
