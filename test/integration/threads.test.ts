/** Several threads, one telemetry: equal series are one, totals are exact, and who may attach is told apart. */
import { once } from 'node:events'
import { attachTelemetry, TelemetryError, type TelemetryShare } from 'offloop'
import { describe, expect, onTestFinished, test } from 'vitest'
import { LaneWord, Lease } from '../../src/shared/memory/lane-layout.ts'
import type { LaneAnnouncement } from '../../src/shared/share.ts'
import { codeOf, eventually, liveTelemetry, thrownBy } from './live-telemetry.ts'
import { ToldThread } from './told-thread.ts'

const THREAD_COUNT = 4
const SAMPLES = 50_000

describe('one series from several threads', () => {
  test('totals are exact, though all record at the same time as fast as they can', async () => {
    const telemetry = liveTelemetry()
    const threads = Array.from({ length: THREAD_COUNT }, () => new ToldThread(telemetry.share()))
    const answers = await Promise.all(
      threads.map((thread, threadIndex) =>
        thread.run(
          async ({ telemetry }, threadIndex, samples) => {
            const work = telemetry.latency('work', { unit: 'us', labelNames: ['kind'] })
            const shared = work.labels({ kind: 'shared' })
            const own = work.labels({ kind: threadIndex })
            const done = telemetry.counter('done')
            const half = telemetry.counter('half')
            for (let sample = 1; sample <= samples / 2; sample++) {
              shared.record(sample * 2 - 1)
              own.record(threadIndex)
              shared.record(sample * 2)
              done.add(2)
              half.add(0.5)
              // Nothing may be lost here: the lane is given time, as no lane of any size could otherwise promise it.
              if (sample % 5_000 === 0) await telemetry.flush()
            }
            return telemetry.flush()
          },
          threadIndex,
          SAMPLES,
        ),
      ),
    )
    expect(answers).toEqual(Array(THREAD_COUNT).fill({ ok: true, lost: 0, timedOut: false }))

    const { lanes, series, lost } = await telemetry.snapshot()
    expect(lost).toBe(0)
    expect(lanes.map(({ laneId }) => laneId).sort()).toEqual([0, 1, 2, 3, 4])
    for (const thread of threads) {
      expect(lanes.find(({ threadId }) => threadId === thread.threadId)).toMatchObject({
        recorded: SAMPLES * 2,
        drained: SAMPLES * 2,
        dropped: 0,
        pending: 0,
      })
    }
    expect(series.filter(({ labels }) => labels['kind'] === 'shared')).toMatchObject([
      {
        total: THREAD_COUNT * SAMPLES,
        totalSum: (THREAD_COUNT * SAMPLES * (SAMPLES + 1)) / 2,
        unit: 'us',
        window: { size: 10_000, evicted: THREAD_COUNT * SAMPLES - 10_000 },
      },
    ])
    expect(await telemetry.query('work')).toMatchObject({ total: THREAD_COUNT * SAMPLES * 1.5 })
    expect(await telemetry.query('work', { labels: { kind: 3 } })).toMatchObject({
      total: SAMPLES / 2,
      p50: 3,
    })
    expect(await telemetry.query('done')).toMatchObject({ total: THREAD_COUNT * SAMPLES, lost: 0 })
    expect(await telemetry.query('half')).toMatchObject({ total: (THREAD_COUNT * SAMPLES) / 4 })
  })

  test('every thread reads the same statistics, by query() and by stats()', async () => {
    const telemetry = liveTelemetry()
    const echo = telemetry.latency('echo')
    echo.record(1)
    const thread = new ToldThread(telemetry.share())
    const there = await thread.run(async ({ telemetry }) => {
      const echo = telemetry.latency('echo')
      echo.record(3)
      await telemetry.flush()
      return {
        query: await telemetry.query('echo'),
        stats: echo.stats(),
        snapshot: await telemetry.snapshot(),
      }
    })
    const stats = echo.stats()!
    expect(there.query).toMatchObject({ count: 2, sum: 4 })
    expect(there.stats).toEqual(stats)
    expect(there.snapshot.series).toMatchObject([{ metric: 'echo', count: 2 }])
    expect(stats).toMatchObject({ count: 2, sum: 4, max: 3 })
  })

  test('a thread may ask many questions at once: all are answered, and nothing warns of a leak', async () => {
    const telemetry = liveTelemetry()
    const thread = new ToldThread(telemetry.share())
    const { answers, warnings } = await thread.run(async ({ telemetry }) => {
      const warnings: string[] = []
      process.on('warning', warning => warnings.push(warning.message))
      const users = telemetry.counter('users', { labelNames: ['user'] })
      for (let user = 0; user < 30; user++) users.labels({ user }).add(user)
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, user) => telemetry.query('users', { labels: { user } })),
      )
      await new Promise(resolve => setImmediate(resolve))
      return { answers: answers.map(({ total }) => total), warnings }
    })
    expect(answers).toEqual(Array.from({ length: 30 }, (_, user) => user))
    expect(warnings).toEqual([])
  })

  test('a coded error reaches the thread that asked', async () => {
    const telemetry = liveTelemetry()
    const thread = new ToldThread(telemetry.share())
    await expect(thread.run(({ telemetry }) => telemetry.query('ech'))).rejects.toMatchObject({
      code: 'OFFLOOP_METRIC_UNKNOWN',
    })
  })

  test('samples of one thread stay in order, whatever the others do', async () => {
    const telemetry = liveTelemetry({ windowCapacity: 1 })
    const threads = Array.from({ length: 3 }, () => new ToldThread(telemetry.share()))
    await Promise.all(
      threads.map((thread, threadIndex) =>
        thread.run(({ telemetry }, threadIndex) => {
          const level = telemetry.gauge('level', { labelNames: ['thread'] }).labels({ thread: threadIndex })
          for (let value = 1; value <= 20_000; value++) level.set(value)
          return telemetry.flush()
        }, threadIndex),
      ),
    )
    for (const thread of [0, 1, 2]) {
      expect(await telemetry.query('level', { labels: { thread } })).toMatchObject({ last: 20_000, count: 1 })
    }
  })
})

