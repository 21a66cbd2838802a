/** Stores that do not behave: what is lost is counted and said, and it always comes to an end. */
import { expect, test } from 'vitest'
import { freePort } from '../../support/real-programs.ts'
import { nameOf } from './decoded-request.ts'
import { type Receiver, startReceiver, startTcp } from './receiver.ts'
import { startRemoteWrite } from './started.ts'

const timeMs = 0
/** One request a collection, apart from the first, which has metadata and beginnings, too. */
const PLAIN = { histograms: 'classic' } as const

/** Values of the counter `meals` in requests, one for each of which it is in. */
function mealsOf(requests: Receiver['requests']): number[] {
  return requests.flatMap(({ decoded }) =>
    decoded.timeseries
      .filter(series => nameOf(series).startsWith('meals_total'))
      .map(({ samples }) => samples[0]!.value),
  )
}

function withMeals(options: Parameters<typeof startRemoteWrite>[0]) {
  const started = startRemoteWrite({ ...PLAIN, ...options })
  const meals = started.registry.register({ kind: 'counter', name: 'meals' }).series([])
  meals.increment(1, timeMs)
  return { ...started, serve: () => meals.increment(1, timeMs) }
}

test('nobody listens: the push is rejected with the reason, counted, and said once', async () => {
  const url = `http://127.0.0.1:${await freePort()}/api/v1/write`
  const { extension, own, lines } = withMeals({ url, timeoutMs: 1_500 })
  await expect(extension.push!()).rejects.toMatchObject({
    code: 'OFFLOOP_PUSH',
    details: { at: url, got: expect.stringMatching(/within 1500 ms: .*ECONNREFUSED/) },
  })
  expect(own('failures', { reason: 'unreachable' })).toBeGreaterThanOrEqual(2)
  expect(own('dropped')).toBe(0)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^offloop: remote-write to http:\/\/127.0.0.1:\d+\/api\/v1\/write: .*ECONNREFUSED/)
})

test('what could not be sent arrives when the store is there again, in its order', async () => {
  let isDown = true
  const receiver = await startReceiver(response => response.writeHead(isDown ? 503 : 204).end())
  const { extension, serve, own } = withMeals({ url: receiver.url, timeoutMs: 300 })
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  serve()
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  const before = receiver.requests.length
  isDown = false
  serve()
  await extension.push!()
  expect(mealsOf(receiver.requests.slice(before))).toEqual([0, 1, 2, 3])
  expect(own('failures', { reason: 'busy' })).toBe(before)
  expect(own('dropped')).toBe(0)
})

test('a store that says when to come again is asked again no earlier, not even by a push', async () => {
  const times: number[] = []
  const receiver = await startReceiver((response, index) => {
    times.push(performance.now())
    if (index === 0) response.writeHead(429, { 'retry-after': '1' }).end('slow down\n')
    else response.writeHead(204).end()
  })
  const { extension, lines } = withMeals({ url: receiver.url })
  await Promise.all([
    extension.push!(),
    new Promise(resolve => setTimeout(resolve, 200)).then(() => extension.push!()),
  ])
  expect(times[1]! - times[0]!).toBeGreaterThan(990)
  expect(lines[0]).toMatch(/it answered 429: slow down/)
})

test.each([
  [400, 'rejected', /it answered 400: out of order sample/],
  [401, 'unauthorized', /it answered 401/],
  [403, 'unauthorized', /it answered 403/],
  [404, 'rejected', /it answered 404/],
  [413, 'too_large', /it answered 413/],
  [301, 'redirected', /a redirect to http:\/\/127.0.0.1:1\/elsewhere, and these are not followed/],
  [307, 'redirected', /a redirect/],
  [304, 'redirected', /a redirect/],
])('status %i is not tried again: %s', async (status, reason, line) => {
  const receiver = await startReceiver(response =>
    response
      .writeHead(status, { location: 'http://127.0.0.1:1/elsewhere' })
      .end(status === 304 ? undefined : 'out of order sample\nand more\n'),
  )
  const { extension, serve, own, lines } = withMeals({ url: receiver.url })
  await expect(extension.push!()).rejects.toMatchObject({
    code: 'OFFLOOP_PUSH',
    details: { got: expect.stringMatching(line) },
  })
  // Metadata, beginnings, values: each was tried once.
  expect(receiver.requests).toHaveLength(3)
  expect(own('failures', { reason })).toBe(3)
  expect(own('dropped')).toBe(1)
  expect(lines.join('\n')).toMatch(line)
  expect(lines.join('\n')).not.toMatch('and more')
  serve()
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(lines).toHaveLength(2)
})

