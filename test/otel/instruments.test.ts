/** What instruments do at the edges: values that are none, attributes beyond limits, names that are taken. */
import { type Attributes, diag, ValueType } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createTelemetry } from '../../src/index.ts'
import { MeterProvider } from '../../src/otel/index.ts'
import { pointsOf, startBridge } from './bridge.ts'

let warnings: string[] = []

beforeEach(() => {
  warnings = []
  const ignore = () => {}
  diag.setLogger(
    { error: ignore, warn: text => warnings.push(text), info: ignore, debug: ignore, verbose: ignore },
    { suppressOverrideMessage: true },
  )
})
afterEach(() => diag.disable())

/** Messages go by a package that is loaded with the first. */
const warned = (pattern: RegExp) =>
  expect.poll(() => warnings.filter(text => pattern.test(text)).length, {
    message: `${pattern} in ${warnings}`,
  })

test('NaN, infinities, what is no number, and what is negative where that cannot be, is ignored and counted', async () => {
  const { provider, collect } = await startBridge()
  const meter = provider.getMeter('edges')
  const counter = meter.createCounter('c')
  const histogram = meter.createHistogram('h')
  const updown = meter.createUpDownCounter('u')
  const gauge = meter.createGauge('g')
  const bad = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    '5',
    undefined,
    null,
    {},
    5n,
  ] as number[]
  for (const value of bad) {
    for (const record of [
      () => counter.add(value),
      () => updown.add(value),
      () => histogram.record(value),
      () => gauge.record(value),
    ])
      expect(record).not.toThrow()
  }
  counter.add(-1)
  histogram.record(-1)
  expect(provider.counts.valuesIgnored).toBe(4 * bad.length + 2)
  // No series comes into being by it.
  expect((await collect()).filter(({ scope }) => scope.name === 'edges')).toEqual([])
  await warned(/^offloop: c does not take/).toBe(1)
})

test('attributes of whatever shape never throw, and numbers and booleans stay what they are', async () => {
  const { provider, collect } = await startBridge()
  const counter = provider.getMeter('edges').createCounter('c')
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  const hostile = [
    null,
    5,
    'text',
    cyclic,
    { a: undefined, b: null },
    { f: () => 1, s: Symbol('x'), n: 5n, d: new Date(0) },
    Object.create(null),
    { '': 'empty key' },
  ] as Attributes[]
  for (const attributes of hostile) expect(() => counter.add(1, attributes)).not.toThrow()
  counter.add(10, { status: 200, ok: true, list: ['a', 'b'], text: '200' })
  counter.add(20, { status: '200' })
  const points = pointsOf(await collect(), 'c')
  expect(points['[]']!.asDouble).toBe(hostile.length)
  expect(points['[["list",["a","b"]],["ok",true],["status",200],["text","200"]]']!.asDouble).toBe(10)
  expect(points['[["status","200"]]']!.asDouble).toBe(20)
  expect(Object.keys(points)).toHaveLength(3)
})

test('an object of attributes may be used again with other values, and order makes no difference', async () => {
  const { provider, collect } = await startBridge()
  const counter = provider.getMeter('edges').createCounter('c')
  const attributes: Attributes = { route: '/a', method: 'GET' }
  for (let round = 0; round < 3; round++) {
    attributes['route'] = '/a'
    counter.add(1, attributes)
    attributes['route'] = '/b'
    counter.add(10, attributes)
    counter.add(100, { method: 'GET', route: '/a' })
  }
  const list = ['x']
  counter.add(1, { list })
  list.push('y')
  counter.add(2, { list })
  const points = pointsOf(await collect(), 'c')
  expect(points['[["method","GET"],["route","/a"]]']!.asDouble).toBe(303)
  expect(points['[["method","GET"],["route","/b"]]']!.asDouble).toBe(30)
  expect(points['[["list",["x"]]]']!.asDouble).toBe(1)
  expect(points['[["list",["x","y"]]]']!.asDouble).toBe(2)
})

test('inherited attributes count as own ones do, whichever were seen first', async () => {
  const { provider, collect } = await startBridge()
  const counter = provider.getMeter('edges').createCounter('c')
  const inheriting: Attributes = Object.assign(Object.create({ region: 'eu' }), { route: '/a' })
  counter.add(1, inheriting)
  counter.add(10, { route: '/a', region: 'eu' })
  counter.add(100, { route: '/a' })
  const points = pointsOf(await collect(), 'c')
  expect(points['[["region","eu"],["route","/a"]]']!.asDouble).toBe(11)
  expect(points['[["route","/a"]]']!.asDouble).toBe(100)
})

