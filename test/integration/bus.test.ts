/** The bus: events reach listeners on any thread, whatever the other threads and the other listeners do. */
import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { connectBus, type Publish, type SLOViolationEvent, type Topic } from 'offloop'
import { describe, expect, test } from 'vitest'
import { codeOf, eventsOf, eventually, liveTelemetry, loggedTelemetry, thrownBy } from './live-telemetry.ts'
import { ToldThread } from './told-thread.ts'

const INTERVAL_MS = 20
/** More events than a reader may be behind. */
const FRAMES_MAX = 1_024

/** An SLO that is violated as soon as `echo` has a sample. */
const ECHO_SLO = { metric: 'echo', objective: 'p(95)<60ms' }
const VIOLATING = { sloCheckIntervalMs: INTERVAL_MS, slos: [ECHO_SLO] }

/** Blocks this thread as a long computation does. */
function blockForMs(durationMs: number): { fromNs: bigint; toNs: bigint } {
  const fromNs = process.hrtime.bigint()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs)
  return { fromNs, toNs: process.hrtime.bigint() }
}

/** A thread that listens to violations, and remembers when each arrived. */
async function listeningThread(telemetry: { openBus(): MessagePort }): Promise<ToldThread> {
  const thread = new ToldThread()
  await thread.run(({ offloop, kept }, port) => {
    kept['arrivals'] = []
    kept['bus'] = offloop.connectBus(port as never)
    kept['bus'].on('perf.slo_violation', (event: SLOViolationEvent) => {
      kept['arrivals'].push({ atNs: process.hrtime.bigint(), event })
    })
  }, telemetry.openBus())
  return thread
}

function arrivalsOf(thread: ToldThread): Promise<{ atNs: bigint; event: SLOViolationEvent }[]> {
  return thread.run(({ kept }) => kept['arrivals'])
}

describe('a blocked main thread', () => {
  test('another thread receives the violation while it is blocked, and not after', async () => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs: 50, slos: [ECHO_SLO] })
    const echo = telemetry.latency('echo')
    const thread = await listeningThread(telemetry)
    await telemetry.ready

    echo.record(100)
    const { fromNs, toNs } = blockForMs(700)
    const [arrival] = await arrivalsOf(thread)
    expect(arrival?.event).toMatchObject({ metric: 'echo', actual: 100 })
    expect(arrival!.atNs).toBeGreaterThan(fromNs)
    expect(arrival!.atNs).toBeLessThan(toNs)
  })

  test('what other threads record meanwhile is judged meanwhile', async () => {
    const telemetry = liveTelemetry({ sloCheckIntervalMs: 50, slos: [ECHO_SLO] })
    const thread = await listeningThread(telemetry)
    const recording = new ToldThread(telemetry.share())
    await telemetry.ready
    await recording.run(({ telemetry }) => {
      telemetry.latency('echo')
    })

    // The call is on its way before this thread stops.
    const recorded = recording.run(({ telemetry }) => {
      telemetry.latency('echo').record(100)
      return process.hrtime.bigint()
    })
    const { fromNs, toNs } = blockForMs(700)
    expect(await recorded).toBeGreaterThan(fromNs)
    const [arrival] = await arrivalsOf(thread)
    expect(arrival!.atNs).toBeGreaterThan(fromNs)
    expect(arrival!.atNs).toBeLessThan(toNs)
  })

  test('a thread that attaches before the aggregator is up is drained, though nobody passes its announcement on', async () => {
    const recording = new ToldThread()
    const listening = new ToldThread()
    await Promise.all([recording.run(() => {}), listening.run(() => {})])

    const telemetry = liveTelemetry({ sloCheckIntervalMs: 50, slos: [ECHO_SLO] })
    const told = listening.run(({ offloop, kept }, port) => {
      kept['arrivals'] = []
      offloop.connectBus(port as never).on('perf.slo_violation', event => {
        kept['arrivals'].push({ atNs: process.hrtime.bigint(), event })
      })
    }, telemetry.openBus())
    const recorded = recording.run(({ offloop }, share) => {
      offloop.attachTelemetry(share).latency('echo').record(100)
    }, telemetry.share())
    // One turn, in which the port is handed to the aggregator and both threads are told; it is not up by then.
    await new Promise(resolve => setImmediate(resolve))
    expect(telemetry.status.aggregator).toBe('booting')
    const { toNs } = blockForMs(1_000)
    await Promise.all([told, recorded])
    await eventually(async () => expect(await arrivalsOf(listening)).toHaveLength(1))
    const [arrival] = await arrivalsOf(listening)
    expect(arrival!.atNs).toBeLessThan(toNs)
  })
})

