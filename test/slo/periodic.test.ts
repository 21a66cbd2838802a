import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ECHO_P95, monitored } from './monitored.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the periodic loop', () => {
  test('finds a breach within one interval', () => {
    const { monitor, fill, passMs, violations, clock } = monitored([ECHO_P95])
    monitor.start(1_000)
    passMs(2_500)
    fill('echo', 100)
    const breachMs = clock.nowMs()
    passMs(1_000)
    expect(violations).toHaveLength(1)
    expect((violations[0]?.timestamp ?? 0) - clock.originEpochMs - breachMs).toBeLessThanOrEqual(1_000)
    monitor.stop()
  })

  test('checks every five seconds unless told otherwise, the first time after one interval', () => {
    const { monitor, passMs } = monitored([ECHO_P95])
    monitor.start()
    passMs(4_990)
    expect(monitor.checks).toBe(0)
    passMs(10)
    expect(monitor.checks).toBe(1)
    passMs(15_000)
    expect(monitor.checks).toBe(4)
    monitor.stop()
  })

  test('started again, it is replaced: the interval of the second start counts, and nothing runs twice', () => {
    const { monitor, passMs } = monitored([ECHO_P95])
    monitor.start(1_000)
    monitor.start(1_000)
    passMs(3_000)
    expect(monitor.checks).toBe(3)
    monitor.start(500)
    passMs(3_000)
    expect(monitor.checks).toBe(9)
    expect(vi.getTimerCount()).toBe(1)
    monitor.stop()
  })

  test('stopped, it leaves nothing behind; stopping twice, or before a start, is harmless', () => {
    const { monitor, passMs } = monitored([ECHO_P95])
    monitor.stop()
    monitor.start(1_000)
    passMs(1_000)
    monitor.stop()
    monitor.stop()
    passMs(5_000)
    expect([monitor.checks, vi.getTimerCount()]).toEqual([1, 0])
    monitor.start(1_000)
    passMs(1_000)
    expect(monitor.checks).toBe(2)
    monitor.stop()
  })

  test('stopped from within a check, it does not go on', () => {
    const { monitor, fill, passMs } = monitored([ECHO_P95], { publish: () => monitor.stop() })
    fill('echo', 100)
    monitor.start(1_000)
    passMs(5_000)
    expect([monitor.checks, vi.getTimerCount()]).toEqual([1, 0])
  })

  test('started again from within a check, one loop goes on', () => {
    const { monitor, fill, passMs } = monitored([ECHO_P95], { publish: () => monitor.start(500) })
    fill('echo', 100)
    monitor.start(1_000)
    passMs(3_000)
    expect([monitor.checks, vi.getTimerCount()]).toEqual([5, 1])
    monitor.stop()
  })

  test('a check longer than the interval defers the next by a whole one; a short one does not shift it', () => {
    const { monitor, registry, passMs, clock } = monitored([ECHO_P95])
    const startsMs: number[] = []
    const tookMs = [250, 0, 30, 0]
    const original = registry.metric.bind(registry)
    vi.spyOn(registry, 'metric').mockImplementation(name => {
      startsMs.push(clock.nowMs())
      clock.advance(tookMs[startsMs.length - 1] ?? 0)
      return original(name)
    })
    monitor.start(100)
    passMs(500)
    // The manual clock jumps during the check, the timers do not: 100 ms of them lie between.
    expect(startsMs).toEqual([100, 450, 550, 650, 750])
    monitor.stop()
  })

  test('does not keep the process alive', () => {
    const unref = vi.fn()
    const { monitor } = monitored([ECHO_P95], {
      timers: { setTimeout: () => ({ unref }), clearTimeout: () => {} },
    })
    monitor.start()
    expect(unref).toHaveBeenCalledOnce()
  })

  test('runs where timers are numbers', () => {
    const cleared: unknown[] = []
    const timers = { setTimeout: () => 7, clearTimeout: (handle: unknown) => cleared.push(handle) }
    const { monitor } = monitored([ECHO_P95], { timers })
    monitor.start()
    monitor.stop()
    expect(cleared).toEqual([7])
  })

  test.each([
    [0],
    [-5],
    [0.5],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [2 ** 31],
    ['5' as unknown as number],
  ])('an interval of %j is refused, and a running loop goes on', intervalMs => {
    const { monitor, passMs } = monitored([ECHO_P95])
    monitor.start(1_000)
    expect(() => monitor.start(intervalMs)).toThrow(
      expect.objectContaining({
        code: 'OFFLOOP_OPTION',
        details: expect.objectContaining({ at: 'intervalMs' }),
      }),
    )
    passMs(1_000)
    expect(monitor.checks).toBe(1)
    monitor.stop()
  })
})

