import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type MeasuredApp, startApp } from './measured-app.ts'

/** Listens on a port, so that nobody else can. */
async function takePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  return (server.address() as { port: number }).port
}

/** What the lines say of where to look. */
function addressesIn(text: string): string[] {
  return [...text.matchAll(/^offloop: metrics of "tested" at (http:\/\/127\.0\.0\.1:\d+)\/metrics/gm)].map(
    ([, url]) => url!,
  )
}

async function addressOf(app: MeasuredApp): Promise<string> {
  await expect.poll(() => addressesIn(app.stderr()), { timeout: 5_000 }).toHaveLength(1)
  return addressesIn(app.stderr())[0]!
}

const countIn = (metrics: string, line: RegExp) =>
  [...metrics.matchAll(new RegExp(line, 'gm'))].reduce((sum, [, value]) => sum + Number(value), 0)

test('one line says where to look, and there every request is counted', async () => {
  const app = await startApp('fastify.mjs')
  for (const path of ['/users/1', '/users/2']) await (await fetch(app.url + path)).text()
  const url = await addressOf(app)
  const line =
    /^http_server_request_duration_seconds_count\{http_request_method="GET",url_scheme="http",http_route="\/users\/:id",http_response_status_code="200"\} (\d+)$/
  await expect.poll(async () => countIn(await (await fetch(`${url}/metrics`)).text(), line)).toBe(2)
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
    /^http_server_active_requests\{http_request_method="GET",url_scheme="http"\} 0$/m,
  )
  expect(app.stderr()).toBe(`offloop: metrics of "tested" at ${url}/metrics\n`)
})

test.each([
  ['fastify.mjs', []],
  ['express.mjs', ['express']],
  ['express.mjs', ['express4']],
])('%s %s: the application serves the metrics itself where it is asked to', async (file, args) => {
  const app = await startApp(file, { args, env: { WITH_PLUGIN: '1', OFFLOOP_HTTP: '0' } })
  await (await fetch(`${app.url}/users/1`)).text()
  const line = /^http_server_request_duration_seconds_count\{.*\/users\/:id.*\} (\d+)$/
  await expect.poll(async () => countIn(await (await fetch(`${app.url}/metrics`)).text(), line)).toBe(1)
  const accept = 'application/openmetrics-text; version=1.0.0'
  const answer = await fetch(`${app.url}/metrics`, { headers: { accept } })
  expect(answer.headers.get('content-type')).toContain('application/openmetrics-text')
  expect(await answer.text()).toMatch(/# EOF\n$/)
})

test('a token that is set is asked for', async () => {
  const app = await startApp('plain.mjs', { env: { OFFLOOP_HTTP_TOKEN: 'open-sesame' } })
  const url = `${await addressOf(app)}/metrics`
  expect((await fetch(url)).status).toBe(401)
  expect((await fetch(url, { headers: { authorization: 'Bearer open-sesame' } })).status).toBe(200)
  expect(app.stderr()).not.toContain('open-sesame')
})

test('a port that is taken is left to who has it: the next free one is said', async () => {
  const taken = await takePort()
  const app = await startApp('plain.mjs', { env: { OFFLOOP_HTTP_PORT: String(taken) } })
  const port = Number(new URL(await addressOf(app)).port)
  expect(port).toBeGreaterThan(taken)
  expect(port).toBeLessThan(taken + 16)
  expect(app.stderr()).toContain(`(port ${taken} is taken`)
})

test('an address that is none is said once, and the application runs', async () => {
  const app = await startApp('plain.mjs', {
    env: { OFFLOOP_HTTP_HOST: '192.0.2.1', OFFLOOP_HTTP_PORT: '9464' },
  })
  expect(await (await fetch(app.url)).text()).toBe('answer')
  await expect
    .poll(app.stderr, { timeout: 5_000 })
    .toMatch(/^offloop: .*OFFLOOP_HTTP_LISTEN.*192\.0\.2\.1.*\n$/)
  await expect.poll(() => app.served()).toEqual({ 'GET - 200': 1 })
})

test('each process of a cluster is served on a port of its own', async () => {
  const first = await takePort()
  const app = await startApp('cluster.mjs', { env: { OFFLOOP_HTTP_PORT: String(first) } })
  await expect.poll(() => addressesIn(app.stderr()), { timeout: 10_000 }).toHaveLength(3)
  for (let request = 0; request < 6; request++) {
    await (await fetch(app.url, { headers: { connection: 'close' } })).text()
  }
  const addresses = addressesIn(app.stderr())
  expect(new Set(addresses).size).toBe(3)
  const line = /^http_server_request_duration_seconds_count\{.*\} (\d+)$/
  await expect
    .poll(async () => {
      const texts = await Promise.all(addresses.map(async url => (await fetch(`${url}/metrics`)).text()))
      return texts.reduce((sum, text) => sum + countIn(text, line), 0)
    })
    .toBe(6)
})