test('a logger of OpenTelemetry’s that throws harms nobody', async () => {
  const { provider } = await startBridge()
  let calls = 0
  const fail = () => {
    calls += 1
    throw new Error('broken')
  }
  diag.setLogger(
    { error: fail, warn: fail, info: fail, debug: fail, verbose: fail },
    { suppressOverrideMessage: true },
  )
  provider.getMeter('edges').createCounter('c').add(Number.NaN)
  // An unhandled rejection would fail this test.
  await expect.poll(() => calls).toBeGreaterThan(0)
  await new Promise(resolve => setTimeout(resolve, 20))
})

test('beyond the limit of series everything is counted together, nothing is lost, and it is said once', async () => {
  const { provider, collect } = await startBridge({ cardinalityLimit: 10 })
  const counter = provider.getMeter('edges').createCounter('c')
  const updown = provider.getMeter('edges').createUpDownCounter('u')
  for (let user = 0; user < 50; user++) {
    counter.add(1, { user })
    counter.add(1, { name: `${user}` })
    updown.add(user % 2 === 0 ? 3 : -2, { user })
  }
  const metrics = await collect()
  const points = pointsOf(metrics, 'c')
  expect(Object.keys(points)).toHaveLength(10)
  expect(Object.values(points).reduce((sum, { asDouble }) => sum + asDouble!, 0)).toBe(100)
  expect(points['[["otel.metric.overflow",true]]']!.asDouble).toBe(91)
  const sum = Object.values(pointsOf(metrics, 'u')).reduce((total, { asDouble }) => total + asDouble!, 0)
  expect(sum).toBe(25 * 3 - 25 * 2)
  await warned(/c: more than 10 sets of attributes/).toBe(1)
})

test('what the telemetry itself limits is an overflow series as well', async () => {
  const { provider, collect } = await startBridge({}, { maxSeriesPerMetric: 3 })
  const counter = provider.getMeter('edges').createCounter('c')
  for (let user = 0; user < 20; user++) counter.add(1, { user })
  const points = pointsOf(await collect(), 'c')
  expect(points['[["otel.metric.overflow",true]]']!.asDouble).toBe(17)
})

test('too many attributes are left out, long values cut, and both said', async () => {
  const { provider, collect } = await startBridge({ attributeCountMax: 2, attributeValueLengthMax: 5 })
  const counter = provider.getMeter('edges').createCounter('c')
  counter.add(1, { a: '123456789', b: [1, 2, 3, 4], c: 'left out' })
  counter.add(1, { a: '12345xyz', b: [1, 2, 3, 4] })
  expect(Object.keys(pointsOf(await collect(), 'c'))).toEqual(['[["a","12345"],["b","[1,2,"]]'])
  await warned(/c: attributes are left out beyond 2/).toBe(1)
})

test('the text that stands for overflow is discarded as a value, and does not throw', async () => {
  const { provider, collect } = await startBridge()
  const counter = provider.getMeter('edges').createCounter('c')
  counter.add(1, { a: '__overflow__' })
  counter.add(2, { a: 'x' })
  expect(Object.keys(pointsOf(await collect(), 'c'))).toEqual(['[["a","x"]]'])
  await warned(/c: what it records is discarded: OFFLOOP_LABEL_VALUE/).toBe(1)
})

