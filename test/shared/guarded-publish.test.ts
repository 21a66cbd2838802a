import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createGuardedPublish, PUBLISH_IN_FLIGHT_MAX } from '../../src/shared/guarded-publish.ts'
import type { Timers } from '../../src/shared/timers.ts'
import type { Publish } from '../../src/shared/topics.ts'
import { ManualClock } from '../support/manual-clock.ts'

const EVENT = { count: 3, timestamp: 0 }
const timers: Timers = {
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: handle => clearTimeout(handle as NodeJS.Timeout),
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function guard(publish: Publish) {
  const lines: string[] = []
  const clock = new ManualClock()
  const guarded = createGuardedPublish(publish, {
    timeoutMs: 1_000,
    log: line => lines.push(line),
    timers,
    clock,
  })
  return { guarded, lines, clock, send: () => guarded.publish('perf.bus_dropped', EVENT) }
}

test('what is no function is refused at once, not at the first event', () => {
  expect(() => guard('pager' as never)).toThrow(
    expect.objectContaining({ code: 'OFFLOOP_OPTION', details: expect.objectContaining({ at: 'publish' }) }),
  )
})

test('an event is handed over as it is, at once', () => {
  const publish = vi.fn()
  guard(publish).send()
  expect(publish).toHaveBeenCalledExactlyOnceWith('perf.bus_dropped', EVENT)
})

test.each<[string, Publish]>([
  ['nothing', () => undefined],
  ['false', () => false],
  ['a promise', () => Promise.resolve('ok')],
  // biome-ignore lint/suspicious/noThenProperty: the enemy of this test
  ['an object whose then is no function', () => ({ then: 5 })],
])('a publish that answers %s has not failed', async (_, publish) => {
  const { guarded, send, lines } = guard(publish)
  send()
  await guarded.settled()
  expect([guarded.failures, guarded.timeouts, lines, vi.getTimerCount()]).toEqual([0, 0, [], 0])
})

const hostileThen = Object.defineProperty({}, 'then', {
  get: () => {
    throw new Error('no')
  },
})
test.each<[string, Publish]>([
  [
    'throws',
    () => {
      throw new Error('no')
    },
  ],
  ['rejects', () => Promise.reject(new Error('no'))],
  ['answers with a then that throws', () => hostileThen],
  [
    'answers with a thenable that calls back twice',
    // biome-ignore lint/suspicious/noThenProperty: the enemy of this test
    () => ({ then: (_: unknown, reject: (reason: unknown) => void) => [reject(new Error('no')), reject(1)] }),
  ],
])('a publish that %s is counted and logged once, with its reason', async (_, publish) => {
  const { guarded, send, lines } = guard(publish)
  send()
  await guarded.settled()
  expect([guarded.failures, guarded.timeouts]).toEqual([1, 0])
  expect(lines).toEqual(['offloop: publishing perf.bus_dropped failed: no'])
  expect(vi.getTimerCount()).toBe(0)
})

test('what is thrown may be anything, even what cannot be shown', () => {
  const { guarded, send, lines } = guard(() => {
    throw Object.create(null)
  })
  send()
  expect(guarded.failures).toBe(1)
  expect(lines).toEqual(['offloop: publishing perf.bus_dropped failed: something that cannot be shown'])
})

test('a publish that hangs is given up after the time-out, and a late answer changes nothing', async () => {
  let reject: (reason: unknown) => void = () => {}
  const { guarded, send, lines } = guard(() => new Promise((_, rejectIt) => (reject = rejectIt)))
  send()
  let isSettled = false
  const settled = guarded.settled().then(() => (isSettled = true))
  await vi.advanceTimersByTimeAsync(999)
  expect([guarded.timeouts, isSettled]).toEqual([0, false])
  await vi.advanceTimersByTimeAsync(1)
  await settled
  reject(new Error('too late'))
  await vi.advanceTimersByTimeAsync(1)
  expect([guarded.failures, guarded.timeouts]).toEqual([0, 1])
  expect(lines).toEqual(['offloop: publishing perf.bus_dropped was not answered within 1000 ms'])
})

test('a hanging publish is not called without bound: events beyond it fail, and room comes back with the time-out', async () => {
  const publish = vi.fn(() => new Promise(() => {}))
  const { guarded, send } = guard(publish)
  for (let count = 0; count < PUBLISH_IN_FLIGHT_MAX + 5; count += 1) send()
  expect(publish).toHaveBeenCalledTimes(PUBLISH_IN_FLIGHT_MAX)
  expect(guarded.failures).toBe(5)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(guarded.timeouts).toBe(PUBLISH_IN_FLIGHT_MAX)
  send()
  expect(publish).toHaveBeenCalledTimes(PUBLISH_IN_FLIGHT_MAX + 1)
})

test('a publish that fails for ever does not flood the log, and nothing is left unsaid', () => {
  const { send, lines, clock } = guard(() => {
    throw new Error('no')
  })
  for (let count = 0; count < 100; count += 1) send()
  expect(lines).toHaveLength(1)
  clock.advance(10_000)
  send()
  expect(lines[1]).toBe('offloop: publishing perf.bus_dropped failed: no (and 99 more like it since)')
})

test('a log that throws harms nobody', () => {
  const publish = () => {
    throw new Error('no')
  }
  const log = () => {
    throw new Error('log')
  }
  const guarded = createGuardedPublish(publish, { timeoutMs: 1_000, log, timers, clock: new ManualClock() })
  expect(() => guarded.publish('perf.bus_dropped', EVENT)).not.toThrow()
  expect(guarded.failures).toBe(1)
})

test('a pending time-out does not keep the process alive', () => {
  const unref = vi.fn()
  const guarded = createGuardedPublish(() => new Promise(() => {}), {
    timeoutMs: 1_000,
    log: () => {},
    timers: { setTimeout: () => ({ unref }), clearTimeout: () => {} },
    clock: new ManualClock(),
  })
  guarded.publish('perf.bus_dropped', EVENT)
  expect(unref).toHaveBeenCalledOnce()
})
