/** The supervisor with a clock and timers of the test: when it starts another aggregator, and when it stops to. */
import { describe, expect, test, vi } from 'vitest'
import { type Death, type Supervised, Supervisor } from '../../src/producer/supervisor.ts'
import type { AggregatorRestart } from '../../src/shared/aggregator-boot.ts'
import { AggregatorState, ControlWord, createControlBlock } from '../../src/shared/memory/control-block.ts'

const LIMITS = {
  hungMs: 5_000,
  bootMs: 30_000,
  deathsMax: 5,
  deathsSpanMs: 60_000,
  restartDelayMs: 100,
  restartDelayMsMax: 5_000,
}
const BEAT_MS = 200
const BOOM: Death = { cause: 'boom', detail: 'boom, at length' }

function setUp(beforeStart = () => {}) {
  let nowMs = 1_000
  let timer: { callback: () => void; atMs: number } | undefined
  const control = new Int32Array(createControlBlock())
  const started: (AggregatorRestart | undefined)[] = []
  const terminate = vi.fn(async () => {})
  let end: (death: Death) => void = () => {}
  let failure: Error | undefined
  const supervised = {
    start: vi.fn<Supervised['start']>((restart, onEnd) => {
      beforeStart()
      started.push(restart)
      if (failure !== undefined) throw failure
      end = onEnd
      return { terminate }
    }),
    onDeath: vi.fn<Supervised['onDeath']>(),
    onDown: vi.fn<Supervised['onDown']>(),
  }
  const supervisor = new Supervisor(supervised, {
    control,
    clock: { nowMs: () => nowMs, originEpochMs: 0 },
    timers: {
      setTimeout(callback, delayMs) {
        timer = { callback, atMs: nowMs + delayMs }
        return timer
      },
      clearTimeout: handle => {
        if (timer === handle) timer = undefined
      },
    },
    limits: LIMITS,
  })
  const state = () => control[ControlWord.aggregatorState]
  const tick = () => Atomics.store(control, ControlWord.clockMs, nowMs | 0)
  const run = () => {
    Atomics.store(control, ControlWord.aggregatorState, AggregatorState.running)
    tick()
  }
  const pass = (ms: number) => {
    nowMs += ms
    if (timer === undefined || nowMs < timer.atMs) return
    const due = timer
    timer = undefined
    due.callback()
  }
  /** Heartbeats of the creating thread, one after the other. */
  const beats = (count: number, onBeat = () => {}) => {
    for (let beat = 0; beat < count; beat++) {
      pass(BEAT_MS)
      onBeat()
      supervisor.observe()
    }
  }
  supervisor.start()
  return {
    ...{ supervisor, supervised, control, started, terminate, state, tick, run, pass, beats },
    die: (death = BOOM) => end(death),
    failToStart: (error: Error | undefined) => {
      failure = error
    },
    hasTimer: () => timer !== undefined,
  }
}