describe('names', () => {
  test('that are none are made valid, and said once', async () => {
    const { provider, collect } = await startBridge()
    const meter = provider.getMeter('edges')
    for (const name of [
      '1st place',
      '',
      'ключ',
      'x'.repeat(300),
      'offloop_mine',
      undefined as unknown as string,
    ]) {
      meter.createCounter(name).add(1)
      meter.createCounter(name).add(1)
    }
    const metrics = (await collect()).filter(({ scope }) => scope.name === 'edges')
    const sums = Object.fromEntries(metrics.map(({ name, points }) => [name, points[0]!.asDouble]))
    expect(sums).toEqual({ x1st_place: 2, x: 4, x____: 2, ['x'.repeat(255)]: 2, offloop_mine: 2 })
    await warned(/"1st place" is no instrument name; it goes by x1st_place/).toBe(1)
  })

  test('of one meter are one instrument each; with another kind or unit both are sent, and it is said', async () => {
    const { provider, collect } = await startBridge()
    const meter = provider.getMeter('edges')
    meter.createCounter('same', { unit: 'By' }).add(1, { a: 1 })
    provider.getMeter('edges').createCounter('same', { unit: 'By' }).add(2, { a: 1 })
    meter.createCounter('same', { unit: 'ms' }).add(4)
    meter.createHistogram('same').record(8)
    const found = (await collect()).filter(({ name }) => name === 'same')
    expect(
      found.map(({ type, unit, points }) => [type, unit, points[0]!.asDouble ?? points[0]!.sum]),
    ).toEqual([
      ['sum', 'By', 3],
      ['sum', 'ms', 4],
      ['histogram', '', 8],
    ])
    await warned(/same is known with another kind, unit or type of value/).toBe(1)
  })

  test('of two meters, or two versions of one, stay apart', async () => {
    const { provider, collect } = await startBridge()
    provider.getMeter('a', '1').createCounter('hits').add(1)
    provider
      .getMeter('a', '2', { schemaUrl: 'https://opentelemetry.io/schemas/1.37.0' })
      .createCounter('hits')
      .add(2)
    provider.getMeter('b').createCounter('hits').add(4)
    const found = (await collect()).filter(({ name }) => name === 'hits')
    expect(found.map(({ scope, points }) => [scope.name, scope.version, points[0]!.asDouble])).toEqual([
      ['a', '1', 1],
      ['a', '2', 2],
      ['b', undefined, 4],
    ])
  })

  test('two providers, as on two threads, record into the same series', async () => {
    const { telemetry, provider, collect } = await startBridge()
    const record = (from: MeterProvider, attributes: Attributes) =>
      from.getMeter('m', '1').createHistogram('h', { unit: 's' }).record(1, attributes)
    record(provider, { a: 1 })
    record(provider, { b: 1 })
    const other = new MeterProvider(telemetry)
    record(other, { b: 1 })
    record(other, { a: 1 })
    expect(Object.values(pointsOf(await collect(), 'h')).map(({ count }) => count)).toEqual([2, 2])
  })
})

test('instruments of whole numbers cut fractions off', async () => {
  const { provider, collect } = await startBridge()
  provider.getMeter('edges').createCounter('c', { valueType: ValueType.INT }).add(2.9)
  expect(Object.values(pointsOf(await collect(), 'c'))[0]!.asDouble).toBe(2)
  await warned(/c is of whole numbers/).toBe(1)
})

test('recording goes nowhere, and throws nothing, once the telemetry is closed', async () => {
  const telemetry = createTelemetry({ service: 'closed', log: false })
  const provider = new MeterProvider(telemetry)
  const counter = provider.getMeter('edges').createCounter('c')
  counter.add(1, { a: 1 })
  await telemetry.close()
  expect(() => counter.add(1, { a: 1 })).not.toThrow()
  expect(() => counter.add(1, { a: 2 })).not.toThrow()
  expect(() => counter.add(1, { b: 2 })).not.toThrow()
  expect(() => provider.getMeter('new').createHistogram('h').record(1)).not.toThrow()
  await provider.shutdown()
})

test('unusable bucket boundaries are said, and the default ones used', async () => {
  const { provider, collect } = await startBridge()
  const boundaries = Array.from({ length: 300 }, (_, index) => index)
  const advice = { explicitBucketBoundaries: boundaries }
  provider.getMeter('edges').createHistogram('h', { advice }).record(7)
  expect(Object.values(pointsOf(await collect(), 'h'))[0]!.explicitBounds).toHaveLength(15)
  await warned(/h: its bucket boundaries are not/).toBe(1)
})

test('options are checked', () => {
  const telemetry = createTelemetry({ service: 'options', log: false })
  onTestFinished(async () => {
    await telemetry.close()
  })
  expect(() => new MeterProvider({} as never)).toThrow(/OFFLOOP_OPTION.*telemetry/)
  expect(() => new MeterProvider(telemetry, { cardinalityLimit: 1 })).toThrow(
    /OFFLOOP_OPTION.*cardinalityLimit/,
  )
  expect(() => new MeterProvider(telemetry, { interval: 1 } as never)).toThrow(/OFFLOOP_OPTION.*interval/)
})
