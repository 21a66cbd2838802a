/** What a store receives. */
import { expect, test } from 'vitest'
import type { SloStatus } from '../../../src/shared/snapshot.ts'
import { type DecodedRequest, nameOf } from './decoded-request.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { startRemoteWrite } from './started.ts'

const timeMs = 0

/** All samples of requests, by series. */
function valuesOf(requests: Receiver['requests'], isOwn = false): Record<string, number[]> {
  const values: Record<string, number[]> = {}
  for (const { decoded } of requests) {
    for (const series of decoded.timeseries) {
      const name = nameOf(series)
      if (/^(offloop_|target_info)/.test(name) !== isOwn) continue
      values[name] = [...(values[name] ?? []), ...series.samples.map(({ value }) => value)]
    }
  }
  return values
}

function all<Item>(
  requests: Receiver['requests'],
  part: (decoded: DecodedRequest) => readonly Item[],
): Item[] {
  return requests.flatMap(({ decoded }) => part(decoded))
}

test('counters, gauges and histograms arrive under their exported names, with job and instance, labels sorted', async () => {
  const receiver = await startReceiver()
  const { registry, extension } = startRemoteWrite({ url: receiver.url, histograms: 'classic' })
  const guests = registry.register({ kind: 'counter', name: 'guests', labelNames: ['table', 'door'] })
  guests.series(['4', 'front']).increment(3, timeMs)
  registry.register({ kind: 'gauge', name: 'load', unit: 'percent' }).series([]).record(50, timeMs)
  registry
    .register({ kind: 'latency', name: 'wait', buckets: [10, 100] })
    .series([])
    .record(20, timeMs)
  await extension.push!()

  expect(valuesOf(receiver.requests)).toEqual({
    'guests_total{door="front",instance="a:1",job="test",table="4"}': [0, 3],
    'load_ratio{instance="a:1",job="test"}': [0.5],
    'wait_seconds_bucket{instance="a:1",job="test",le="0.01"}': [0],
    'wait_seconds_bucket{instance="a:1",job="test",le="0.1"}': [0, 1],
    'wait_seconds_bucket{instance="a:1",job="test",le="+Inf"}': [0, 1],
    'wait_seconds_sum{instance="a:1",job="test"}': [0, 0.02],
    'wait_seconds_count{instance="a:1",job="test"}': [0, 1],
  })
  for (const { labels } of all(receiver.requests, ({ timeseries }) => timeseries)) {
    const names = labels.map(({ name }) => name)
    expect(names).toEqual([...names].sort())
    expect(new Set(names).size).toBe(names.length)
  }
})

test('requests are what the protocol asks for', async () => {
  const receiver = await startReceiver()
  const { extension } = startRemoteWrite({
    url: `${receiver.url}?tenant=a`,
    headers: { 'X-Scope-OrgID': 'shop' },
    token: 'secret',
  })
  await extension.push!()
  const [{ method, path, headers, bytes }] = receiver.requests as [(typeof receiver.requests)[0]]
  expect({ method, path }).toEqual({ method: 'POST', path: '/api/v1/write?tenant=a' })
  expect(headers).toMatchObject({
    'content-encoding': 'snappy',
    'content-type': 'application/x-protobuf',
    'x-prometheus-remote-write-version': '0.1.0',
    'user-agent': 'offloop/0.0.0',
    'content-length': String(bytes),
    'x-scope-orgid': 'shop',
    authorization: 'Bearer secret',
  })
})

test.each([
  [{ basicAuth: { username: 'a', password: 'b:c' } }, ''],
  [{}, 'a:b%3Ac@'],
])('a name and a password arrive: %j %s', async (options, credentials) => {
  const receiver = await startReceiver()
  const url = receiver.url.replace('http://', `http://${credentials}`)
  const { extension } = startRemoteWrite({ url, ...options })
  await extension.push!()
  expect(receiver.requests[0]!.headers.authorization).toBe(`Basic ${btoa('a:b:c')}`)
})

