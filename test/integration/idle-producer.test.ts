/** A burst and then silence: what was recorded becomes visible though the thread that recorded it never calls again. */
import { expect, test } from 'vitest'
import { eventually, liveTelemetry } from './live-telemetry.ts'
import { ToldThread } from './told-thread.ts'

/** An idle thread's heartbeat and the aggregator's idle tick, and a busy machine. */
const VISIBLE_WITHIN_MS = 200 + 100 + 500
/** Past the samples that are published one by one, and not a whole number of batches: some are left unpublished. */
const BURST = 64 + 16 * 5 + 7

test('a burst on the creating thread is seen by another thread within a heartbeat', async () => {
  const telemetry = liveTelemetry({ publishEvery: 16 })
  const echo = telemetry.latency('echo')
  const other = new ToldThread(telemetry.share())
  await other.run(({ telemetry }) => telemetry.snapshot())
  // Idle for as long as heartbeats take to become rare.
  await new Promise(resolve => setTimeout(resolve, 120))

  for (let value = 1; value <= BURST; value++) echo.record(value)
  const recordedAtMs = performance.now()
  const counts = await other.run(async ({ telemetry }, burst) => {
    const counts: number[] = []
    // Its own question publishes nothing of the other thread's lane.
    while (counts.at(-1) !== burst && counts.length < 1_000) {
      counts.push((await telemetry.query('echo')).count)
      await new Promise(resolve => setTimeout(resolve, 2))
    }
    return counts
  }, BURST)
  expect(counts.at(-1)).toBe(BURST)
  expect(performance.now() - recordedAtMs).toBeLessThan(VISIBLE_WITHIN_MS)
})

test('a burst on an attached thread is seen by the creating thread within a heartbeat', async () => {
  const telemetry = liveTelemetry()
  const thread = new ToldThread(telemetry.share(), { publishEvery: 64 })
  await thread.run(({ telemetry }, burst) => {
    const echo = telemetry.latency('echo')
    for (let value = 1; value <= burst; value++) echo.record(value)
    telemetry.counter('hits').add(3)
  }, BURST)
  const recordedAtMs = performance.now()
  await eventually(async () => {
    expect(await telemetry.query('echo')).toMatchObject({ count: BURST, last: BURST })
    expect(await telemetry.query('hits')).toMatchObject({ total: 3 })
  })
  expect(performance.now() - recordedAtMs).toBeLessThan(VISIBLE_WITHIN_MS)
})

test('statistics on the board follow, without any question at all', async () => {
  const telemetry = liveTelemetry({ publishEvery: 64 })
  const echo = telemetry.latency('echo')
  await telemetry.ready
  for (let value = 1; value <= BURST; value++) echo.record(value)
  await eventually(() => expect(echo.stats()).toMatchObject({ count: BURST, last: BURST }))
})

test('a thread that blocks right after a burst keeps back less than one batch, and only until it turns again', async () => {
  const telemetry = liveTelemetry()
  const thread = new ToldThread(telemetry.share(), { publishEvery: 64 })
  await thread.run(({ telemetry }) => telemetry.flush())
  const gate = new Int32Array(new SharedArrayBuffer(8))
  const blocked = thread.run(
    ({ telemetry }, gate, burst) => {
      const echo = telemetry.latency('echo')
      for (let value = 1; value <= burst; value++) echo.record(value)
      Atomics.store(gate, 1, 1)
      Atomics.wait(gate, 0, 0)
    },
    gate,
    BURST,
  )
  await eventually(() => expect(Atomics.load(gate, 1)).toBe(1))
  const { count } = await telemetry.query('echo')
  expect(count).toBeGreaterThan(BURST - 64)
  expect(count).toBeLessThanOrEqual(BURST)
  Atomics.store(gate, 0, 1)
  Atomics.notify(gate, 0)
  await blocked
  await eventually(async () => expect(await telemetry.query('echo')).toMatchObject({ count: BURST }))
})
