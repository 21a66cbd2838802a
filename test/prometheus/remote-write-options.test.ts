import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createTelemetry, TelemetryError } from '../../src/index.ts'
import { type RemoteWriteOptions, remoteWrite } from '../../src/prometheus/index.ts'

const URL_OF_STORE = 'http://127.0.0.1:9090/api/v1/write'

test('the spec can be cloned, names a module that is there, and has all defaults', () => {
  const spec = structuredClone(remoteWrite({ url: URL_OF_STORE }))
  expect(existsSync(fileURLToPath(spec.module))).toBe(true)
  expect(spec).toMatchObject({
    name: 'remote-write',
    options: {
      url: URL_OF_STORE,
      headers: {},
      externalLabels: {},
      histograms: 'both',
      fine: { perOctave: 32, ranges: { seconds: [0.001, 60], bytes: [1_024, 2 ** 30] } },
      intervalMs: 15_000,
      timeoutMs: 10_000,
      maxQueue: 20,
      maxSamplesPerRequest: 2_000,
      staleMarkers: false,
    },
  })
})

test('a url that is missing or wrong is answered by one that is right, and its credentials are not shown', () => {
  for (const given of [
    {},
    { url: 5 },
    { url: 'store' },
    { url: 'ftp://shop:s3cret@store' },
    { url: 'http://shop:s3/cret@store' },
  ]) {
    const make = () => remoteWrite(given as RemoteWriteOptions)
    expect(make).toThrow('give an address such as http://localhost:9090/api/v1/write')
    expect(make).not.toThrow(/s3/)
  }
})

test.each<[unknown, string]>([
  [undefined, 'remoteWrite'],
  ['http://127.0.0.1', 'remoteWrite'],
  [{}, 'remoteWrite.url'],
  [{ url: 5 }, 'remoteWrite.url'],
  [{ url: 'localhost:9090' }, 'remoteWrite.url'],
  [{ url: 'file:///etc/passwd' }, 'remoteWrite.url'],
  [{ url: 'http://shop:50%off@127.0.0.1:9090/' }, 'remoteWrite.url'],
  [{ URL: URL_OF_STORE }, 'remoteWrite.URL'],
  [{ intervallMs: 5 }, 'remoteWrite.intervallMs'],
  [{ intervalMs: 5 }, 'remoteWrite.intervalMs'],
  [{ intervalMs: '15s' }, 'remoteWrite.intervalMs'],
  [{ timeoutMs: Number.NaN }, 'remoteWrite.timeoutMs'],
  [{ maxQueue: 0 }, 'remoteWrite.maxQueue'],
  [{ maxSamplesPerRequest: 1.5 }, 'remoteWrite.maxSamplesPerRequest'],
  [{ histograms: 'sparse' }, 'remoteWrite.histograms'],
  [{ staleMarkers: 'yes' }, 'remoteWrite.staleMarkers'],
  [{ job: '' }, 'remoteWrite.job'],
  [{ instance: 5 }, 'remoteWrite.instance'],
  [{ name: null }, 'remoteWrite.name'],
  [{ externalLabels: { 'a-b': 'c' } }, 'remoteWrite.externalLabels.a-b'],
  [{ externalLabels: { __name__: 'c' } }, 'remoteWrite.externalLabels.__name__'],
  [{ externalLabels: { a: 5 } }, 'remoteWrite.externalLabels.a'],
  [{ externalLabels: { job: 'c' } }, 'remoteWrite.externalLabels.job'],
  [{ headers: [] }, 'remoteWrite.headers'],
  [{ headers: { 'a b': 'c' } }, 'remoteWrite.headers.a b'],
  [{ headers: { a: 'b\r\nc: d' } }, 'remoteWrite.headers.a'],
  [{ headers: { 'Content-Encoding': 'gzip' } }, 'remoteWrite.headers.Content-Encoding'],
  [{ token: 'a\nb' }, 'remoteWrite.token'],
  [{ token: 'a', basicAuth: { username: 'a', password: 'b' } }, 'remoteWrite'],
  [{ token: 'a', headers: { Authorization: 'Basic x' } }, 'remoteWrite'],
  [{ basicAuth: { username: 'a:b', password: 'c' } }, 'remoteWrite.basicAuth.username'],
  [{ basicAuth: { username: 'a' } }, 'remoteWrite.basicAuth.password'],
  [{ basicAuth: { user: 'a' } }, 'remoteWrite.basicAuth.user'],
  [{ fine: { perOctave: 5 } }, 'remoteWrite.fine.perOctave'],
  [{ fine: { ranges: { seconds: [1] } } }, 'remoteWrite.fine.ranges.seconds'],
  [{ fine: { ranges: { seconds: [0, 1] } } }, 'remoteWrite.fine.ranges.seconds'],
  [{ fine: { ranges: { seconds: [2, 1] } } }, 'remoteWrite.fine.ranges.seconds'],
  [{ fine: { ranges: { seconds: [1e-18, 1e18] } } }, 'remoteWrite.fine.ranges.seconds'],
])('options that are not valid are refused at once, at their path: %j', (given, at) => {
  const isObject = typeof given === 'object' && given !== null
  const options =
    isObject && !('url' in given) && at !== 'remoteWrite.url' ? { url: URL_OF_STORE, ...given } : given
  const make = () => remoteWrite(options as RemoteWriteOptions)
  expect(make).toThrow(TelemetryError)
  expect(make).toThrow(
    expect.objectContaining({ code: 'OFFLOOP_OPTION', details: expect.objectContaining({ at }) }),
  )
})

test('no error shows a secret', () => {
  const make = () => remoteWrite({ url: URL_OF_STORE, token: 's3cret\n' })
  expect(make).toThrow(expect.not.objectContaining({ message: expect.stringContaining('s3cret') }))
})

test('one telemetry can send to several stores, each under a name', () => {
  const names = [remoteWrite({ url: URL_OF_STORE }), remoteWrite({ url: URL_OF_STORE, name: 'backup' })].map(
    spec => spec.name,
  )
  expect(names).toEqual(['remote-write', 'backup'])
})

test('a store that cannot be reached is never felt: recording, ready and close go on', async () => {
  const telemetry = createTelemetry({
    service: 'alone',
    log: () => {},
    exporters: [remoteWrite({ url: 'http://127.0.0.1:9/', timeoutMs: 200 })],
  })
  await telemetry.ready
  telemetry.counter('meals').add(2)
  await expect(telemetry.push()).rejects.toMatchObject({ code: 'OFFLOOP_PUSH' })
  expect(await telemetry.query('meals')).toMatchObject({ total: 2 })
  expect(await telemetry.close()).toMatchObject({ ok: true, lost: 0 })
})