test('the wrong token is said, and no line shows it', async () => {
  const receiver = await startReceiver((response, _, { headers }) =>
    response.writeHead(headers.authorization === 'Bearer right' ? 204 : 401).end(),
  )
  const { extension, lines } = withMeals({ url: receiver.url, token: 'wr0ng' })
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(lines.join()).toMatch('401')
  expect(lines.join()).not.toMatch('wr0ng')
})

test('no line and no error shows the credentials of an address', async () => {
  const url = `http://cook:s3cret@127.0.0.1:${await freePort()}/write`
  const { extension, lines } = withMeals({ url, timeoutMs: 300 })
  const error: Error = await extension.push!().then(
    () => new Error('it arrived'),
    (thrown: Error) => thrown,
  )
  expect(
    `${error.message} ${JSON.stringify(error)} ${lines.join()} ${JSON.stringify(extension.info)}`,
  ).not.toMatch('s3cret')
})

test('a store that does not answer is given up after the time-out, and tried again', async () => {
  const receiver = await startReceiver((response, index) => {
    if (index > 0) response.writeHead(204).end()
  })
  const { extension, own } = withMeals({ url: receiver.url, timeoutMs: 300 })
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  await expect.poll(() => mealsOf(receiver.requests)).toEqual([0, 1])
  expect(own('failures', { reason: 'timeout' })).toBe(1)
  expect(own('dropped')).toBe(0)
})

test('an error whose text never ends is given up after the time-out', async () => {
  const receiver = await startReceiver(response => {
    response.writeHead(500)
    const timer = setInterval(() => response.write('.'), 20)
    response.on('close', () => clearInterval(timer))
  })
  const { extension, own } = withMeals({ url: receiver.url, timeoutMs: 400 })
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  await expect.poll(() => own('failures', { reason: 'timeout' })).toBeGreaterThanOrEqual(1)
})

