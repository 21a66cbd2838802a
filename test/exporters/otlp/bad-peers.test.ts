/** Receivers that refuse, hang, drip, redirect or are not there: counted, said, bounded, and got over. */
import { expect, test } from 'vitest'
import { freePort } from '../../support/real-programs.ts'
import { exporting } from './exporting.ts'
import { partialSuccess, type Receiver, startReceiver } from './receiver.ts'

/** Answers of one status, and no other behaviour. */
const answering = (status: number, headers: Record<string, string> = {}, body = '') =>
  startReceiver((_, response) => {
    response.writeHead(status, headers)
    response.end(body)
  })

test.each([
  ['401 as unauthorized', 401, 'unauthorized', /HTTP status 401 Unauthorized: no such token/],
  ['403 as unauthorized', 403, 'unauthorized', /HTTP status 403/],
  ['400 as rejected, with what it says', 400, 'rejected', /HTTP status 400 Bad Request: no such token/],
  ['500 as rejected', 500, 'rejected', /HTTP status 500/],
  ['429 until the time is over as busy', 429, 'busy', /HTTP status 429, 502, 503 or 504/],
  ['503 until the time is over as busy', 503, 'busy', /HTTP status 429, 502, 503 or 504/],
  ['a single point too large as such', 413, 'too_large', /HTTP status 413/],
])('counts and says %s', async (_, status, reason, line) => {
  const receiver = await answering(status, {}, 'no such\u001b[31m token\n')
  const { extension, failures, lines, count } = await exporting(receiver)
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(failures(reason)).toBe(1)
  expect(count('offloop_export_pushes')).toBe(1)
  expect(lines).toHaveLength(1)
  expect(lines[0]!.replace(/ \[31m/, '')).toMatch(line)
  expect(lines[0]).not.toContain('\u001b')
})

test('a redirect is not followed: it may lead anywhere, with our headers', async () => {
  const elsewhere = await startReceiver()
  const receiver = await answering(307, { location: elsewhere.url })
  const { extension, failures } = await exporting(receiver)
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(failures('redirected')).toBe(1)
  expect(elsewhere.requests).toHaveLength(0)
})

test('429 and 503 are tried again, at the time the receiver asks for', async () => {
  const arrivedMs: number[] = []
  const receiver = await startReceiver((_, response, index) => {
    arrivedMs.push(performance.now())
    if (index === 0) response.writeHead(503, { 'retry-after': '1' })
    response.end()
  })
  const { extension, failures } = await exporting(receiver, { timeoutMs: 5_000 })
  await extension.push!()
  expect(receiver.requests).toHaveLength(2)
  expect(arrivedMs[1]! - arrivedMs[0]!).toBeGreaterThan(950)
  expect(failures('busy')).toBe(0)
})

test('a Retry-After beyond the time is not waited for', async () => {
  const receiver = await answering(429, { 'retry-after': '3600' })
  const { extension, failures } = await exporting(receiver, { timeoutMs: 30_000 })
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(failures('busy')).toBe(1)
})

test('a receiver that never answers costs the time-out', async () => {
  const receiver = await startReceiver(() => {})
  const { extension, failures } = await exporting(receiver)
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(failures('timeout')).toBe(1)
})

test('nor does one that answers byte by byte, whose connection is never silent', async () => {
  let isOpen = true
  const receiver = await startReceiver((_, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('x'), 20)
    response.on('close', () => {
      isOpen = false
      clearInterval(timer)
    })
  })
  const { extension, failures } = await exporting(receiver)
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(failures('timeout')).toBe(1)
  await expect.poll(() => isOpen, { timeout: 10_000 }).toBe(false)
})

