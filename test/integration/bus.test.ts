/** The bus: events reach listeners on any thread, whatever the other threads and the other listeners do. */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { connectBus, type SLOViolationEvent, type Telemetry } from 'offloop'
import { describe, expect, onTestFinished, test } from 'vitest'
import { codeOf, eventsOf, eventually, liveTelemetry, loggedTelemetry, thrownBy } from './live-telemetry.ts'
import { ToldThread } from './told-thread.ts'

const INTERVAL_MS = 20
/** For how long this thread blocks at most, waiting to be woken by what arrives on another. */
const BLOCKED_MS_MAX = 5_000

/** An SLO that is violated as soon as `echo` has a sample. */
const ECHO_SLO = { metric: 'echo', objective: 'p(95)<60ms' }
const VIOLATING = { sloCheckIntervalMs: INTERVAL_MS, slos: [ECHO_SLO] }

/** A flag in shared memory, for one thread to wake another that is blocked. */
function flag(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4))
}

/** Blocks this thread until the flag is raised: neither timers nor messages get through meanwhile.
 *  @returns whether it was raised */
function blockUntil(raised: Int32Array): boolean {
  return Atomics.wait(raised, 0, 0, BLOCKED_MS_MAX) !== 'timed-out'
}

/** Makes the thread listen to violations, keep them, and raise the flag at each. */
function listen(thread: ToldThread, port: MessagePort, arrived: Int32Array): Promise<void> {
  return thread.run(
    ({ offloop, kept }, port, arrived) => {
      kept['events'] = []
      offloop.connectBus(port).on('perf.slo_violation', event => {
        kept['events'].push(event)
        Atomics.store(arrived, 0, 1)
        Atomics.notify(arrived, 0)
      })
    },
    port,
    arrived,
  )
}

async function listeningThread(telemetry: Telemetry, arrived = flag()): Promise<ToldThread> {
  const thread = new ToldThread()
  await listen(thread, telemetry.openBus(), arrived)
  return thread
}

function eventsThere(thread: ToldThread): Promise<SLOViolationEvent[]> {
  return thread.run(({ kept }) => kept['events'])
}

describe('a blocked main thread', () => {
  test('another thread receives the violation while it is blocked, and not after', async () => {
    const telemetry = liveTelemetry(VIOLATING)
    const echo = telemetry.latency('echo')
    const arrived = flag()
    const thread = await listeningThread(telemetry, arrived)
    await telemetry.ready

    echo.record(100)
    expect(blockUntil(arrived)).toBe(true)
    expect(await eventsThere(thread)).toMatchObject([{ metric: 'echo', actual: 100 }])
  })

  test('what other threads record meanwhile is judged meanwhile', async () => {
    const telemetry = liveTelemetry(VIOLATING)
    const arrived = flag()
    const thread = await listeningThread(telemetry, arrived)
    const recording = new ToldThread(telemetry.share())
    await telemetry.ready
    await recording.run(({ telemetry }) => {
      telemetry.latency('echo')
    })

    // The call is on its way before this thread stops; what it brings about comes after.
    const recorded = recording.run(({ telemetry }) => telemetry.latency('echo').record(100))
    expect(blockUntil(arrived)).toBe(true)
    await recorded
    expect(await eventsThere(thread)).toMatchObject([{ metric: 'echo', actual: 100 }])
  })

  test('a thread that attached before the aggregator was up gets its answers, though nobody passes its messages on', async () => {
    const thread = new ToldThread()
    await thread.run(() => {})
    const telemetry = liveTelemetry()
    const answered = flag()
    const answer = thread.run(
      async ({ offloop }, share, answered) => {
        const here = offloop.attachTelemetry(share)
        here.latency('echo').record(100)
        const { count } = await here.query('echo')
        Atomics.store(answered, 0, 1)
        Atomics.notify(answered, 0)
        return count
      },
      telemetry.share(),
      answered,
    )
    expect(telemetry.status.aggregator).toBe('booting')
    expect(blockUntil(answered)).toBe(true)
    expect(await answer).toBe(1)
  })

  test('openBus() and slo() take effect although the thread blocks right after them, before the aggregator is up', async () => {
    const thread = new ToldThread()
    await thread.run(() => {})
    const telemetry = liveTelemetry({ sloCheckIntervalMs: INTERVAL_MS })
    const echo = telemetry.latency('echo')
    telemetry.slo(ECHO_SLO)
    const arrived = flag()
    const listening = listen(thread, telemetry.openBus(), arrived)
    echo.record(100)
    expect(telemetry.status.aggregator).toBe('booting')
    expect(blockUntil(arrived)).toBe(true)
    await listening
    expect(await eventsThere(thread)).toHaveLength(1)
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

  test('one whose promise rejects is reported and counted like one that throws', async () => {
    const { telemetry, lines } = loggedTelemetry(VIOLATING)
    telemetry.on('perf.slo_violation', () => Promise.reject(new Error('the pager is not answering')))
    const violations = eventsOf(telemetry, 'perf.slo_violation')
    telemetry.latency('echo').record(100)
    await eventually(() => expect(violations).toHaveLength(1))
    await eventually(() => expect(telemetry.status.listenerErrors).toBe(1))
    expect(lines).toEqual([expect.stringContaining('the pager is not answering')])
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

  test('a log function whose promise rejects ends no process', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    let calls = 0
    const telemetry = liveTelemetry({
      ...VIOLATING,
      log: () => {
        calls += 1
        return Promise.reject(new Error('the log is full'))
      },
    })
    telemetry.latency('echo').record(100)
    await eventually(() => expect(calls).toBeGreaterThan(0))
    await telemetry.close()
    expect(unhandled).toEqual([])
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
      expect(await eventsThere(thread)).toEqual(violations)
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
      const bus = offloop.connectBus(port, (topic, error) => kept['reports'].push(`${topic}: ${error}`))
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
