/** Observable instruments: asked at an interval and at a flush; callbacks that throw or hang harm nothing. */
import type { ObservableResult } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { pointsOf, startBridge } from './bridge.ts'

const seldom = { observeIntervalMs: 3_600_000 }

test('totals and levels are what was observed last, by attributes', async () => {
  const { provider, collect } = await startBridge(seldom)
  const meter = provider.getMeter('observed')
  let [time, level, size] = [10.5, 3, -4]
  meter.createObservableCounter('cpu.time', { unit: 's' }).addCallback(result => {
    const attributes = { mode: 'user' }
    result.observe(time, attributes)
    attributes.mode = 'system'
    result.observe(2 * time, attributes)
  })
  meter.createObservableGauge('level').addCallback(result => result.observe(level))
  meter.createObservableUpDownCounter('size').addCallback(async result => {
    await Promise.resolve()
    result.observe(size, { pool: 'a' })
  })
  await collect()
  ;[time, level, size] = [12.5, -1, 7]
  await collect()
  size = 5
  const metrics = await collect()
  expect(pointsOf(metrics, 'cpu.time')['[["mode","user"]]']!.asDouble).toBeCloseTo(12.5, 9)
  expect(pointsOf(metrics, 'cpu.time')['[["mode","system"]]']!.asDouble).toBeCloseTo(25, 9)
  expect(pointsOf(metrics, 'level')['[]']!.asDouble).toBe(-1)
  expect(pointsOf(metrics, 'size')['[["pool","a"]]']!.asDouble).toBe(5)
  expect(metrics.find(({ name }) => name === 'cpu.time')).toMatchObject({ isMonotonic: true, unit: 's' })
})

test('a total that begins anew is counted on', async () => {
  const { provider, collect } = await startBridge(seldom)
  const totals = [100, 150, 20, 30]
  const counter = provider.getMeter('observed').createObservableCounter('total')
  counter.addCallback(result => result.observe(totals.shift()!))
  for (const sum of [100, 150, 170, 180]) {
    expect(pointsOf(await collect(), 'total')['[]']!.asDouble).toBe(sum)
  }
})

test('a batch callback observes its own instruments, and no others', async () => {
  const { provider, collect } = await startBridge(seldom)
  const meter = provider.getMeter('observed')
  const [a, b, c] = ['a', 'b', 'c'].map(name => meter.createObservableGauge(name))
  const callback = (result: { observe: (instrument: never, value: number) => void }) => {
    for (const [index, instrument] of [a, b, c].entries()) result.observe(instrument as never, index)
    result.observe({} as never, 1)
  }
  meter.addBatchObservableCallback(callback, [a!, b!])
  meter.addBatchObservableCallback(callback, [b!, a!])
  const names = async () =>
    (await collect()).filter(({ scope }) => scope.name === 'observed').map(({ name }) => name)
  expect(await names()).toEqual(['a', 'b'])
  meter.removeBatchObservableCallback(callback, [b!, a!])
  expect(() => meter.addBatchObservableCallback(callback, [])).not.toThrow()
})

test('callbacks are asked at the interval, once each, until they are removed', async () => {
  const { provider, telemetry } = await startBridge({ observeIntervalMs: 20 })
  const gauge = provider.getMeter('observed').createObservableGauge('calls')
  let calls = 0
  const callback = (result: ObservableResult) => result.observe(++calls)
  gauge.addCallback(callback)
  gauge.addCallback(callback)
  await expect.poll(() => calls, { timeout: 10_000 }).toBeGreaterThan(3)
  const { body } = await telemetry.scrape().catch(() => ({ body: undefined }))
  expect(body === undefined || body.includes('calls')).toBe(true)
  gauge.removeCallback(callback)
  const after = calls
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(calls).toBe(after)
})

test('callbacks that throw, reject or never end are counted, and keep no other from being heard', async () => {
  const { provider, collect } = await startBridge({ ...seldom, observeTimeoutMs: 50 })
  const meter = provider.getMeter('observed')
  const gauges = ['throws', 'rejects', 'hangs', 'late', 'right', 'strange'].map(name =>
    meter.createObservableGauge(name),
  )
  const [throws, rejects, hangs, late, right, strange] = gauges
  let hanging = 0
  let answerLate = () => {}
  throws!.addCallback(result => {
    result.observe(1)
    throw new Error('broken')
  })
  rejects!.addCallback(() => Promise.reject(new Error('broken')))
  hangs!.addCallback(() => {
    hanging += 1
    return new Promise(() => {})
  })
  late!.addCallback(
    result =>
      new Promise(resolve => {
        answerLate = () => {
          result.observe(1)
          resolve()
        }
      }),
  )
  right!.addCallback(result => result.observe(5))
  // It has no text.
  strange!.addCallback(() => Promise.reject(Object.create(null)))
  const names = async () =>
    (await collect()).filter(({ scope }) => scope.name === 'observed').map(({ name }) => name)
  expect(await names()).toEqual(['right'])
  expect(provider.counts).toMatchObject({ callbacksFailed: 3, callbacksLate: 2 })
  answerLate()
  expect(await names()).toEqual(['right'])
  // It is not asked again before it is done.
  expect(hanging).toBe(1)
})

test('values that are none are ignored and counted', async () => {
  const { provider, collect } = await startBridge(seldom)
  const meter = provider.getMeter('observed')
  meter.createObservableGauge('g').addCallback(result => result.observe(Number.NaN))
  meter.createObservableCounter('c').addCallback(result => result.observe(-1))
  meter.createObservableCounter('d').addCallback(result => result.observe('5' as never))
  expect((await collect()).filter(({ scope }) => scope.name === 'observed')).toEqual([])
  expect(provider.counts.valuesIgnored).toBe(3)
})

test('after shutdown nothing is asked any more; a last time it was', async () => {
  const { provider } = await startBridge({ observeIntervalMs: 20 })
  let calls = 0
  provider
    .getMeter('observed')
    .createObservableGauge('g')
    .addCallback(result => result.observe(++calls))
  await provider.shutdown()
  expect(calls).toBeGreaterThan(0)
  const after = calls
  await provider.shutdown()
  await new Promise(resolve => setTimeout(resolve, 100))
  expect(calls).toBe(after)
})
