/** The end: a program exits when its own work is done, and close() says what became of everything. */
import { createTelemetry } from 'offloop'
import { describe, expect, test } from 'vitest'
import { codeOf, eventsOf, liveTelemetry, thrownBy } from './live-telemetry.ts'
import { runProgram } from './program.ts'

/** How much longer a program may live after its last word than one without telemetry. On a quiet machine it is a tenth
 *  of a second; whoever waits for an answer that never comes takes five or ten. */
const LINGER_MS_MAX = 3_000

/** Expects the program to end by itself, and as soon as one without telemetry.
 *  @returns what it said */
async function expectPromptEnd(path: string, ...given: string[]): Promise<string> {
  const [bare, end] = await Promise.all([runProgram('bare.mjs'), runProgram(path, ...given)])
  expect(end).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(end.lingeredMs - bare.lingeredMs).toBeLessThan(LINGER_MS_MAX)
  return end.stdout
}

describe.concurrent('a program', () => {
  test.each([
    'created',
    'recorded',
    'recorded a burst',
    'ready',
    'queried',
    'flushed',
    'asking, not awaited',
    'listening',
    'with a port of the bus',
    'with a publish function that hangs',
    'with SLOs',
    'with threads that have ended',
    'with a thread that was terminated',
    'with several telemetries',
  ])('that forgets close() exits by itself, at once and with code 0: %s', async state => {
    expect(await expectPromptEnd('forgets-close.mjs', state)).toBe('done\n')
  })

  test('that waits for `ready` at its top level, and for nothing else, gets there', async () => {
    expect(await expectPromptEnd('awaits-ready.mjs')).toBe('running\n')
  })

  test('that closes is not held up by threads that are still attached and had asked questions', async () => {
    expect(JSON.parse(await expectPromptEnd('closes-with-threads.mjs'))).toEqual({
      ok: true,
      lost: 0,
      timedOut: false,
    })
  })
})

describe('close()', () => {
  test('it hands over what is left, and is one promise however often it is called', async () => {
    const telemetry = createTelemetry({ service: 'integration', laneCapacity: 64 })
    const echo = telemetry.latency('echo')
    await telemetry.ready
    for (let value = 0; value < 50; value++) echo.record(value)
    const closed = telemetry.close()
    expect(telemetry.close()).toBe(closed)
    expect(await closed).toEqual({ ok: true, lost: 0, timedOut: false })
    expect(await telemetry.close()).toBe(await closed)
    expect(await telemetry.flush(), 'flush() after close() says what close() said').toBe(await closed)
    expect(telemetry.status).toMatchObject({ aggregator: 'closed', cause: undefined, recordedAfterClose: 0 })
  })

  test('right after createTelemetry it works as well, and loses nothing', async () => {
    const telemetry = createTelemetry({ service: 'integration' })
    const echo = telemetry.latency('echo')
    for (let value = 0; value < 1_000; value++) echo.record(value)
    expect(await telemetry.close()).toEqual({ ok: true, lost: 0, timedOut: false })
  })

  test('the final statistics can still be read', async () => {
    const telemetry = createTelemetry({ service: 'integration' })
    const echo = telemetry.latency('echo')
    for (let value = 1; value <= 100; value++) echo.record(value)
    await telemetry.close()
    expect(echo.stats()).toMatchObject({ count: 100, p95: 95 })
  })

  test('questions that are under way when it is called are answered or refused, and none hangs', async () => {
    const telemetry = createTelemetry({ service: 'integration' })
    telemetry.latency('echo').record(1)
    const asked = [telemetry.ready, telemetry.query('echo'), telemetry.snapshot(), telemetry.flush()]
    const settled = Promise.allSettled(asked)
    await telemetry.close()
    for (const outcome of await settled) {
      if (outcome.status === 'rejected') expect(codeOf(outcome.reason)).toBe('OFFLOOP_CLOSED')
    }
  })

  test('what is recorded afterwards goes nowhere, is counted, and throws nothing', async () => {
    const telemetry = createTelemetry({ service: 'integration' })
    const echo = telemetry.latency('echo')
    const level = telemetry.gauge('level')
    const hits = telemetry.counter('hits')
    const http = telemetry.latency('http', { labelNames: ['route'] })
    const mark = echo.markStart()
    hits.add(100)
    await telemetry.close()

    for (let value = 0; value < 10; value++) echo.record(value)
    level.set(1)
    hits.add(4)
    hits.add(0.5)
    echo.markEnd(mark)
    expect(echo.time(() => 'result')).toBe('result')
    // Label values that are new, and in number: they outgrow what memory there was.
    for (let user = 0; user < 999; user++) http.labels({ route: `/users/${user}` }).record(1)
    // Ten records, a level, four ones and a half, a mark, a time, and the routes.
    expect(telemetry.status.recordedAfterClose).toBe(10 + 1 + 4 + 1 + 1 + 1 + 999)
  })

  test('what cannot work afterwards is refused with OFFLOOP_CLOSED', async () => {
    const telemetry = createTelemetry({ service: 'integration' })
    telemetry.latency('echo')
    await telemetry.close()
    for (const late of [
      () => telemetry.latency('late'),
      () => telemetry.latency('echo'),
      () => telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' }),
      () => telemetry.on('perf.slo_violation', () => {}),
      () => telemetry.openBus(),
    ]) {
      expect(codeOf(thrownBy(late))).toBe('OFFLOOP_CLOSED')
    }
    await expect(telemetry.query('echo')).rejects.toMatchObject({ code: 'OFFLOOP_CLOSED' })
    await expect(telemetry.snapshot()).rejects.toMatchObject({ code: 'OFFLOOP_CLOSED' })
    await expect(telemetry.ready).rejects.toMatchObject({ code: 'OFFLOOP_CLOSED' })
  })

  test('a removed listener and a removed SLO may be removed afterwards', async () => {
    const telemetry = createTelemetry({ service: 'integration' })
    telemetry.latency('echo')
    const off = telemetry.on('perf.slo_violation', () => {})
    const remove = telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' })
    await telemetry.close()
    off()
    remove()
  })
})

