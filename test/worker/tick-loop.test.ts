import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { ControlWord, createControlBlock, wakeAggregator } from '../../src/shared/memory/control-block.ts'
import { TICK_INTERVAL_MS, TickLoop } from '../../src/worker/tick-loop.ts'
import { ManualClock } from '../support/manual-clock.ts'

const TICK_IDLE_INTERVAL_MS_MAX = 100

/** Lets promises and immediates run, and no timer, until so many ticks were made. */
async function ticksOf(tickedAtMs: readonly number[], wanted: number): Promise<void> {
  for (let turns = 0; tickedAtMs.length < wanted; turns++) {
    if (turns === 10_000) expect.unreachable(`${tickedAtMs.length} ticks, and not ${wanted}`)
    await new Promise(resolve => setImmediate(resolve))
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function createLoop(work: (lagMs: number) => boolean = () => true) {
  const control = new Int32Array(createControlBlock())
  const clock = new ManualClock()
  const tickedAtMs: number[] = []
  const lagsMs: number[] = []
  const loop = new TickLoop(control, clock, lagMs => {
    tickedAtMs.push(clock.nowMs())
    lagsMs.push(lagMs)
    return work(lagMs)
  })
  onTestFinished(() => {
    loop.stop()
    // Lets go of the promise that waits for a producer.
    Atomics.notify(control, ControlWord.wake)
  })
  const passMs = (durationMs: number, stepMs = 1) => {
    for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
      clock.advance(stepMs)
      vi.advanceTimersByTime(stepMs)
    }
  }
  const intervalsMs = () => tickedAtMs.map((atMs, index) => atMs - (tickedAtMs[index - 1] ?? 0))
  return { control, clock, loop, tickedAtMs, lagsMs, passMs, intervalsMs }
}

describe('the pace', () => {
  test('is 10 ms as long as there is work', () => {
    const { loop, passMs, intervalsMs } = createLoop()
    loop.start()
    passMs(1_000)
    expect(intervalsMs()).toEqual(new Array(100).fill(TICK_INTERVAL_MS))
    expect(TICK_INTERVAL_MS).toBe(10)
  })

  test('slows down when idle, step by step, and never beyond its bound', () => {
    const { loop, passMs, intervalsMs } = createLoop(() => false)
    loop.start()
    passMs(3_000)
    const intervals = intervalsMs()
    expect(intervals[0]).toBe(10)
    expect(intervals.every((intervalMs, index) => index === 0 || intervalMs >= intervals[index - 1]!)).toBe(
      true,
    )
    expect(intervals.slice(0, 4).every(intervalMs => intervalMs < TICK_IDLE_INTERVAL_MS_MAX)).toBe(true)
    expect(intervals.at(-1)).toBe(TICK_IDLE_INTERVAL_MS_MAX)
  })

  test('is back at 10 ms after the first tick that found work', () => {
    let isBusy = false
    const { loop, passMs, tickedAtMs } = createLoop(() => isBusy)
    loop.start()
    passMs(2_000)
    isBusy = true
    passMs(TICK_IDLE_INTERVAL_MS_MAX)
    const count = tickedAtMs.length
    passMs(100)
    expect(tickedAtMs.length - count).toBe(10)
  })
})

describe('the lag', () => {
  test('is nothing for a tick in time, and what the loop was held up for one that is late', () => {
    const { loop, clock, lagsMs } = createLoop()
    loop.start()
    clock.advance(10)
    vi.advanceTimersByTime(10)
    clock.advance(10 + 35)
    vi.advanceTimersByTime(10)
    expect(lagsMs).toEqual([0, 35])
  })

  test('is never negative: timers may fire a little early', () => {
    const { loop, clock, lagsMs } = createLoop()
    loop.start()
    clock.advance(9.4)
    vi.advanceTimersByTime(10)
    expect(lagsMs).toEqual([0])
  })
})

describe('a producer that wakes the aggregator', () => {
  test('makes it tick at once, without waiting for the timer, and can do so again', async () => {
    const { loop, control, tickedAtMs, lagsMs } = createLoop(() => false)
    loop.start()
    for (let count = 1; count <= 5; count++) {
      wakeAggregator(control)
      await ticksOf(tickedAtMs, count)
      expect(control[ControlWord.wake]).toBe(0)
    }
    expect(lagsMs).toEqual([0, 0, 0, 0, 0])
  })

  test('while the tick runs is not missed: there is another tick', async () => {
    let isWoken = false
    const { loop, control, tickedAtMs } = createLoop(() => {
      if (!isWoken) wakeAggregator(control)
      isWoken = true
      return false
    })
    loop.start()
    wakeAggregator(control)
    await ticksOf(tickedAtMs, 2)
  })

  test('before the start is heard at the start', async () => {
    const { loop, control, tickedAtMs } = createLoop()
    wakeAggregator(control)
    loop.start()
    await ticksOf(tickedAtMs, 1)
  })

  test('leaves one timer running, not one for each time', async () => {
    const { loop, control, tickedAtMs } = createLoop()
    loop.start()
    for (let count = 1; count <= 3; count++) {
      wakeAggregator(control)
      await ticksOf(tickedAtMs, count)
    }
    expect(vi.getTimerCount()).toBe(1)
  })
})

describe('stop', () => {
  test('ends the ticking, and leaves no timer', () => {
    const { loop, passMs, tickedAtMs } = createLoop()
    loop.start()
    passMs(50)
    loop.stop()
    passMs(200)
    expect([tickedAtMs.length, vi.getTimerCount()]).toEqual([5, 0])
  })

  test('within a tick ends it as well', () => {
    const { loop, passMs, tickedAtMs } = createLoop(() => {
      loop.stop()
      return true
    })
    loop.start()
    passMs(TICK_INTERVAL_MS)
    expect([tickedAtMs.length, vi.getTimerCount()]).toEqual([1, 0])
  })

  test('is not undone by a producer that wakes', async () => {
    const { loop, control, tickedAtMs } = createLoop()
    loop.start()
    loop.stop()
    wakeAggregator(control)
    await new Promise(resolve => setImmediate(resolve))
    await new Promise(resolve => setImmediate(resolve))
    expect([tickedAtMs.length, vi.getTimerCount()]).toEqual([0, 0])
  })
})