test('job and instance are the process’s own; a label of that name is kept as exported_…; external labels fill gaps', async () => {
  const receiver = await startReceiver()
  const { registry, extension } = startRemoteWrite({
    url: receiver.url,
    job: 'kitchen',
    instance: 'stove',
    externalLabels: { region: 'north', zone: 'b' },
  })
  const labelNames = ['job', 'exported_job', 'region']
  registry
    .register({ kind: 'counter', name: 'meals', labelNames })
    .series(['cook', 'x', 'south'])
    .increment(1, 0)
  await extension.push!()
  const names = Object.keys(valuesOf(receiver.requests))
  expect(names).toEqual([
    'meals_total{exported_exported_job="x",exported_job="cook",instance="stove",job="kitchen",region="south",zone="b"}',
  ])
})

test('without other word the job is the service, and the instance that of the telemetry', async () => {
  const receiver = await startReceiver()
  const { registry, extension } = startRemoteWrite({ url: receiver.url, instance: undefined as never })
  registry.register({ kind: 'counter', name: 'meals' }).series([]).increment(1, 0)
  await extension.push!()
  expect(Object.keys(valuesOf(receiver.requests))).toEqual([
    'meals_total{instance="00000000-0000-4000-8000-000000000000",job="test"}',
  ])
})

test('type, help and unit of each family are sent, once a minute', async () => {
  const receiver = await startReceiver()
  const { registry, extension } = startRemoteWrite({ url: receiver.url })
  registry.register({ kind: 'counter', name: 'meals', help: 'Meals that were served' })
  registry.register({ kind: 'latency', name: 'wait', help: 'Time a guest waits' })
  await extension.push!()
  const first = all(receiver.requests, ({ metadata }) => metadata)
  expect(first).toEqual(
    expect.arrayContaining([
      { type: 'COUNTER', metricFamilyName: 'meals_total', help: 'Meals that were served', unit: '' },
      { type: 'HISTOGRAM', metricFamilyName: 'wait_seconds', help: 'Time a guest waits', unit: 'seconds' },
    ]),
  )
  await extension.push!()
  expect(all(receiver.requests, ({ metadata }) => metadata)).toHaveLength(first.length)
})

test('what is new begins with nothing, at the time of the collection before: so its first increase is seen', async () => {
  const receiver = await startReceiver()
  const { registry, extension, host } = startRemoteWrite({ url: receiver.url, histograms: 'native' })
  const metric = registry.register({ kind: 'counter', name: 'meals', labelNames: ['kind'] })
  metric.series(['soup']).increment(2, timeMs)
  metric.series(['none'])
  const idle = registry.register({ kind: 'latency', name: 'idle' }).series([])
  await extension.push!()
  metric.series(['fish']).increment(5, timeMs)
  registry.register({ kind: 'latency', name: 'wait' }).series([]).record(7, timeMs)
  idle.record(7, timeMs)
  await extension.push!()
  await extension.push!()

  const sent = all(receiver.requests, ({ timeseries }) => timeseries)
  const of = (name: string) =>
    sent.filter(series => nameOf(series).startsWith(name)).flatMap(series => series.samples)
  const soup = of('meals_total{instance="a:1",job="test",kind="soup"')
  const fish = of('meals_total{instance="a:1",job="test",kind="fish"')
  expect(soup.map(({ value }) => value)).toEqual([0, 2, 2, 2])
  expect(fish.map(({ value }) => value)).toEqual([0, 5, 5])
  expect(soup[0]!.timestamp).toBe(Math.min(Math.floor(host.resource.startTimeMs), soup[1]!.timestamp - 1))
  expect(fish[0]!.timestamp).toBe(soup[1]!.timestamp)
  expect(of('meals_total{instance="a:1",job="test",kind="none"').map(({ value }) => value)).toEqual([0, 0, 0])
  for (const name of ['wait_seconds', 'idle_seconds']) {
    const found = sent.filter(series => nameOf(series).startsWith(name)).flatMap(one => one.histograms)
    expect(found.map(({ countInt }) => countInt)).toEqual([0, 1, 1])
    expect(found[0]!.timestamp).toBe(soup[1]!.timestamp)
  }
  const times = soup.map(({ timestamp }) => timestamp)
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
})

