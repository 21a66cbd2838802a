import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { TimeUnit } from '../../src/shared/metric.ts'
import { answerQuery } from '../../src/worker/queries.ts'
import { createRecording } from '../support/recording.ts'

const WAIT_MS = 20
/** A busy machine may take its time, but not this long. */
const WAIT_MS_MAX = 5_000

describe('a latency', () => {
  test.each<[TimeUnit, number]>([
    ['ns', 1e6],
    ['us', 1e3],
    ['ms', 1],
    ['s', 1e-3],
  ])('measures marks in its own unit: %s', async (unit, unitsPerMs) => {
    const { recorder, seriesOf } = createRecording()
    const echo = recorder.latency('echo', { unit })
    const mark = echo.markStart()
    await sleep(WAIT_MS)
    echo.markEnd(mark)
    const last = seriesOf('echo').last!
    expect(last).toBeGreaterThanOrEqual((WAIT_MS - 2) * unitsPerMs)
    expect(last).toBeLessThan(WAIT_MS_MAX * unitsPerMs)
  })

  test('laps follow one another without a gap: together they are as long as one mark around them', async () => {
    const { recorder, seriesOf } = createRecording()
    const whole = recorder.latency('whole', { unit: 'ns' })
    const step = recorder.latency('step', { unit: 'ns' })
    const wholeMark = whole.markStart()
    const stepMark = step.markStart()
    for (let lap = 0; lap < 3; lap++) {
      await sleep(2)
      step.markLap(stepMark)
    }
    step.markEnd(stepMark)
    whole.markEnd(wholeMark)
    expect(seriesOf('step').total).toBe(4)
    const [stepsNs, wholeNs] = [seriesOf('step').totalSum, seriesOf('whole').last!]
    expect(stepsNs).toBeLessThanOrEqual(wholeNs)
    expect(stepsNs).toBeGreaterThan(wholeNs - 1e6 * WAIT_MS_MAX)
    expect(stepsNs).toBeGreaterThan(3 * 1e6)
  })

  test('records durations as they are, and what is no finite number as invalid', () => {
    const { recorder, seriesOf } = createRecording()
    const echo = recorder.latency('echo')
    for (const duration of [12.5, Number.NaN, Number.POSITIVE_INFINITY, '7', Symbol('s'), 3n, undefined]) {
      expect(() => echo.record(duration as number)).not.toThrow()
    }
    const { total, totalSum, invalid } = seriesOf('echo')
    expect({ total, totalSum, invalid }).toEqual({ total: 1, totalSum: 12.5, invalid: 6 })
  })

  test('nested and interleaved marks measure each its own span', async () => {
    const { recorder, registry, drain } = createRecording()
    const [outer, inner] = [recorder.latency('outer'), recorder.latency('inner')]
    const outerMark = outer.markStart()
    await sleep(WAIT_MS)
    const innerMark = inner.markStart()
    await sleep(WAIT_MS)
    outer.markEnd(outerMark)
    await sleep(WAIT_MS)
    inner.markEnd(innerMark)
    drain()
    const lastOf = (name: string) => registry.metric(name)!.series([]).last!
    for (const name of ['outer', 'inner']) {
      expect(lastOf(name)).toBeGreaterThanOrEqual(2 * WAIT_MS - 2)
      expect(lastOf(name)).toBeLessThan(WAIT_MS_MAX)
    }
  })

  test('refuses the mark of another metric, of another series, and a mark used twice: counted, never recorded', () => {
    const { recorder, laneOf, seriesOf } = createRecording()
    const [echo, other] = [recorder.latency('echo'), recorder.latency('other')]
    const byRoute = recorder.latency('http', { labelNames: ['route'] })
    const mark = echo.markStart()
    other.markEnd(mark)
    byRoute.labels({ route: '/a' }).markEnd(byRoute.labels({ route: '/b' }).markStart())
    echo.markEnd(mark)
    echo.markEnd(mark)
    echo.markEnd('x' as never)
    expect([seriesOf('echo').total, seriesOf('other').total]).toEqual([1, 0])
    expect(laneOf()).toMatchObject({ recorded: 1, marksRejected: 4, marksAbandoned: 0 })
  })

  test('time() gives back what the work returns, and records it', () => {
    const { recorder, seriesOf } = createRecording()
    expect(recorder.latency('echo').time(() => 42)).toBe(42)
    expect(seriesOf('echo').total).toBe(1)
  })

  test('time() lets an error pass, and still records', () => {
    const { recorder, seriesOf, laneOf } = createRecording()
    const boom = new Error('boom')
    expect(() =>
      recorder.latency('echo').time(() => {
        throw boom
      }),
    ).toThrow(boom)
    expect([seriesOf('echo').total, laneOf().marksAbandoned]).toEqual([1, 0])
  })

  test.each<[string, () => unknown]>([
    ['a value', () => 42],
    ['a promise', () => Promise.resolve(42)],
    // biome-ignore lint/suspicious/noThenProperty: the enemy of this test
    ['a thenable', () => ({ then: (resolve: (value: number) => void) => resolve(42) })],
  ])('timeAsync() waits for %s, and records when it has settled', async (_, work) => {
    const { recorder, seriesOf } = createRecording()
    const timed = recorder.latency('echo').timeAsync(work)
    await expect(timed).resolves.toBe(42)
    expect(seriesOf('echo').total).toBe(1)
  })

  test.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('boom')
      },
    ],
    ['rejects', () => Promise.reject(new Error('boom'))],
  ])('timeAsync() records work that %s, and rejects with its error', async (_, work) => {
    const { recorder, seriesOf } = createRecording()
    await expect(recorder.latency('echo').timeAsync(work)).rejects.toThrow('boom')
    expect(seriesOf('echo').total).toBe(1)
  })

  test('many at once under timeAsync() do not mix up their marks', async () => {
    const { recorder, seriesOf, laneOf } = createRecording({ markCapacity: 64 })
    const echo = recorder.latency('echo')
    await Promise.all(Array.from({ length: 64 }, (_, index) => echo.timeAsync(() => sleep(index % 7))))
    expect(seriesOf('echo').total).toBe(64)
    expect(laneOf()).toMatchObject({ marksAbandoned: 0, marksRejected: 0 })
  })
})

