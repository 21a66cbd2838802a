import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { type PrometheusExtension, start } from '../../../src/exporters/prometheus/main.ts'
import { type HttpOptions, resolveHttpOptions } from '../../../src/shared/http-options.ts'
import type { TelemetrySnapshot } from '../../../src/shared/snapshot.ts'
import { parseText, sampleOf } from '../../exposition/parse-text.ts'
import { hostForTest } from '../../support/extension-host.ts'
import { freePort, programPath } from '../../support/real-programs.ts'

const running: PrometheusExtension[] = []
afterEach(async () => {
  for (const extension of running.splice(0)) await extension.close()
})

async function serving(
  options: HttpOptions = {},
  overrides: Parameters<typeof hostForTest>[0] = {},
  previous?: Record<string, unknown>,
) {
  const test = hostForTest(overrides)
  const http = resolveHttpOptions({ port: 0, ...options }, 'http')
  const extension = await start(test.host, { http }, previous)
  running.push(extension)
  return { ...test, extension, url: String(extension.info?.['url']) }
}

const requestsOf = (text: string) =>
  Object.fromEntries(
    (parseText(text, false).get('offloop_http_requests_total')?.samples ?? []).map(({ labels, value }) => [
      `${labels['path']} ${labels['status']}`,
      value,
    ]),
  )

test('each path is answered, GET and HEAD alike, and everything else refused', async () => {
  const { url, registry } = await serving()
  registry.register({ kind: 'counter', name: 'hits' })
  registry.record('hits', 3)
  const metrics = await fetch(`${url}/metrics?x=1`)
  expect([metrics.status, metrics.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ])
  expect(sampleOf(parseText(await metrics.text(), false).get('hits_total'), 'hits_total')).toBe(3)
  const paths = ['/', '/metrics', '/health', '/ready', '/snapshot.json', '/none', '/metrics/', '//metrics']
  const statuses: number[] = []
  for (const path of paths) {
    const got = await fetch(`${url}${path}`)
    const body = await got.arrayBuffer()
    const head = await fetch(`${url}${path}`, { method: 'HEAD' })
    expect([head.status, (await head.arrayBuffer()).byteLength]).toEqual([got.status, 0])
    expect(Number(got.headers.get('content-length') ?? body.byteLength)).toBeGreaterThan(0)
    expect([got.headers.get('cache-control'), got.headers.get('x-content-type-options')]).toEqual([
      'no-store',
      'nosniff',
    ])
    statuses.push(got.status)
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200, 404, 404, 404])
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const body = method === 'POST' ? { body: 'x'.repeat(100_000) } : {}
    const refused = await fetch(`${url}/metrics`, { method, ...body })
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  }
  const { 'other 404': notFound, '/metrics 405': refused } = requestsOf(
    await (await fetch(`${url}/metrics`)).text(),
  )
  expect([notFound, refused]).toEqual([6, 4])
})

test('health and readiness follow the heartbeat of the creating thread', async () => {
  let heartbeatAgeMs: number | undefined
  const { url } = await serving(
    { heartbeatTimeoutMs: 1_000 },
    { health: () => ({ heartbeatAgeMs, uptimeMs: 12.6, restarts: 1 }) },
  )
  const ask = async (path: string) => {
    const response = await fetch(`${url}${path}`)
    return [response.status, await response.json()]
  }
  const life = { uptimeMs: 13, restarts: 1 }
  expect(await ask('/ready')).toEqual([503, { status: 'blocked', heartbeatAgeMs: null, ...life }])
  heartbeatAgeMs = 999
  expect(await ask('/ready')).toEqual([200, { status: 'ready', heartbeatAgeMs: 999, ...life }])
  heartbeatAgeMs = 1_000
  expect(await ask('/ready')).toEqual([503, { status: 'blocked', heartbeatAgeMs: 1_000, ...life }])
  expect(await ask('/health')).toEqual([200, { status: 'ok', heartbeatAgeMs: 1_000, ...life }])
})

test('without the token nothing is told but whether the process lives', async () => {
  const { url } = await serving({ token: 's3cret' })
  const status = async (path: string, authorization?: string) =>
    (await fetch(`${url}${path}`, { headers: authorization === undefined ? {} : { authorization } })).status
  const refused = await fetch(`${url}/metrics`)
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="offloop"'])
  for (const path of ['/', '/metrics', '/snapshot.json', '/none']) {
    for (const wrong of [undefined, 'Bearer', 'Bearer x', 'Basic s3cret', 's3cret', 'Bearer s3cret x']) {
      expect([path, wrong, await status(path, wrong)]).toEqual([path, wrong, 401])
    }
  }
  expect(await status('/metrics', 'Bearer s3cret')).toBe(200)
  expect(await status('/metrics', 'bearer   s3cret')).toBe(200)
  expect([await status('/health'), await status('/ready')]).toEqual([200, 200])
})