test('nobody there, and one that hangs up, are unreachable', async () => {
  const nobody = await exporting({ url: `http://127.0.0.1:${await freePort()}/v1/metrics` })
  await expect(nobody.extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(nobody.failures('unreachable')).toBe(1)
  expect(nobody.lines[0]).toMatch(/ECONNREFUSED/)

  const receiver = await startReceiver((_, response) => response.socket!.destroy())
  const hangsUp = await exporting(receiver)
  await expect(hangsUp.extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(hangsUp.failures('unreachable')).toBe(1)
})

test('an answer that is no answer is none the less a success, and one without end is none', async () => {
  const receiver = await answering(200, {}, 'certainly no protobuf \u0000\u00ff')
  const { extension } = await exporting(receiver, { timeoutMs: 10_000 })
  await extension.push!()

  const endless = await startReceiver((_, response) => response.end(Buffer.alloc(5 * 1_024 * 1_024)))
  const other = await exporting(endless, { timeoutMs: 5_000 })
  await expect(other.extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(other.count('offloop_export_failures')).toBe(1)
})

test('what the receiver took in part is a failure that says so', async () => {
  const receiver = await startReceiver((_, response) => response.end(partialSuccess(3, 'label too long')))
  const { extension, failures, lines } = await exporting(receiver)
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(failures('partial')).toBe(1)
  expect(lines[0]).toMatch(/rejectedDataPoints.*3.*label too long/)
})

test('a word of warning is passed on, and no failure', async () => {
  const receiver = await startReceiver((_, response) => response.end(partialSuccess(0, 'soon deprecated')))
  const { extension, lines, count } = await exporting(receiver, { timeoutMs: 10_000 })
  await extension.push!()
  expect(lines).toEqual([expect.stringMatching(/soon deprecated/)])
  expect(count('offloop_export_failures')).toBe(0)
})

test('a receiver that is back gets everything, since all totals are since the start', async () => {
  let isDown = true
  const receiver = await startReceiver((_, response) => {
    if (isDown) response.socket!.destroy()
    else response.end()
  })
  const { extension, registry, count } = await exporting(receiver, { maxDataPointsPerRequest: 10 }, 50)
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  // Of a receiver that is away not every request is tried.
  const triesWhileDown = receiver.requests.length
  expect(triesWhileDown).toBe(1)
  registry.record('hits', 4, { n: '7' })
  isDown = false
  await extension.push!()
  const points = receiver.requests
    .slice(triesWhileDown)
    .flatMap(({ metrics }) => metrics.flatMap(({ name, points: all }) => (name === 'hits' ? all : [])))
  expect(points).toHaveLength(50)
  expect(points.find(({ attributes }) => attributes['n'] === '7')).toMatchObject({ asDouble: 5 })
  expect(count('offloop_export_dropped')).toBe(1)
})

test('maxQueue keeps what did not arrive, oldest first, and no more than that', async () => {
  let isDown = true
  const receiver = await startReceiver((_, response) => {
    if (isDown) response.socket!.destroy()
    else response.end()
  })
  const { extension, registry, count } = await exporting(receiver, { maxQueue: 2 })
  for (let push = 0; push < 4; push++) {
    registry.record('hits', 1, { n: '0' })
    await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  }
  isDown = false
  const before = receiver.requests.length
  registry.record('hits', 1, { n: '0' })
  await extension.push!()
  const values = receiver.requests
    .slice(before)
    .map(({ metrics }) => metrics.find(({ name }) => name === 'hits')!.points[0]!.asDouble)
  expect(values).toEqual([4, 5, 6])
  expect(count('offloop_export_dropped')).toBe(2)
})

test('pushes go over one connection, one at a time; those asked for meanwhile are one', async () => {
  let atOnce = 0
  let atOnceMax = 0
  const receiver = await startReceiver((_, response) => {
    atOnceMax = Math.max(atOnceMax, ++atOnce)
    setTimeout(() => {
      atOnce -= 1
      response.end()
    }, 20)
  })
  const { extension } = await exporting(receiver, { timeoutMs: 10_000 })
  await Promise.all([extension.push!(), extension.push!(), extension.push!()])
  await extension.push!()
  expect(receiver.requests).toHaveLength(2)
  expect(atOnceMax).toBe(1)
  expect(receiver.connectionCount()).toBe(1)
})

test('pushes at the interval, and a last time at the end', async () => {
  const receiver = await startReceiver()
  const { extension, registry } = await exporting(receiver, { intervalMs: 30, timeoutMs: 10_000 })
  await expect.poll(() => receiver.requests.length, { timeout: 10_000 }).toBeGreaterThan(2)
  registry.record('hits', 41, { n: '0' })
  await extension.close()
  expect(lastValue(receiver)).toBe(42)
  const count = receiver.requests.length
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(receiver.requests).toHaveLength(count)
})

test('the end waits for a receiver that hangs as long as it may, and no longer', async () => {
  const receiver = await startReceiver(() => {})
  const { extension } = await exporting(receiver, { timeoutMs: 60_000 })
  const beganMs = performance.now()
  await extension.close()
  expect(performance.now() - beganMs).toBeLessThan(10_000)
})

test('no line of log has the password of the address, or a header', async () => {
  const receiver = await answering(401)
  const url = receiver.url.replace('http://', 'http://me:pa55word@')
  const { extension, lines } = await exporting({ url }, { headers: { 'x-token': 's3cret' } })
  const error = await extension.push!().catch((thrown: unknown) => thrown)
  expect(`${lines.join()}${error}${JSON.stringify(extension.info)}`).not.toMatch(/pa55word|s3cret/)
})

function lastValue({ requests }: Receiver): number | undefined {
  return requests.at(-1)?.metrics.find(({ name }) => name === 'hits')?.points[0]?.asDouble
}

test('a registry that is full by then does not keep a failure from being counted', async () => {
  const { extension, registry, failures } = await exporting({
    url: `http://127.0.0.1:${await freePort()}/v1/metrics`,
  })
  for (let index = registry.metrics().length; index < 10_000; index++) {
    registry.register({ kind: 'counter', name: `made_up_${index}` })
  }
  await expect(extension.push!()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(failures('unreachable')).toBe(1)
})