describe('listeners', () => {
  test('one that throws is reported, counted, and harms nobody', async () => {
    const { telemetry, lines } = loggedTelemetry(VIOLATING)
    const arrived: string[] = []
    telemetry.on('perf.slo_violation', () => arrived.push('first'))
    telemetry.on('perf.slo_violation', () => {
      throw new Error('the pager is out of paper')
    })
    telemetry.on('perf.slo_violation', () => arrived.push('third'))
    telemetry.latency('echo').record(100)
    await eventually(() => expect(arrived).toEqual(['first', 'third']))
    expect(telemetry.status.listenerErrors).toBe(1)
    expect(lines).toEqual([expect.stringContaining('the pager is out of paper')])
    expect(lines[0]).toContain('perf.slo_violation')

    // The bus, and the aggregator behind it, go on.
    telemetry.latency('echo')
    await eventually(() => expect(arrived).toEqual(['first', 'third', 'first', 'third']))
  })

  test('a log function that throws harms nobody either', async () => {
    let calls = 0
    const telemetry = liveTelemetry({
      ...VIOLATING,
      log: () => {
        calls += 1
        throw new Error('the log is full')
      },
    })
    // Nobody listens yet: the aggregator's own line comes first.
    telemetry.latency('echo').record(100)
    await eventually(() => expect(calls).toBeGreaterThan(0))
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    telemetry.on('perf.slo_violation', () => {
      throw new Error('and so is the pager')
    })
    await telemetry.flush()
    telemetry.latency('echo')
    await eventually(() => expect(violations).toHaveLength(1))
    await eventually(() => expect(telemetry.status.listenerErrors).toBe(1))
  })

  test('one that is added twice is called twice, and each is taken back by itself', async () => {
    const telemetry = liveTelemetry(VIOLATING)
    let calls = 0
    const listener = () => {
      calls += 1
    }
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const off = telemetry.on('perf.slo_violation', listener)
    telemetry.on('perf.slo_violation', listener)
    off()
    off()
    telemetry.latency('echo').record(100)
    await eventually(() => expect(violations).toHaveLength(1))
    expect(calls).toBe(1)
  })

  test('a topic that does not exist is refused with the ones that do', () => {
    const telemetry = liveTelemetry()
    const error = thrownBy(() => telemetry.on('perf.slo_violations' as never, () => {}))
    expect(codeOf(error)).toBe('OFFLOOP_TOPIC')
    expect((error as Error).message).toContain('perf.slo_violation, perf.slo_recovered')
    const { port1 } = new MessageChannel()
    const bus = connectBus(port1)
    expect(codeOf(thrownBy(() => bus.on('nonsense' as never, () => {})))).toBe('OFFLOOP_TOPIC')
    port1.close()
  })

  test('every reader gets every event: two on this thread, one on another', async () => {
    const telemetry = liveTelemetry(VIOLATING)
    const thread = await listeningThread(telemetry)
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const own: SLOViolationEvent[] = []
    const bus = connectBus(telemetry.openBus())
    bus.on('perf.slo_violation', event => own.push(event))
    await telemetry.flush()
    telemetry.latency('echo').record(100)
    await eventually(async () => {
      expect(violations).toHaveLength(1)
      expect(own).toEqual(violations)
      expect((await arrivalsOf(thread)).map(({ event }) => event)).toEqual(violations)
    })
    await bus.close()
  })

  test('a reader whose thread has ended is forgotten', async () => {
    const telemetry = liveTelemetry({ ...VIOLATING, log: false })
    const thread = await listeningThread(telemetry)
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    await telemetry.flush()
    await thread.terminate()
    telemetry.latency('echo').record(100)
    await eventually(() => expect(violations).toHaveLength(1))
    expect((await telemetry.snapshot()).busDropped).toBe(0)
  })

  test('a reader that throws on its own thread reports there, by the function it was given', async () => {
    const telemetry = liveTelemetry(VIOLATING)
    const thread = new ToldThread()
    await thread.run(({ offloop, kept }, port) => {
      kept['reports'] = []
      const bus = offloop.connectBus(port as never, (topic, error) => kept['reports'].push(`${topic}: ${error}`))
      bus.on('perf.slo_violation', () => {
        throw new Error('no paper here either')
      })
    }, telemetry.openBus())
    telemetry.latency('echo').record(100)
    await eventually(async () =>
      expect(await thread.run(({ kept }) => kept['reports'])).toEqual([
        'perf.slo_violation: Error: no paper here either',
      ]),
    )
  })
})