test('an error with a text of many megabytes is read no further than its beginning', async () => {
  const receiver = await startReceiver(response => {
    response.writeHead(400)
    response.write(`too much\n${'x'.repeat(100_000)}`)
    const timer = setInterval(() => response.write('x'.repeat(100_000)), 5)
    response.on('close', () => clearInterval(timer))
  })
  const { extension, lines } = withMeals({ url: receiver.url })
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(lines[0]).toMatch(/it answered 400: too much \(/)
})

test('control characters of a store do not get into the log', async () => {
  const receiver = await startReceiver(response => response.writeHead(400).end('a\x1b[31mb\rc\x07'))
  const { extension, lines } = withMeals({ url: receiver.url })
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(lines[0]).toMatch(/: a \[31mb c \(metadata\)$/)
})

test('an answer that is no HTTP, and a connection that breaks off, are tried again', async () => {
  let count = 0
  const url = await startTcp(socket => {
    count += 1
    const isFirst = count === 1
    socket.on('data', () => {
      if (isFirst) socket.end('SSH-2.0-OpenSSH_9.2\r\n')
      else socket.destroy()
    })
  })
  const { extension, own } = withMeals({ url, timeoutMs: 1_500 })
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(own('failures', { reason: 'garbage' })).toBe(1)
  expect(own('failures', { reason: 'unreachable' })).toBeGreaterThanOrEqual(1)
})

test('a kept connection that the store has closed meanwhile is no failure', async () => {
  const receiver = await startReceiver((response, index, { socket }) => {
    // The fourth comes over the connection of the first three.
    if (index === 3) socket.destroy()
    else response.writeHead(204).end()
  })
  const { extension, own } = withMeals({ url: receiver.url })
  await extension.push!()
  await extension.push!()
  expect(mealsOf(receiver.requests)).toEqual([0, 1, 1])
  // It came twice, the same both times.
  expect(receiver.requests[4]!.decoded).toEqual(receiver.requests[3]!.decoded)
  expect(receiver.requests[4]!.socket).not.toBe(receiver.requests[3]!.socket)
  expect(own('failures', { reason: 'unreachable' })).toBe(0)
})

test('a store that takes no native histograms gets the classic ones, and a push with both is one that arrived', async () => {
  const receiver = await startReceiver((response, _, { decoded }) => {
    const hasNative = decoded.timeseries.some(({ histograms }) => histograms.length > 0)
    response.writeHead(hasNative ? 500 : 204).end(hasNative ? 'native histograms are disabled' : '')
  })
  const { extension, registry, own, lines } = startRemoteWrite({ url: receiver.url })
  registry.register({ kind: 'latency', name: 'wait' }).series([]).record(5, timeMs)
  await extension.push!()
  expect(own('failures', { reason: 'failing' })).toBe(2)
  expect(own('dropped')).toBe(0)
  expect(lines[0]).toMatch(/it answered 500: native histograms are disabled/)
})

test('asked for native histograms alone, such a store is not tried for ever', async () => {
  const receiver = await startReceiver((response, _, { decoded }) => {
    const hasNative = decoded.timeseries.some(({ histograms }) => histograms.length > 0)
    response.writeHead(hasNative ? 500 : 204).end(hasNative ? 'native histograms are disabled' : '')
  })
  const { extension, registry, own } = startRemoteWrite({ url: receiver.url, histograms: 'native' })
  registry.register({ kind: 'latency', name: 'wait' }).series([]).record(5, timeMs)
  await expect(extension.push!()).rejects.toMatchObject({
    details: { got: expect.stringMatching(/native histograms are disabled/) },
  })
  expect(own('dropped')).toBe(1)
})

test('the queue is bounded: of what waits the oldest goes, and is counted', async () => {
  let isDown = true
  const receiver = await startReceiver(response => response.writeHead(isDown ? 503 : 204).end())
  const { extension, serve, own, lines } = withMeals({ url: receiver.url, maxQueue: 2, timeoutMs: 1_000 })
  const pushes: Promise<unknown>[] = []
  for (let index = 0; index < 6; index++) {
    pushes.push(extension.push!().catch(error => error))
    await new Promise(resolve => setTimeout(resolve, 60))
    serve()
  }
  const ends = await Promise.all(pushes)
  expect(ends).toHaveLength(6)
  for (const end of ends) expect(end).toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(String(ends[0])).toMatch(/too many collections wait; it answered 503/)
  // One request with figures for each collection: values; the gone ones are 1 to 4.
  await expect.poll(() => own('dropped')).toBe(4)
  expect(lines.some(line => /samples dropped: too many collections wait/.test(line))).toBe(true)
  const before = receiver.requests.length
  isDown = false
  await extension.push!()
  expect(mealsOf(receiver.requests.slice(before))).toEqual([5, 6, 7])
})

test.each([
  ['nobody listens', async () => `http://127.0.0.1:${await freePort()}/`],
  ['it takes everything and never answers', () => startTcp(() => {})],
  [
    'it asks to come again in an hour',
    async () =>
      (await startReceiver(response => response.writeHead(503, { 'retry-after': '3600' }).end())).url,
  ],
])('the close is bounded, and what is left is counted: %s', async (_, makeUrl) => {
  const { extension, own, lines } = withMeals({ url: await makeUrl(), timeoutMs: 60_000 })
  await extension.close()
  expect(own('dropped')).toBe(1)
  expect(lines.some(line => /samples dropped: it was closed/.test(line))).toBe(true)
})
