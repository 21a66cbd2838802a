/** A reader of the bus that is slow, or absent: bounded, counted, told, and nobody waits for it. */
import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { BusHello } from '../../src/shared/bus-frame.ts'
import { eventsOf, eventually, liveTelemetry } from './live-telemetry.ts'
import { ToldThread } from './told-thread.ts'

const INTERVAL_MS = 20
/** Events a reader may be behind. */
const FRAMES_MAX = 1_024

test('it misses what it has no room for, counted, and is told once it reads on; others miss nothing', async () => {
  const seriesCount = FRAMES_MAX + 500
  const telemetry = liveTelemetry({
    // Checking so many series at once takes long, and is logged.
    log: false,
    sloCheckIntervalMs: INTERVAL_MS,
    maxSeriesPerMetric: seriesCount,
    slos: [{ metric: 'echo', objective: 'p(95)<60ms', by: 'series' }],
  })
  const violations = eventsOf(telemetry, 'perf.slo_violation')
  const slow = new ToldThread()
  await slow.run(({ offloop, kept }, port) => {
    kept['violations'] = 0
    kept['missed'] = []
    const bus = offloop.connectBus(port)
    bus.on('perf.slo_violation', () => {
      kept['violations'] += 1
    })
    bus.on('perf.bus_dropped', event => kept['missed'].push(event.count))
  }, telemetry.openBus())
  await telemetry.flush()

  // Its loop stands still until it is let go.
  const gate = new Int32Array(new SharedArrayBuffer(8))
  const blocked = slow.run((_, gate) => {
    Atomics.store(gate, 1, 1)
    Atomics.wait(gate, 0, 0)
  }, gate)
  await eventually(() => expect(Atomics.load(gate, 1)).toBe(1))

  const echo = telemetry.latency('echo', { labelNames: ['user'] })
  // In two waves, neither of which is too much for this thread, which reads on.
  for (let user = 0; user < FRAMES_MAX / 2; user++) echo.labels({ user }).record(100)
  await eventually(() => expect(violations).toHaveLength(FRAMES_MAX / 2))
  for (let user = FRAMES_MAX / 2; user < seriesCount; user++) echo.labels({ user }).record(100)
  await eventually(() => expect(violations).toHaveLength(seriesCount))
  const { busDropped } = await telemetry.snapshot()
  expect(busDropped).toBe(500)

  Atomics.store(gate, 0, 1)
  Atomics.notify(gate, 0)
  await blocked
  await eventually(async () =>
    expect(await slow.run(({ kept }) => ({ ...kept }))).toEqual({ violations: FRAMES_MAX, missed: [500] }),
  )
  expect((await telemetry.snapshot()).busDropped, 'the notice is not a loss of its own').toBe(500)
  await eventually(async () => {
    const { self } = await telemetry.snapshot()
    expect(self.find(({ metric }) => metric === 'offloop_bus_dropped')).toMatchObject({ total: 500 })
  })
})

test('a port nobody reads holds no more than its bound, and the aggregator does not wait for it', async () => {
  const telemetry = liveTelemetry({
    log: false,
    sloCheckIntervalMs: 1,
    rateLimitWindowMs: 0,
    maxSeriesPerMetric: 200,
    slos: [{ metric: 'echo', objective: 'p(95)<60ms', by: 'series' }],
  })
  const port = telemetry.openBus()
  const echo = telemetry.latency('echo', { labelNames: ['user'] })
  for (let user = 0; user < 200; user++) echo.labels({ user }).record(100)
  await eventually(async () => expect((await telemetry.snapshot()).busDropped).toBeGreaterThan(1_000))
  await telemetry.close()

  const [{ port: frames }] = (await once(port, 'message')) as [BusHello]
  let frameCount = 0
  frames.on('message', message => {
    if (message instanceof Uint8Array) frameCount += 1
  })
  await once(frames, 'close')
  expect(frameCount).toBe(FRAMES_MAX)
})