describe('a slow reader', () => {
  test('it misses what it has no room for, counted, and is told once it reads on; others miss nothing', async () => {
    const seriesCount = FRAMES_MAX + 500
    const telemetry = liveTelemetry({
      sloCheckIntervalMs: INTERVAL_MS,
      maxSeriesPerMetric: seriesCount,
      slos: [{ metric: 'echo', objective: 'p(95)<60ms', by: 'series' }],
    })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const slow = new ToldThread()
    await slow.run(({ offloop, kept }, port) => {
      kept['violations'] = 0
      kept['missed'] = []
      const bus = offloop.connectBus(port as never)
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
    for (let user = 0; user < seriesCount; user++) echo.labels({ user }).record(100)
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

    let frameCount = 0
    port.on('message', message => {
      if (message instanceof Uint8Array) frameCount += 1
    })
    await once(port, 'close')
    expect(frameCount).toBe(FRAMES_MAX)
  })
})

describe('the publish option', () => {
  /** One that fails in a way of its own for each metric. */
  const failing: Publish = (_, payload) => {
    const { metric } = payload as SLOViolationEvent
    if (metric === 'throws') throw new Error('thrown')
    if (metric === 'rejects') return Promise.reject(new Error('rejected'))
    if (metric === 'hangs') return new Promise(() => {})
    return metric === 'answers' ? Promise.resolve() : undefined
  }

  test('it takes every event of every topic, beside the listeners', async () => {
    const published: [Topic, unknown][] = []
    const telemetry = liveTelemetry({
      ...VIOLATING,
      windowCapacity: 1,
      maxSeriesPerMetric: 1,
      publish: (topic, payload) => {
        published.push([topic, payload])
      },
    })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    const echo = telemetry.latency('echo')
    echo.record(100)
    await eventually(() => expect(violations).toHaveLength(1))
    echo.record(1)
    const http = telemetry.latency('http', { labelNames: ['route'] })
    http.labels({ route: '/a' })
    http.labels({ route: '/b' })
    await eventually(() => expect(published).toHaveLength(3))
    expect(published.map(([topic]) => topic).sort()).toEqual([
      'perf.series_overflow',
      'perf.slo_recovered',
      'perf.slo_violation',
    ])
    expect(published[0]).toEqual(['perf.slo_violation', violations[0]])
  })

  test('one that throws, rejects or hangs is counted, told, and stops neither the others nor the checks', async () => {
    const names = ['throws', 'rejects', 'hangs', 'answers', 'is silent']
    const slos = names.map(name => ({ metric: name.replace(' ', '_'), objective: 'p(95)<60ms' }))
    const { telemetry, lines } = loggedTelemetry({ sloCheckIntervalMs: INTERVAL_MS, slos, publish: failing })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    for (const { metric } of slos) telemetry.latency(metric).record(100)
    await eventually(() => expect(violations).toHaveLength(names.length))
    await eventually(() => expect(telemetry.status).toMatchObject({ publishFailures: 2, publishTimeouts: 1 }))
    expect(telemetry.status).toMatchObject({ aggregator: 'running', listenerErrors: 0 })
    expect(lines[0]).toMatch(/publishing perf\.slo_violation failed: (thrown|rejected)/)

    // Failing does not end it: the next event is tried again.
    telemetry.latency('throws')
    await eventually(() => expect(telemetry.status.publishFailures).toBe(3))
  })

  test('one that hangs holds close() up for no longer than its own bound', async () => {
    const telemetry = liveTelemetry({
      ...VIOLATING,
      log: false,
      publish: () => new Promise(() => {}),
    })
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    telemetry.latency('echo').record(100)
    await eventually(() => expect(violations).toHaveLength(1))
    const startMs = performance.now()
    expect(await telemetry.close()).toEqual({ ok: true, lost: 0, timedOut: false })
    expect(performance.now() - startMs).toBeLessThan(2_000)
    expect(telemetry.status.publishTimeouts).toBe(1)
  })
})

describe('without a listener', () => {
  test('violations and recoveries go to the log, with the way to silence them said once', async () => {
    const { telemetry, lines } = loggedTelemetry({ ...VIOLATING, windowCapacity: 1, rateLimitWindowMs: 0 })
    const echo = telemetry.latency('echo')
    echo.record(100)
    await eventually(() => expect(lines.length).toBeGreaterThanOrEqual(3))
    echo.record(1)
    await eventually(() => expect(lines.at(-1)).toContain('SLO recovered'))
    expect(lines[0]).toBe(
      'offloop: SLO violated: echo p95<60ms: p95 is 100 ms, should be < 60 ms (1 sample, rolling window)',
    )
    expect(lines.filter(line => line.includes("telemetry.on('perf.slo_violation', …)"))).toEqual([lines[1]])
  })

  test('a listener takes the lines away, and taking it back brings them again', async () => {
    const { telemetry, lines } = loggedTelemetry({ ...VIOLATING, rateLimitWindowMs: 0 })
    let calls = 0
    const off = telemetry.on('perf.slo_violation', () => {
      calls += 1
    })
    await telemetry.flush()
    telemetry.latency('echo').record(100)
    await eventually(() => expect(calls).toBeGreaterThan(1))
    expect(lines).toEqual([])

    off()
    await eventually(() => expect(lines.length).toBeGreaterThan(0))
    const callsThen = calls
    telemetry.on('perf.slo_violation', () => {
      calls += 1
    })
    await eventually(() => expect(calls).toBeGreaterThan(callsThen))
  })
})