test('the aggregator that succeeds another sends no beginnings of what was sent before', async () => {
  const receiver = await startReceiver()
  const { registry, extension } = startRemoteWrite({ url: receiver.url }, { sendsTo: 'somewhere' })
  const metric = registry.register({ kind: 'counter', name: 'meals', labelNames: ['kind'] })
  metric.series(['soup']).increment(2, timeMs)
  await extension.push!()
  metric.series(['fish']).increment(5, timeMs)
  await extension.push!()
  expect(valuesOf(receiver.requests)).toEqual({
    'meals_total{instance="a:1",job="test",kind="soup"}': [2, 2],
    'meals_total{instance="a:1",job="test",kind="fish"}': [0, 5],
  })
})

test('native histograms go by themselves, and with "both" beside the classic ones', async () => {
  const receiver = await startReceiver()
  const { registry, extension } = startRemoteWrite({ url: receiver.url })
  registry.register({ kind: 'latency', name: 'wait' }).series([]).record(7, timeMs)
  await extension.push!()
  const kinds = receiver.requests.map(({ decoded }) => ({
    histograms: decoded.timeseries.some(({ histograms }) => histograms.length > 0),
    samples: decoded.timeseries.some(({ samples }) => samples.length > 0),
  }))
  expect(kinds.filter(({ histograms, samples }) => histograms && samples)).toEqual([])
  expect(kinds.some(({ histograms }) => histograms)).toBe(true)
  expect(valuesOf(receiver.requests)['wait_seconds_count{instance="a:1",job="test"}']).toEqual([0, 1])
})

test('buckets that appear later begin with nothing, too: vmrange', async () => {
  const receiver = await startReceiver()
  const { registry, extension } = startRemoteWrite({ url: receiver.url, histograms: 'vmrange' })
  const wait = registry.register({ kind: 'latency', name: 'wait', unit: 's' }).series([])
  wait.record(1, timeMs)
  await extension.push!()
  wait.record(2, timeMs)
  await extension.push!()
  const values = valuesOf(receiver.requests)
  expect(values['wait_seconds_bucket{instance="a:1",job="test",vmrange="0.978572...1"}']).toEqual([0, 1, 1])
  expect(values['wait_seconds_bucket{instance="a:1",job="test",vmrange="1.95714...2"}']).toEqual([0, 1])
})

test('a histogram in a unit without a range is classic where others are fine', async () => {
  const receiver = await startReceiver()
  const fine = { perOctave: 4, ranges: { seconds: [1, 2] } } as const
  const { registry, extension } = startRemoteWrite({ url: receiver.url, histograms: 'fine', fine })
  registry.register({ kind: 'latency', name: 'wait', unit: 's' }).series([]).record(1.5, timeMs)
  const size = { kind: 'gauge', name: 'size', unit: 'bytes', buckets: [10, 20] } as const
  registry
    .register({ ...size, exported: { instrument: 'histogram' } })
    .series([])
    .record(15, timeMs)
  await extension.push!()
  const bounds = (name: string) =>
    Object.keys(valuesOf(receiver.requests))
      .filter(series => series.startsWith(name))
      .map(series => /le="([^"]+)"/.exec(series)?.[1])
  expect(bounds('wait_seconds_bucket')).toEqual(
    expect.arrayContaining(['1', '1.18921', '1.41421', '1.68179', '2', '+Inf']),
  )
  expect(bounds('size_bytes_bucket')).toEqual(expect.arrayContaining(['10', '20', '+Inf']))
  expect(bounds('size_bytes_bucket')).toHaveLength(3)
})

