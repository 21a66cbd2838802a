/** Whatever is recorded, the hot path does not throw: what is no number is counted as invalid, and disturbs nothing. */
import type { Counter } from 'offloop'
import { describe, expect, test } from 'vitest'
import { eventually, liveTelemetry } from './live-telemetry.ts'

const throwing = {
  valueOf() {
    throw new Error('valueOf was called')
  },
  toString() {
    throw new Error('toString was called')
  },
  [Symbol.toPrimitive]() {
    throw new Error('toPrimitive was called')
  },
}

/** Everything that is no finite number. */
const NOT_NUMBERS: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  '12',
  '',
  null,
  true,
  {},
  [],
  [5],
  new Date(0),
  Object(5),
  throwing,
  Symbol('value'),
  10n,
  () => 5,
  new Proxy({}, { get: () => throwing }),
]

/** Numbers that are easily taken for something else. */
const ODD_NUMBERS: readonly number[] = [-0, 5e-324, -5e-324, Number.MAX_VALUE, 2 ** 53, -1e-9, 0.1]

describe.each(['latency', 'gauge'] as const)('a %s', kind => {
  test('what is no number is counted as invalid, and percentiles are as if it had not been', async () => {
    const telemetry = liveTelemetry()
    const metric = kind === 'latency' ? telemetry.latency('metric') : telemetry.gauge('metric')
    for (let value = 1; value <= 100; value++) {
      metric.record(value)
      for (const notNumber of [...NOT_NUMBERS, undefined]) metric.record(notNumber as never)
    }
    await telemetry.flush()
    const answer = await telemetry.query('metric')
    expect(answer).toMatchObject({
      count: 100,
      sum: 5_050,
      min: 1,
      max: 100,
      last: 100,
      p50: 50,
      p99: 99,
      total: 100,
      invalid: 100 * (NOT_NUMBERS.length + 1),
      lost: 0,
    })
    expect(metric.stats()).toMatchObject({ invalid: answer.invalid, count: 100, p99: 99 })
    expect((await telemetry.query('metric', { window: '1m' })).count).toBe(100)
  })

  test('odd numbers are numbers, and -0 is 0', async () => {
    const telemetry = liveTelemetry()
    const metric = kind === 'latency' ? telemetry.latency('metric') : telemetry.gauge('metric')
    for (const value of ODD_NUMBERS) metric.record(value)
    const answer = await telemetry.query('metric')
    expect(answer).toMatchObject({ count: ODD_NUMBERS.length, invalid: 0, max: Number.MAX_VALUE, min: -1e-9 })
    metric.record(-0)
    expect((await telemetry.query('metric')).last).toBe(0)
  })
})

describe('a gauge', () => {
  test('set() takes what record() takes', async () => {
    const telemetry = liveTelemetry()
    const level = telemetry.gauge('level')
    level.set(3)
    for (const notNumber of [...NOT_NUMBERS, undefined]) level.set(notNumber as never)
    expect(await telemetry.query('level')).toMatchObject({
      count: 1,
      last: 3,
      invalid: NOT_NUMBERS.length + 1,
    })
  })
})

describe('a counter', () => {
  async function totalOf(add: (counter: Counter) => void) {
    const telemetry = liveTelemetry()
    const counter = telemetry.counter('counter')
    add(counter)
    const { total, totalSum, invalid, lost } = await telemetry.query('counter')
    expect(totalSum).toBe(total)
    expect(lost).toBe(0)
    return { total, invalid }
  }

  test('what is no number, or negative, is counted as invalid, and adds nothing', async () => {
    const outcome = await totalOf(counter => {
      counter.add(5)
      for (const notNumber of [...NOT_NUMBERS, -1, -0.5, -(2 ** 31), -Number.MAX_VALUE]) {
        counter.add(notNumber as never)
      }
      counter.add(2)
    })
    expect(outcome).toEqual({ total: 7, invalid: NOT_NUMBERS.length + 4 })
  })

  test('nothing given is one, and zero is zero', async () => {
    const outcome = await totalOf(counter => {
      counter.add()
      counter.add(undefined)
      counter.add(0)
      counter.add(-0)
    })
    expect(outcome).toEqual({ total: 2, invalid: 0 })
  })

  test.each([
    ['2^31, ten times', 2 ** 31, 10],
    ['2^32 - 1, ten times', 2 ** 32 - 1, 10],
    ['2^32, ten times', 2 ** 32, 10],
    ['2^40 + 1, ten times', 2 ** 40 + 1, 10],
    ['2^32 - 1, a thousand times', 2 ** 32 - 1, 1_000],
    ['0.5, a thousand times', 0.5, 1_000],
    ['0.1, a thousand times: as exactly as it can be written', 0.1, 1_000],
  ])('sums beyond 32 bits are exact: %s', async (_, by, times) => {
    const outcome = await totalOf(counter => {
      for (let count = 0; count < times; count++) counter.add(by)
    })
    expect(outcome.invalid).toBe(0)
    if (Number.isInteger(by * 2)) expect(outcome.total).toBe(by * times)
    else expect(outcome.total).toBeCloseTo(by * times, 12)
  })

  test('a carry seen halfway is never too much, and no step back, however often the aggregator looks', async () => {
    const telemetry = liveTelemetry()
    const counter = telemetry.counter('counter')
    await telemetry.ready
    let latest = 0
    for (let round = 1; round <= 200; round++) {
      for (let count = 0; count < 1_000; count++) counter.add(2 ** 32 - 5)
      const { total } = counter.stats() ?? { total: 0 }
      expect(total).toBeGreaterThanOrEqual(latest)
      expect(total).toBeLessThanOrEqual(round * 1_000 * (2 ** 32 - 5))
      latest = total
      if (round % 10 === 0) await new Promise(resolve => setTimeout(resolve, 1))
    }
    await telemetry.flush()
    await eventually(() => expect(counter.stats()?.total).toBe(200_000 * (2 ** 32 - 5)))
  })
})

describe('measuring', () => {
  test('a mark that is no mark, and work that is no function, record nothing that was not measured', async () => {
    const telemetry = liveTelemetry()
    const echo = telemetry.latency('echo')
    for (const notNumber of [...NOT_NUMBERS, undefined, -1, 0, 1.5, 2 ** 31]) echo.markEnd(notNumber as never)
    for (const notNumber of [...NOT_NUMBERS, undefined]) telemetry.markEnd(notNumber as never)
    for (const notLatency of [undefined, null, {}, 5, 'echo']) telemetry.markStart(notLatency as never)
    expect(await telemetry.query('echo')).toMatchObject({ count: 0, invalid: 0 })
    expect((await telemetry.snapshot()).lanes[0]).toMatchObject({
      marksRejected: NOT_NUMBERS.length + 5 + NOT_NUMBERS.length + 1 + 5,
    })
  })
})
