/** The end of a thread, and of the telemetry it is attached to: nothing is lost, and nobody is held up or taken along. */
import { createTelemetry, type Telemetry } from 'offloop'
import { describe, expect, test } from 'vitest'
import { eventsOf, eventually, liveTelemetry, loggedTelemetry } from './live-telemetry.ts'
import { ToldThread } from './told-thread.ts'

/** Waits until only the creating thread's lane is left. */
function othersReleased(telemetry: Telemetry): Promise<void> {
  return eventually(async () => expect((await telemetry.snapshot()).lanes).toHaveLength(1))
}

describe('the end of a thread', () => {
  test('one that ends by itself leaves everything it recorded, batches not yet published included', async () => {
    const telemetry = liveTelemetry()
    const thread = new ToldThread(telemetry.share(), { publishEvery: 64 })
    await thread.run(({ telemetry }) => {
      const echo = telemetry.latency('echo')
      for (let value = 1; value <= 1_001; value++) echo.record(value)
      telemetry.counter('hits').add(5)
    })
    await thread.end()
    expect(await telemetry.query('echo')).toMatchObject({ total: 1_001, totalSum: 501_501, last: 1_001 })
    expect(await telemetry.query('hits')).toMatchObject({ total: 5 })
    await othersReleased(telemetry)
    expect(await telemetry.query('echo'), 'and its end takes nothing away').toMatchObject({
      total: 1_001,
      lost: 0,
    })
  })

  test('one that attaches, records and exits at once leaves everything too', async () => {
    const telemetry = liveTelemetry()
    await telemetry.ready
    const threads = Array.from({ length: 3 }, () => new ToldThread())
    await Promise.all(threads.map(thread => thread.run(() => {})))
    const ended = threads.map(thread => {
      thread
        .run(({ offloop }, share) => {
          const echo = offloop.attachTelemetry(share).latency('echo')
          for (let value = 1; value <= 100; value++) echo.record(value)
          process.exit(0)
        }, telemetry.share())
        .catch(() => {})
      return thread.ended
    })
    await Promise.all(ended)
    await eventually(async () => expect(await telemetry.query('echo')).toMatchObject({ total: 300 }))
    await othersReleased(telemetry)
  })

  test('one that is terminated leaves what it had published', async () => {
    const telemetry = liveTelemetry()
    const thread = new ToldThread(telemetry.share())
    await thread.run(({ telemetry }) => {
      const echo = telemetry.latency('echo')
      for (let value = 1; value <= 500; value++) echo.record(value)
      telemetry.counter('hits').add(5)
    })
    await thread.terminate()
    expect(await telemetry.query('echo')).toMatchObject({ total: 500, totalSum: 125_250 })
    expect(await telemetry.query('hits')).toMatchObject({ total: 5 })
  })

  test('one that is terminated in the middle of a burst tears no sample, and loses none that it had published', async () => {
    const telemetry = liveTelemetry()
    await telemetry.ready
    const thread = new ToldThread(telemetry.share())
    const progress = new Float64Array(new SharedArrayBuffer(8))
    thread
      .run(({ telemetry }, progress) => {
        const echo = telemetry.latency('echo')
        for (let value = 1; ; value++) {
          echo.record(value)
          progress[0] = value
          // Slower than the aggregator, so that nothing is dropped.
          if (value % 1_000 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
        }
      }, progress)
      .catch(() => {})
    await eventually(() => expect(progress[0]).toBeGreaterThan(20_000))
    await thread.terminate()
    const recorded = progress[0]!
    const { total, totalSum, lost } = await telemetry.query('echo')
    expect(lost).toBe(0)
    // The last one may have been published and not yet noted.
    expect([recorded, recorded + 1]).toContain(total)
    expect(totalSum).toBe((total * (total + 1)) / 2)
  })

  test('lanes of ended threads are gone, what they lost is still known and told, and a late announcement changes nothing', async () => {
    const telemetry = liveTelemetry({ laneCapacity: 16, overflow: 'drop' })
    const losses = eventsOf(telemetry, 'perf.samples_lost')
    await telemetry.flush()
    const thread = new ToldThread()
    await thread.run(() => {})
    const ended = thread
      .run(({ offloop }, share) => {
        const telemetry = offloop.attachTelemetry(share)
        const echo = telemetry.latency('echo')
        for (let value = 0; value < 200_000; value++) echo.record(value)
        telemetry.counter('hits').add(7)
        process.exit(0)
      }, telemetry.share())
      .catch(() => {})
    // Everything happens while this thread stands still; what was forwarded to it is passed on afterwards.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)
    await ended
    await othersReleased(telemetry)
    for (let round = 0; round < 3; round++) {
      const { lost } = await telemetry.flush()
      const echo = await telemetry.query('echo')
      expect(echo.lost).toBeGreaterThan(0)
      expect(echo.total + echo.lost).toBe(200_000)
      expect(lost).toBe(echo.lost)
      expect(await telemetry.query('hits')).toMatchObject({ total: 7 })
    }
    const { lost } = await telemetry.close()
    expect(losses.reduce((sum, { count }) => sum + count, 0)).toBe(lost)
  })

  test('close() on a thread gives its lane back; it may attach again; the others go on', async () => {
    const telemetry = liveTelemetry()
    const thread = new ToldThread(telemetry.share())
    const results = await thread.run(async ({ offloop, telemetry }, share) => {
      const echo = telemetry.latency('echo')
      echo.record(1)
      const closed = await telemetry.close()
      const isIdempotent = (await telemetry.close()) === closed
      echo.record(2)
      const again = offloop.attachTelemetry(share)
      again.latency('echo').record(3)
      await again.flush()
      return { closed, isIdempotent, isNew: again !== telemetry }
    }, telemetry.share())
    expect(results).toEqual({
      closed: { ok: true, lost: 0, timedOut: false },
      isIdempotent: true,
      isNew: true,
    })
    expect(await telemetry.query('echo')).toMatchObject({ total: 2, totalSum: 4 })
    await eventually(async () => {
      const { lanes } = await telemetry.snapshot()
      expect(lanes.map(({ laneId }) => laneId)).toEqual([0, 2])
    })
  })
})

describe('the end of a conversation', () => {
  test('a thread that exits while its questions are under way takes nobody along', async () => {
    const { telemetry, lines } = loggedTelemetry()
    await telemetry.ready
    for (let round = 0; round < 5; round++) {
      const thread = new ToldThread(telemetry.share())
      await thread.run(async ({ telemetry }) => {
        telemetry.latency('echo').record(1)
        await telemetry.query('echo')
      })
      thread
        .run(async ({ telemetry }) => {
          for (let count = 0; count < 10; count++) telemetry.snapshot().catch(() => {})
          for (let count = 0; count < 10; count++) telemetry.flush()
          // The questions leave once the channel is open, and are not answered by then.
          for (let turn = 0; turn < 2; turn++) await new Promise(resolve => setImmediate(resolve))
          process.exit(0)
        })
        .catch(() => {})
      await thread.ended
      expect(await telemetry.query('echo')).toMatchObject({ total: round + 1 })
    }
    expect(telemetry.status).toMatchObject({ aggregator: 'running', cause: undefined })
    expect(lines).toEqual([])
  })

  test('a closed conversation that is collected as garbage is not spoken to again', async () => {
    const telemetry = liveTelemetry()
    const thread = new ToldThread()
    const share = telemetry.share()
    await thread.run(async ({ offloop }, share) => {
      for (let round = 0; round < 5; round++) {
        const here = offloop.attachTelemetry(share)
        here.latency('echo').record(1)
        await here.query('echo')
        await here.close()
      }
    }, share)
    // An error in a finalizer ends the thread.
    const count = await thread.run(async () => {
      process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc')
      const collectGarbage = process.getBuiltinModule('node:vm').runInNewContext('gc')
      let collected = 0
      for (let round = 0; round < 10; round++) {
        collectGarbage()
        await new Promise(resolve => setTimeout(resolve, 5))
        collected += 1
      }
      return collected
    })
    expect(count).toBe(10)
    expect(await telemetry.query('echo')).toMatchObject({ total: 5 })
  })
})

describe('after the creating thread has closed', () => {
  test('threads go on recording harmlessly, and are told when they ask', async () => {
    const telemetry = createTelemetry({ service: 'integration' })
    const thread = new ToldThread(telemetry.share())
    await thread.run(({ telemetry, kept }) => {
      kept['echo'] = telemetry.latency('echo')
      kept['echo'].record(1)
      return telemetry.flush()
    })
    await telemetry.close()
    const there = await thread.run(async ({ telemetry, kept }) => {
      for (let value = 0; value < 100_000; value++) kept['echo'].record(value)
      const startMs = performance.now()
      const flushed = await telemetry.flush({ timeoutMs: 500 })
      const queried = await telemetry.query('echo').catch((error: { code?: string }) => error.code)
      return { flushed, queried, tookMs: performance.now() - startMs }
    })
    expect(there.flushed.ok).toBe(false)
    expect(there.queried).toMatch(/OFFLOOP_(CLOSED|AGGREGATOR_DOWN)/)
    expect(there.tookMs).toBeLessThan(2_000)
  })

  test('a thread that had asked questions is not held up when it ends', async () => {
    const telemetry = createTelemetry({ service: 'integration' })
    const thread = new ToldThread(telemetry.share())
    await thread.run(async ({ telemetry }) => {
      telemetry.latency('echo').record(1)
      await telemetry.query('echo')
    })
    await telemetry.close()
    // Long enough for its heartbeat to notice, which is when it lets go by itself.
    await thread.run(() => new Promise(resolve => setTimeout(resolve, 300)))
    const startMs = performance.now()
    await thread.end()
    expect(performance.now() - startMs).toBeLessThan(1_000)
  })

  test('attaching to it is harmless: recording counts for nothing, and questions are refused', async () => {
    const telemetry = createTelemetry({ service: 'integration' })
    const share = telemetry.share()
    await telemetry.close()
    const thread = new ToldThread()
    const code = await thread.run(({ offloop }, share) => {
      const here = offloop.attachTelemetry(share)
      here.latency('echo').record(1)
      return here.query('echo').catch((error: { code?: string }) => error.code)
    }, share)
    expect(code).toMatch(/OFFLOOP_(CLOSED|AGGREGATOR_DOWN)/)
  })
})