test('a histogram with more buckets than a request may have samples goes by several', async () => {
  const receiver = await startReceiver()
  const { registry, extension } = startRemoteWrite({
    url: receiver.url,
    histograms: 'fine',
    maxSamplesPerRequest: 100,
  })
  registry.register({ kind: 'latency', name: 'wait' }).series([]).record(7, timeMs)
  await extension.push!()
  expect(Math.max(...receiver.requests.map(({ decoded }) => decoded.timeseries.length))).toBe(100)
  const names = Object.keys(valuesOf(receiver.requests)).filter(name => name.startsWith('wait_seconds'))
  expect(names).toHaveLength(513)
})

test('many samples are many requests, none with more than asked for', async () => {
  const receiver = await startReceiver()
  const { registry, extension } = startRemoteWrite({ url: receiver.url, maxSamplesPerRequest: 100 })
  const metric = registry.register({ kind: 'counter', name: 'meals', labelNames: ['id'] })
  for (let id = 0; id < 1_000; id++) metric.series([String(id)]).increment(id + 1, timeMs)
  await extension.push!()
  const sizes = receiver.requests.map(({ decoded }) => decoded.timeseries.length)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100)
  const sent = all(receiver.requests, ({ timeseries }) => timeseries).filter(one =>
    nameOf(one).startsWith('meals'),
  )
  expect(
    sent
      .map(({ samples }) => samples[0]!.value)
      .sort((a, b) => a - b)
      .slice(1_000),
  ).toEqual(Array.from({ length: 1_000 }, (_, id) => id + 1))
  const times = new Set(
    sent.filter(({ samples }) => samples[0]!.value > 0).map(({ samples }) => samples[0]!.timestamp),
  )
  expect(times.size).toBe(1)
})

test('the last push comes with the close, and ends all series where that is wanted', async () => {
  const receiver = await startReceiver()
  const { registry, extension } = startRemoteWrite({ url: receiver.url, staleMarkers: true })
  registry.register({ kind: 'counter', name: 'meals' }).series([]).increment(1, timeMs)
  await extension.push!()
  await extension.close()
  const values = valuesOf(receiver.requests)['meals_total{instance="a:1",job="test"}']
  expect(values).toEqual([0, 1, 1, Number.NaN])
  const count = receiver.requests.length
  await extension.close()
  await extension.push!()
  expect(receiver.requests).toHaveLength(count)
})

test('it sends by itself, again and again, over one connection', async () => {
  const receiver = await startReceiver()
  const { registry, own } = startRemoteWrite({ url: receiver.url, intervalMs: 100, histograms: 'classic' })
  registry.register({ kind: 'counter', name: 'meals' }).series([]).increment(1, timeMs)
  await expect
    .poll(() => valuesOf(receiver.requests)['meals_total{instance="a:1",job="test"}']?.length)
    .toBeGreaterThan(4)
  expect(new Set(receiver.requests.map(({ socket }) => socket)).size).toBe(1)
  expect(own('pushes')).toBeGreaterThanOrEqual(4)
})

test('how the SLOs stand goes along, without a snapshot being made for it', async () => {
  const receiver = await startReceiver()
  const slo = { name: 'fast', metric: 'wait', labels: {}, state: 'violated' } as SloStatus
  const { extension } = startRemoteWrite({ url: receiver.url }, undefined, {
    slos: () => [{ metric: 'wait', objective: 'p95<60ms' }],
    sloStatuses: () => [slo],
    snapshot: () => {
      throw new Error('a snapshot reads every window')
    },
  })
  await extension.push!()
  expect(valuesOf(receiver.requests, true)).toMatchObject({
    'offloop_slo_violated{instance="a:1",job="test",metric="wait",slo="fast"}': [1],
  })
})