describe('a death', () => {
  test('is followed by another start after the delay, which knows why and since when', () => {
    const { run, pass, die, state, started, supervised, supervisor, control } = setUp()
    run()
    pass(70)
    die()
    expect(state()).toBe(AggregatorState.restarting)
    expect(supervisor).toMatchObject({ restarts: 0, cause: 'boom', isAlive: false })
    expect(supervised.onDeath).toHaveBeenCalledExactlyOnceWith(BOOM, 100)
    expect(control[ControlWord.generation]).toBe(1)
    pass(99)
    expect(started).toHaveLength(1)
    pass(1)
    expect(started).toEqual([undefined, { cause: 'boom', downSinceMs: 1_000, restarts: 1 }])
    expect(state()).toBe(AggregatorState.booting)
    expect(control[ControlWord.generation]).toBe(2)
    expect(supervisor).toMatchObject({ restarts: 1, isAlive: true })
  })

  test('is followed by another start at once where there may be no later, and by one only', () => {
    const { run, die, pass, started, supervisor, hasTimer } = setUp()
    run()
    supervisor.restartNow()
    expect(started).toHaveLength(1)
    die()
    supervisor.restartNow()
    supervisor.restartNow()
    expect(started).toHaveLength(2)
    expect(hasTimer()).toBe(false)
    pass(60_000)
    expect(started).toHaveLength(2)
  })

  test('the fifth within a minute is the last: it stays down, and says so once', () => {
    const { pass, die, state, started, supervised, hasTimer } = setUp()
    for (let death = 1; death <= 5; death++) {
      die()
      pass(5_000)
    }
    expect(started).toHaveLength(5)
    expect(supervised.onDeath.mock.calls.map(([, delayMs]) => delayMs)).toEqual([100, 200, 400, 800])
    expect(supervised.onDown).toHaveBeenCalledExactlyOnceWith(BOOM)
    expect(state()).toBe(AggregatorState.stopped)
    expect(hasTimer()).toBe(false)
  })

  test('five in more than a minute are five restarts', () => {
    const { pass, die, started, supervised } = setUp()
    for (let death = 1; death <= 5; death++) {
      die()
      pass(20_000)
    }
    expect(started).toHaveLength(6)
    expect(supervised.onDown).not.toHaveBeenCalled()
  })

  test('the first that cannot even be started is said to whoever asked for it', () => {
    const failure = new Error('threads are not allowed')
    expect(() =>
      setUp(() => {
        throw failure
      }),
    ).toThrow(failure)
  })

  test('a later thread that cannot even be started counts as one that has died, and is told later', () => {
    const { pass, die, failToStart, state, supervised, supervisor } = setUp()
    failToStart(Object.assign(new Error('no more threads'), { code: 'ERR_WORKER_INIT_FAILED' }))
    die()
    pass(100)
    expect(supervised.onDeath).toHaveBeenCalledOnce()
    expect(state(), 'nobody boots').toBe(AggregatorState.restarting)
    pass(0)
    expect(supervised.onDeath).toHaveBeenCalledTimes(2)
    expect(supervisor.cause).toBe('ERR_WORKER_INIT_FAILED: no more threads')
    failToStart(undefined)
    pass(200)
    expect(supervisor.isAlive).toBe(true)
  })
})

describe('an aggregator whose clock stands still', () => {
  test('is terminated after five seconds of looking, and its death is called a hang since its last tick', () => {
    const { run, beats, die, pass, terminate, started, supervisor } = setUp()
    run()
    beats(25)
    expect(terminate).not.toHaveBeenCalled()
    beats(2)
    expect(terminate).toHaveBeenCalledOnce()
    beats(10)
    expect(terminate, 'it is on its way out already').toHaveBeenCalledOnce()
    die({ cause: 'it ended with exit code 1', detail: 'it ended with exit code 1' })
    expect(supervisor.cause).toMatch(/^it hung for 5(\.\d)? s$/)
    pass(100)
    expect(started[1]).toMatchObject({ downSinceMs: 1_000 })
  })

  test('is left alone while it ticks, however slowly', () => {
    const { run, beats, tick, terminate } = setUp()
    run()
    for (let tickCount = 0; tickCount < 10; tickCount++) {
      beats(20)
      tick()
    }
    expect(terminate).not.toHaveBeenCalled()
  })

  test('is left alone when it was this thread that stood still', () => {
    const { run, pass, beats, terminate } = setUp()
    run()
    beats(1)
    pass(600_000)
    beats(20)
    expect(terminate).not.toHaveBeenCalled()
  })

  test('is given longer while it boots, and not for ever', () => {
    const { beats, terminate, die, supervisor } = setUp()
    beats(150)
    expect(terminate).not.toHaveBeenCalled()
    beats(2)
    expect(terminate).toHaveBeenCalledOnce()
    die()
    expect(supervisor.cause).toMatch(/^it did not start within 30/)
  })
})

describe('stopped', () => {
  test('between death and restart, it starts the next at once, and none after that', () => {
    const { run, die, supervisor, started, supervised, state, hasTimer } = setUp()
    run()
    die()
    supervisor.stop()
    expect(started).toHaveLength(2)
    die()
    expect(started).toHaveLength(2)
    expect(supervised.onDown).toHaveBeenCalledExactlyOnceWith(BOOM)
    expect(state()).toBe(AggregatorState.stopped)
    expect(hasTimer()).toBe(false)
  })

  test('it terminates nobody for standing still', () => {
    const { run, beats, supervisor, terminate } = setUp()
    run()
    supervisor.stop()
    beats(100)
    expect(terminate).not.toHaveBeenCalled()
  })

  test('an end that was asked for is no death', async () => {
    const { run, die, supervisor, supervised } = setUp()
    run()
    await supervisor.terminate()
    die()
    expect(supervised.onDeath).not.toHaveBeenCalled()
    expect(supervised.onDown).not.toHaveBeenCalled()
  })
})