describe('a check', () => {
  test('called from within a check does nothing: checks never overlap', () => {
    const inner: number[] = []
    const { monitor, fill } = monitored([ECHO_P95], {
      rateLimitWindowMs: 0,
      publish: () => inner.push(monitor.checkAll().length),
    })
    fill('echo', 100)
    expect(monitor.checkAll()).toHaveLength(1)
    expect([inner, monitor.checks]).toEqual([[0], 1])
  })

  test('that takes more than five milliseconds warns and is counted; one that takes five does not', () => {
    const { monitor, registry, clock, lines } = monitored([ECHO_P95])
    const original = registry.metric.bind(registry)
    let tookMs = 5
    vi.spyOn(registry, 'metric').mockImplementation(name => {
      clock.advance(tookMs)
      return original(name)
    })
    monitor.checkAll()
    expect([monitor.slowChecks, lines]).toEqual([0, []])
    tookMs = 7.26
    monitor.checkAll()
    expect(monitor.slowChecks).toBe(1)
    expect(lines).toEqual(['offloop: a check of 1 SLO took 7.3 ms (more than 5 ms)'])
  })

  test('that has nothing to judge is never called slow: the thread stood still meanwhile', () => {
    const { monitor, clock, lines } = monitored([])
    vi.spyOn(clock, 'nowMs').mockReturnValueOnce(0).mockReturnValueOnce(50)
    monitor.checkAll()
    expect([monitor.slowChecks, lines]).toEqual([0, []])
  })

  test('that is always slow does not flood the log', () => {
    const { monitor, registry, clock, lines } = monitored([ECHO_P95], { slowCheckMs: 1 })
    vi.spyOn(registry, 'metric').mockImplementation(() => {
      clock.advance(2)
      return undefined
    })
    for (let check = 0; check < 100; check += 1) monitor.checkAll()
    expect([monitor.slowChecks, lines.length]).toEqual([100, 1])
  })

  test('whose reading throws goes on with the others, says so once, and the loop goes on', () => {
    const setup = monitored([{ metric: 'render', objective: 'p50<60ms' }, ECHO_P95], { rateLimitWindowMs: 0 })
    const { monitor, registry, fill, passMs, lines, violations } = setup
    const original = registry.metric.bind(registry)
    vi.spyOn(registry, 'metric').mockImplementation(name => {
      if (name === 'render') throw new Error('torn')
      return original(name)
    })
    fill('echo', 100)
    monitor.start(1_000)
    passMs(3_000)
    expect([monitor.checks, monitor.judgeFailures, violations.length]).toEqual([3, 3, 3])
    expect(lines).toEqual(['offloop: SLO render p50<60ms could not be judged: torn'])
    monitor.stop()
  })
})

test.each<[object, string]>([
  [{ rateLimitScope: 'label' }, 'rateLimitScope'],
  [{ publishTimeoutMs: 0 }, 'publishTimeoutMs'],
  [{ slowCheckMs: -1 }, 'slowCheckMs'],
  [{ rateLimitWindow: 5 }, 'rateLimitWindow'],
])('the options %j are refused', (options, at) => {
  expect(() => monitored([], options)).toThrow(
    expect.objectContaining({ code: 'OFFLOOP_OPTION', details: expect.objectContaining({ at }) }),
  )
})