describe('a gauge', () => {
  test('takes the latest level; set and record are the same', () => {
    const { recorder, seriesOf } = createRecording()
    const heap = recorder.gauge('heap', { unit: 'bytes' })
    heap.set(1e8)
    heap.record(-5)
    expect([seriesOf('heap').last, seriesOf('heap').total]).toEqual([-5, 2])
  })

  test('keeps its level when what comes is no finite number', () => {
    const { recorder, seriesOf } = createRecording()
    const heap = recorder.gauge('heap')
    heap.set(7)
    for (const level of [Number.NaN, Number.NEGATIVE_INFINITY, '9', null, { valueOf: () => 9 }])
      heap.set(level as number)
    expect([seriesOf('heap').last, seriesOf('heap').invalid]).toEqual([7, 5])
  })
})

test('a handle shows its labels, frozen to those it was bound with', () => {
  const { recorder } = createRecording()
  const given = { route: '/a', status: 200 }
  const http = recorder.latency('http', { labelNames: ['route', 'status'] }).labels(given)
  given.route = '/b'
  expect(http.seriesLabels).toEqual({ route: '/a', status: '200' })
  expect(recorder.counter('hits').seriesLabels).toEqual({})
})

describe('stats()', () => {
  test('is undefined until the aggregator has published, then what it published, all threads together', () => {
    const { recorder, drain, board, clock } = createRecording()
    const echo = recorder.latency('echo')
    echo.record(1)
    expect(echo.stats()).toBeUndefined()
    echo.record(3)
    clock.advance(5)
    drain()
    expect(echo.stats()).toBeUndefined()
    board.publishAll()
    expect(echo.stats()).toMatchObject({
      metric: 'echo',
      labels: {},
      kind: 'latency',
      unit: 'ms',
      count: 2,
      sum: 4,
      min: 1,
      max: 3,
      mean: 2,
      last: 3,
      p50: 1,
      p99: 3,
      total: 2,
      totalSum: 4,
      invalid: 0,
      lost: 0,
      exact: true,
      overflow: false,
      window: { capacity: 100, size: 2, evicted: 0 },
      timestamp: clock.originEpochMs + 5,
    })
  })

  test('tells what left the window, and has no value where there is none', () => {
    const { recorder, drain, board } = createRecording()
    const [heap, empty] = [recorder.gauge('heap'), recorder.gauge('empty')]
    for (let level = 0; level < 150; level++) heap.set(level)
    empty.set(Number.NaN)
    drain()
    board.publishAll()
    expect(heap.stats()).toMatchObject({ count: 100, total: 150, window: { size: 100, evicted: 50 } })
    expect(empty.stats()).toMatchObject({ count: 0, invalid: 1, total: 0 })
    const { min, max, mean, last, p50, p90, p95, p99 } = empty.stats()!
    expect([min, max, mean, last, p50, p90, p95, p99]).toEqual(new Array(8).fill(undefined))
  })

  test('says the same as a query, whatever the kind of metric', () => {
    const { recorder, drain, board, registry } = createRecording({ windowCapacity: 3 })
    const by = { labelNames: ['route'] } as const
    const labels = { route: '/a' }
    const echo = recorder.latency('echo', by).labels(labels)
    const heap = recorder.gauge('heap', by).labels(labels)
    const hits = recorder.counter('hits', by).labels(labels)
    for (const value of [5, 0.5, 3, Number.NaN, -1]) {
      for (const handle of [echo, heap]) handle.record(value)
      hits.add(value)
    }
    drain()
    board.publishAll()
    for (const [name, handle] of Object.entries({ echo, heap, hits })) {
      expect(handle.stats()).toEqual(answerQuery(registry, name, { labels }))
    }
    expect(hits.stats()?.total).toBe(8.5)
  })
})