test('the format is the one the client likes best', async () => {
  const { url, extension } = await serving()
  const prometheus = 'text/plain; version=0.0.4; charset=utf-8'
  const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8'
  const cases: [accept: string | undefined, type: string][] = [
    [undefined, prometheus],
    ['', prometheus],
    ['*/*', prometheus],
    ['text/html,application/xhtml+xml,*/*;q=0.8', prometheus],
    ['image/png', prometheus],
    ['\0;;,=q', prometheus],
    ['application/openmetrics-text', openMetrics],
    ['application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5', prometheus],
    ['application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1', openMetrics],
    ['application/openmetrics-text;version=1.0.0;q=0.1,text/plain;version=0.0.4;q=0.5', prometheus],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,' +
        'application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      prometheus,
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,' +
        'text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      openMetrics,
    ],
  ]
  for (const [accept, type] of cases) {
    expect([accept, (await extension.answer({ accept })).contentType]).toEqual([accept, type])
    if (accept?.includes('\0')) continue
    const response = await fetch(`${url}/metrics`, { headers: accept === undefined ? {} : { accept } })
    parseText(await response.text(), type === openMetrics)
    expect([accept, response.headers.get('content-type')]).toEqual([accept, type])
  }
  for (const question of [undefined, null, 5, { accept: 5 }]) {
    expect((await extension.answer(question)).contentType).toBe(prometheus)
  }
})

test('protobuf is for those who ask by HTTP; what is answered as a text is OpenMetrics then', async () => {
  const { url, extension } = await serving()
  const accept =
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,' +
    'application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
  const response = await fetch(`${url}/metrics`, { headers: { accept } })
  expect(response.headers.get('content-type')).toBe(
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
  )
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(bytes.subarray(0, 13).toString('latin1')).toContain('target_info'.slice(0, 9))
  const { contentType, body } = await extension.answer({ accept })
  expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
  parseText(body, true)
})

test('who takes gzip gets the same, compressed', async () => {
  const { url, registry } = await serving()
  registry.register({ kind: 'counter', name: 'hits', labelNames: ['a'] })
  for (let index = 0; index < 1_000; index += 1) registry.record('hits', 1, { a: String(index) })
  const raw = async (acceptEncoding: string) => {
    const { request } = await import('node:http')
    return await new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
      request(`${url}/metrics`, { headers: { 'Accept-Encoding': acceptEncoding } }, response => {
        const parts: Buffer[] = []
        response.on('data', part => parts.push(part))
        response.on('end', () =>
          resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(parts) }),
        )
      })
        .on('error', reject)
        .end()
    })
  }
  const hits = (text: string) => parseText(text, false).get('hits_total')?.samples.length
  const [gzipped, refused, plain] = [await raw('gzip, deflate'), await raw('gzip;q=0'), await raw('identity')]
  expect([gzipped.encoding, refused.encoding, plain.encoding]).toEqual(['gzip', undefined, undefined])
  expect(gzipped.body.length).toBeLessThan(plain.body.length / 4)
  expect([hits(gunzipSync(gzipped.body).toString()), hits(plain.body.toString())]).toEqual([1_000, 1_000])
})

test('scrapes that come together are rendered once, and each has what was recorded before it', async () => {
  const { url, registry, extension } = await serving()
  registry.register({ kind: 'counter', name: 'hits' })
  const hitsIn = (body: string) => sampleOf(parseText(body, false).get('hits_total'), 'hits_total')
  const answers = await Promise.all(Array.from({ length: 50 }, () => extension.answer({})))
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
  const timesOf = (body: string) =>
    sampleOf(parseText(body, false).get('offloop_scrape_time_seconds'), 'offloop_scrape_time_seconds_count')
  expect(timesOf((await extension.answer({})).body)).toBe(1)
  // A rendering under way is not what comes later may join.
  const first = extension.answer({})
  for (let count = 1; count <= 20; count += 1) {
    registry.record('hits', 1)
    expect(hitsIn((await extension.answer({})).body)).toBe(count)
  }
  await first
  const bodies = await Promise.all(
    Array.from({ length: 40 }, async () => (await fetch(`${url}/metrics`)).text()),
  )
  expect(bodies.map(hitsIn)).toEqual(bodies.map(() => 20))
})

test('a large scrape rests every few milliseconds, and goes on where it was', async () => {
  const { host, registry } = hostForTest()
  const labelNames = ['route']
  registry.register({ kind: 'latency', name: 'took', labelNames })
  for (let index = 0; index < 1_000; index += 1) registry.record('took', index, { route: `/${index}` })
  let nowMs = 0
  let pauses = 0
  // Each look at the clock is a millisecond later: how often it rests does not hang on this machine.
  const extension = await start(
    {
      ...host,
      now: () => {
        nowMs += 1
        return nowMs
      },
      pause: () => {
        pauses += 1
        return host.pause()
      },
    },
    {},
    undefined,
  )
  const { body } = await extension.answer({})
  expect(parseText(body, false).get('took_seconds')?.samples).toHaveLength(1_000 * 17)
  // 2,000 steps and chunks, 16 to a look, 5 looks to a rest.
  expect(pauses).toBeGreaterThanOrEqual(20)
})