describe('an aggregator that does not answer', () => {
  test.each(['flush', 'close'] as const)(
    '%s() with a time-out gives up, and says what it has not handed over',
    async method => {
      const telemetry = liveTelemetry({ laneCapacity: 16 })
      const echo = telemetry.latency('echo')
      for (let value = 0; value < 20; value++) echo.record(value)
      // It is still being started, which takes longer than this.
      expect(telemetry.status.aggregator).toBe('booting')
      expect(await telemetry[method]({ timeoutMs: 1 })).toEqual({ ok: false, lost: 20, timedOut: true })
    },
  )

  test('one that has died is replaced: questions are answered, and what was recorded meanwhile is taken', async () => {
    const end = await runProgram('aggregator-dies.mjs')
    expect(end).toMatchObject({ code: 0, stderr: '' })
    const told = JSON.parse(end.stdout)
    // One that it had, and a hundred later ones of which the lane had room for sixteen, and summarized the others.
    const kept = { ok: true, lost: 0, timedOut: false }
    expect(told).toMatchObject({
      asked: 'echo',
      flushed: kept,
      hitCount: 5,
      lanes: [{ recorded: 101, drained: 17, summarized: 84, dropped: 0, pending: 0 }],
      status: { aggregator: 'running', restarts: 1, cause: 'it ended with exit code 1' },
      closed: kept,
    })
    expect(told.lines[0]).toContain('the aggregator thread died and is started again in 100 ms')
  })
})

describe('many telemetries in one process', () => {
  test('each has its own aggregator, and they mix nothing up', async () => {
    const telemetries = Array.from({ length: 8 }, (_, index) =>
      liveTelemetry({ service: `service ${index}` }),
    )
    telemetries.forEach((telemetry, index) => {
      telemetry.latency('echo').record(index)
      telemetry.counter('hits').add(index)
    })
    const answers = await Promise.all(
      telemetries.map(async telemetry => {
        const { service, series } = await telemetry.snapshot()
        return [service, series.map(({ last }) => last)]
      }),
    )
    expect(answers).toEqual(telemetries.map((_, index) => [`service ${index}`, [index, index]]))
    await telemetries[0]!.close()
    expect(await telemetries[1]!.query('echo')).toMatchObject({ last: 1 })
  })

  test('created and closed again and again, they leave nothing behind', async () => {
    const exitListeners = process.listenerCount('exit')
    const resources = () =>
      process.getActiveResourcesInfo().filter(name => name === 'MessagePort' || name === 'Worker')
    const before = resources().length
    for (let round = 0; round < 6; round++) {
      const telemetry = createTelemetry({
        service: 'integration',
        slos: [{ metric: 'echo', objective: 'max<1ms' }],
      })
      const violations = eventsOf(telemetry, 'perf.slo_violation')
      telemetry.latency('echo').record(round + 1)
      await telemetry.close()
      expect(violations).toHaveLength(1)
    }
    expect(process.listenerCount('exit')).toBe(exitListeners)
    expect(resources().length).toBe(before)
  })
})