describe('attaching', () => {
  test('attaching before the aggregator is up loses nothing', async () => {
    const thread = new ToldThread()
    await thread.run(() => {})
    const telemetry = liveTelemetry()
    const attaching = thread.run(({ offloop }, share) => {
      const telemetry = offloop.attachTelemetry(share)
      telemetry.latency('echo').record(7)
      telemetry.counter('hits').add(2)
    }, telemetry.share())
    expect(telemetry.status.aggregator).toBe('booting')
    await attaching
    await eventually(async () => expect(await telemetry.query('echo')).toMatchObject({ count: 1, last: 7 }))
    expect(await telemetry.query('hits')).toMatchObject({ total: 2 })
  })

  test('attaching twice on one thread gives the same object, and one lane', async () => {
    const telemetry = liveTelemetry()
    const thread = new ToldThread(telemetry.share())
    const isSame = await thread.run(({ offloop, telemetry }, share) => {
      telemetry.latency('echo').record(1)
      return offloop.attachTelemetry(share) === telemetry
    }, telemetry.share())
    expect(isSame).toBe(true)
    await thread.run(({ telemetry }) => telemetry.flush())
    expect((await telemetry.snapshot()).lanes).toHaveLength(2)
  })

  test('attaching again takes up a lane that was given up while the thread stood still between two tasks', async () => {
    const telemetry = liveTelemetry()
    const share = telemetry.share()
    const announcements = new BroadcastChannel(share.id)
    onTestFinished(() => announcements.close())
    const announced = once(announcements as unknown as EventTarget, 'message')
    const here = attachTelemetry(share)
    const [{ data }] = (await announced) as [{ data: LaneAnnouncement }]
    await here.flush()

    // As the aggregator does it after ten seconds of silence.
    const words = new Int32Array(data.lane)
    Atomics.store(words, LaneWord.lease, Lease.retired)
    expect(attachTelemetry(share)).toBe(here)
    expect(Atomics.load(words, LaneWord.lease)).not.toBe(Lease.retired)
    await here.close()
  })

  test('the creating thread may attach as well, on a lane of its own', async () => {
    const telemetry = liveTelemetry()
    const here = attachTelemetry(structuredClone(telemetry.share()))
    telemetry.latency('echo').record(1)
    here.latency('echo').record(2)
    expect(await here.query('echo')).toMatchObject({ count: 1 + 1 })
    expect(await here.close()).toEqual({ ok: true, lost: 0, timedOut: false })
    await eventually(async () => expect((await telemetry.snapshot()).lanes).toHaveLength(1))
  })

  test('a telemetry may be created on a worker thread as well, and ends with it', async () => {
    const thread = new ToldThread()
    const told = await thread.run(async ({ offloop }) => {
      const telemetry = offloop.createTelemetry({ service: 'on a worker thread', sloCheckIntervalMs: 10 })
      const violated = new Promise<string>(resolve => {
        telemetry.on('perf.slo_violation', ({ slo }) => resolve(slo))
      })
      telemetry.latency('echo').record(100)
      telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' })
      const { count } = await telemetry.query('echo')
      return { count, slo: await violated }
    })
    expect(told).toEqual({ count: 1, slo: 'echo p95<60ms' })
    await thread.end()
  })

  test('one thread may take part in several telemetries, and mixes nothing up', async () => {
    const first = liveTelemetry({ service: 'first' })
    const second = liveTelemetry({ service: 'second' })
    const thread = new ToldThread()
    const services = await thread.run(
      ({ offloop }, ...shares) => {
        const both = shares.map(share => offloop.attachTelemetry(share))
        for (const [index, telemetry] of both.entries()) telemetry.counter('hits').add(index + 1)
        return Promise.all(both.map(async telemetry => (await telemetry.snapshot()).service))
      },
      first.share(),
      second.share(),
    )
    expect(services).toEqual(['first', 'second'])
    expect(await first.query('hits')).toMatchObject({ total: 1 })
    expect(await second.query('hits')).toMatchObject({ total: 2 })
  })

  test.each([
    ['another version', { offloop: 999 }, 'OFFLOOP_SHARE_VERSION', 'one version of offloop'],
    ['one that went through JSON', { control: {}, board: {} }, 'OFFLOOP_SHARE', 'structured clone'],
  ])('a share of %s gets a coded error with advice', (_, change, code, advice) => {
    const telemetry = liveTelemetry()
    return expectAttachError({ ...telemetry.share(), ...change } as never, code, advice)
  })

  test.each([[undefined], [null], ['share'], [{}], [{ offloop: '1001' }]])(
    'what is no share gets a coded error with advice: %j',
    share => expectAttachError(share as never, 'OFFLOOP_SHARE', 'telemetry.share()'),
  )

  test('a publishEvery out of its range gets a coded error', () => {
    const telemetry = liveTelemetry()
    for (const publishEvery of [0, 65, 1.5, Number.NaN, '8']) {
      const error = thrownBy(() => attachTelemetry(telemetry.share(), { publishEvery } as never))
      expect(codeOf(error)).toBe('OFFLOOP_OPTION')
      expect((error as Error).message).toContain('publishEvery')
    }
  })

  function expectAttachError(share: TelemetryShare, code: string, advice: string): void {
    const error = thrownBy(() => attachTelemetry(share))
    expect(error).toBeInstanceOf(TelemetryError)
    expect(codeOf(error)).toBe(code)
    expect((error as Error).message).toContain(advice)
  }
})