test('what collides is left out, counted once however often it is scraped, and said', async () => {
  const { registry, extension, lines } = await serving()
  registry.register({ kind: 'counter', name: 'a' })
  registry.register({ kind: 'gauge', name: 'a_', exported: { name: 'a' } })
  registry.record('a', 1)
  registry.record('a_', 1)
  await extension.answer({})
  await extension.answer({})
  const families = parseText((await extension.answer({})).body, false)
  const name = 'offloop_exposition_collisions_total'
  expect(sampleOf(families.get(name), name)).toBe(1)
  expect(lines.filter(line => line.includes('a_'))).toEqual([
    'offloop: 1 series of a_ are not scraped: a metric of another type is already exported as a. Give one of them another name.',
  ])
})

test('a registry that is full harms no answer: what the server counts is registered when it starts', async () => {
  const { url, registry } = await serving()
  for (let index = registry.metrics().length; index < 10_000; index++) {
    registry.register({ kind: 'counter', name: `made_up_${index}` })
  }
  for (const path of ['/none', '/health', '/metrics']) {
    expect((await fetch(`${url}${path}`)).status).toBe(path === '/none' ? 404 : 200)
  }
})

test('snapshots are made once a second at most', async () => {
  let made = 0
  const snapshot = () => {
    made += 1
    return { service: 'x', series: [], self: [], slos: [] } as unknown as TelemetrySnapshot
  }
  const { url } = await serving({}, { snapshot })
  const bodies = await Promise.all(
    Array.from({ length: 20 }, async () => (await fetch(`${url}/snapshot.json`)).json()),
  )
  expect(bodies[19]).toMatchObject({ service: 'x' })
  expect(made).toBeLessThan(20)
})

test('a snapshot that takes long is made the less often: clients get a small share of the thread', async () => {
  let made = 0
  const snapshot = () => {
    made += 1
    const endMs = performance.now() + 100
    while (performance.now() < endMs) {
      // Many windows are read.
    }
    return { service: 'x', series: [], self: [], slos: [] } as unknown as TelemetrySnapshot
  }
  const { url } = await serving({}, { snapshot })
  await fetch(`${url}/snapshot.json`)
  await new Promise(resolve => setTimeout(resolve, 1_100))
  expect(await (await fetch(`${url}/snapshot.json`)).json()).toMatchObject({ service: 'x' })
  expect(made).toBe(1)
})

test('a port that is taken, or an address that is not there, is an error that says what to do', async () => {
  const { extension } = await serving()
  const port = extension.info?.['port'] as number
  await expect(serving({ port })).rejects.toMatchObject({
    code: 'OFFLOOP_HTTP_LISTEN',
    message: expect.stringContaining(`something else listens on port ${port} already`),
  })
  await expect(serving({ host: '192.0.2.1' })).rejects.toMatchObject({
    code: 'OFFLOOP_HTTP_LISTEN',
    details: { at: 'http.host' },
  })
  await expect(serving({ host: 'no-such-host.invalid' })).rejects.toMatchObject({
    code: 'OFFLOOP_HTTP_LISTEN',
  })
})

test('the successor of an aggregator that died is found on the same port, once that is free', async () => {
  const port = await freePort()
  const dying = createServer().listen(port, '127.0.0.1')
  await new Promise(resolve => dying.once('listening', resolve))
  const next = serving({}, {}, { url: `http://127.0.0.1:${port}`, port })
  await new Promise(resolve => setTimeout(resolve, 250))
  dying.close()
  expect((await next).extension.info).toEqual({ url: `http://127.0.0.1:${port}`, port })
})

test('listening for other machines is said, with the advice that fits', async () => {
  const open = await serving({ host: '0.0.0.0' })
  expect(open.lines.join()).toContain('Set http.token')
  expect(open.lines.join()).toContain('http.host 0.0.0.0')
  expect(open.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const guarded = await serving({ host: '0.0.0.0', token: 'x' })
  expect(guarded.lines.join()).toContain('unencrypted')
  expect((await serving()).lines).toEqual([])
})

const promtool = programPath('promtool')
test.skipIf(promtool === undefined)('promtool has nothing to say against what is scraped', async () => {
  const { registry, extension } = await serving({ quantiles: [0.5, 0.99] })
  registry.register({ kind: 'latency', name: 'took', help: 'Took "long"\\\n', labelNames: ['http.route'] })
  registry.register({ kind: 'counter', name: 'hits.seen', help: 'Hits', unit: '{hits}' })
  registry.register({ kind: 'gauge', name: 'heap', help: 'Heap', unit: 'bytes' })
  for (const value of [1, 20, 300]) registry.record('took', value, { 'http.route': '/a"\\\n\0é\ud800' })
  registry.record('hits.seen', 1)
  registry.record('heap', 1e9)
  await extension.answer({})
  const { body } = await extension.answer({})
  expect(execFileSync(promtool!, ['check', 'metrics'], { input: body, encoding: 'utf8' })).toBe('')
})
