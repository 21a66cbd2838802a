/** `--url`: the SLOs in force and the metrics of a running process; and addresses at which there is none. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { createTelemetry, type Telemetry, type TelemetryOptions } from '../../src/index.ts'
import type { RuleFile } from '../../src/rules/rule-file.ts'
import { offloop } from './offloop.ts'

/** A telemetry with its endpoint, which ends with the test. */
async function running(
  options: Partial<TelemetryOptions> = {},
): Promise<{ telemetry: Telemetry; url: string }> {
  const telemetry = createTelemetry({ service: 'shop', http: { port: 0 }, log: false, ...options })
  onTestFinished(async () => {
    await telemetry.close()
  })
  const { url } = await telemetry.ready
  return { telemetry, url: url! }
}

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const recordsOf = (text: string) =>
  (parse(text) as RuleFile).groups
    .flatMap(({ rules }) => rules)
    .flatMap(rule => ('record' in rule ? [[rule.record, rule.labels['slo']]] : []))

test('rules are of the SLOs in force, added ones too, with the bounds that histograms have', async () => {
  const { telemetry, url } = await running({
    buckets: [0.01, 0.06],
    slos: [{ metric: 'echo', objective: 'p(95)<60ms' }],
  })
  telemetry.latency('echo').record(5)
  telemetry.latency('startup', { unit: 's', buckets: [2] }).record(1)
  telemetry.gauge('used', { unit: 'bytes' }).set(1)
  telemetry.slo({ metric: 'startup', objective: 'max<2s' })
  const remove = telemetry.slo({ metric: 'used', objective: 'value<1MB' })
  await telemetry.flush()

  const before = await offloop(['rules', '--url', url])
  expect([before.code, before.err]).toEqual([0, ''])
  expect(recordsOf(before.out)).toEqual([
    ['job:echo_seconds:above_60ms_ratio_rate5m', 'echo p95<60ms'],
    ['job:startup_seconds:above_2s_ratio_rate5m', 'startup max<2s'],
    ['job_instance:used_bytes:max', 'used value<1MB'],
  ])
  expect((parse(before.out) as RuleFile).groups.map(({ name }) => name)).toEqual([
    'shop: objectives',
    'shop: telemetry',
  ])

  remove()
  await telemetry.flush()
  // A snapshot is good for a second.
  await new Promise(resolve => setTimeout(resolve, 1_100))
  expect(recordsOf((await offloop(['rules', '--url', `${url}/snapshot.json`])).out)).toHaveLength(2)
})

test('with --slos, SLOs are those of the file, and metrics those of the process', async () => {
  const { telemetry, url } = await running({ slos: [{ metric: 'hits', objective: 'rate>1' }] })
  telemetry
    .counter('hits', { labelNames: ['route'] })
    .labels({ route: '/' })
    .add(1)
  await telemetry.flush()
  const folder = mkdtempSync(join(tmpdir(), 'offloop-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'slos.json')
  writeFileSync(file, JSON.stringify([{ metric: 'hits', objective: 'count<5', window: '1m', by: 'series' }]))

  const { code, out } = await offloop(['rules', '--url', url, '--slos', file])
  expect(code).toBe(0)
  expect(recordsOf(out)).toEqual([['job_route:hits:increase1m', 'hits count<5 over 1m by series']])
})

test('a dashboard has the metrics of the process', async () => {
  const { telemetry, url } = await running()
  telemetry.counter('hits', { help: 'Requests that found something' }).add(1)
  await telemetry.flush()
  const { code, out, err } = await offloop(['dashboard', '--url', url])
  expect([code, err]).toEqual([0, ''])
  const panel = { title: 'hits: a second', description: 'Requests that found something' }
  expect(JSON.parse(out)).toMatchObject({
    uid: 'offloop-shop',
    panels: expect.arrayContaining([expect.objectContaining(panel)]),
  })
})

test('the token is given by option or environment; without the right one there is advice', async () => {
  const { url } = await running({ http: { port: 0, token: 'secret' } })
  const [none, wrong, option, environment] = await Promise.all([
    offloop(['rules', '--url', url]),
    offloop(['rules', '--url', url, '--token', 'guess']),
    offloop(['rules', '--url', url, '--token', 'secret'], { env: { OFFLOOP_HTTP_TOKEN: 'guess' } }),
    offloop(['rules', '--url', url], { env: { OFFLOOP_HTTP_TOKEN: 'secret' } }),
  ])
  expect([option!.code, environment!.code]).toEqual([0, 0])
  for (const refused of [none!, wrong!]) {
    expect([refused.code, refused.out]).toEqual([1, ''])
    expect(refused.err).toContain('status 401')
    expect(refused.err).toContain('To fix: give the token of the endpoint: OFFLOOP_HTTP_TOKEN=… or --token.')
    expect(refused.err).not.toContain('guess')
  }
})

test.each<[string, RequestListener, string]>([
  ['nothing of that path', (_, response) => response.writeHead(404).end('no'), 'status 404'],
  ['a failure', (_, response) => response.writeHead(500).end(), 'status 500'],
  ['a page', (_, response) => response.end('<!doctype html>'), '<!doctype html>'],
  ['other JSON', (_, response) => response.end('{"status":"ok"}'), '{\\"status\\":\\"ok\\"}'],
  ['null', (_, response) => response.end('null'), 'null'],
  [
    'a snapshot of an older offloop',
    (_, response) => response.end('{"service":"x","series":[]}'),
    'no metrics',
  ],
  ['a broken connection', (request, _) => request.socket.destroy(), 'got'],
  [
    'metrics that make no sense',
    (_, response) => response.end('{"service":"x","metrics":[{"name":1}],"sloDefinitions":[]}'),
    '',
  ],
])('%s is no answer of offloop', async (_, listener, got) => {
  const url = await serving(listener)
  const { code, out, err } = await offloop(['rules', '--url', url])
  expect([code, out]).toEqual([1, ''])
  expect(err).toMatch(/^offloop: OFFLOOP_\w+: .+ To fix: .+\.\n$/)
  expect(err.replaceAll('\\"', '"')).toContain(got.replaceAll('\\"', '"'))
})

test('the token is not taken to another address', async () => {
  const asked: (string | undefined)[] = []
  const other = await serving((request, response) => {
    asked.push(request.headers.authorization)
    response.end()
  })
  const url = await serving((_, response) => response.writeHead(302, { location: other }).end())
  const { code, err } = await offloop(['rules', '--url', url, '--token', 'secret'])
  expect([code, asked]).toEqual([1, []])
  expect(err).toContain('redirect')
})

test('nobody listens there', async () => {
  const { code, err } = await offloop(['rules', '--url', 'http://127.0.0.1:9'])
  expect(code).toBe(1)
  expect(err).toMatch(
    /^offloop: OFFLOOP_ANSWER: .* To fix: see that the process runs with the option http, and listens there\.\n$/,
  )
})
