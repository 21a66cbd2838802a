import { expect, test } from 'vitest'
import { RATE_LIMIT_KEYS_MAX, RateLimiter } from '../../src/slo/rate-limiter.ts'

test('one event per key and window, the window measured from the event let through', () => {
  const limiter = new RateLimiter(10_000)
  const admitted = [0, 5_000, 9_999, 10_000, 15_000, 19_999, 20_000].map(nowMs =>
    limiter.admit('a', 1, nowMs),
  )
  expect(admitted).toEqual([0, undefined, undefined, 2, undefined, undefined, 2])
})

test('keys do not share a limit', () => {
  const limiter = new RateLimiter(10_000)
  expect([limiter.admit('a', 1, 0), limiter.admit('b', 1, 0), limiter.admit('a', 1, 1)]).toEqual([
    0,
    0,
    undefined,
  ])
  expect([limiter.suppressed('a'), limiter.suppressed('b'), limiter.suppressed('c')]).toEqual([1, 0, 0])
})

test('a new generation begins anew, and what was held back is still told', () => {
  const limiter = new RateLimiter(10_000)
  expect([1, 1, 2, 2].map(generation => limiter.admit('a', generation, 0))).toEqual([
    0,
    undefined,
    1,
    undefined,
  ])
})

test('a reset lets every key through again, and what was held back is still told', () => {
  const limiter = new RateLimiter(10_000)
  limiter.admit('a', 1, 0)
  limiter.admit('a', 1, 1)
  limiter.reset()
  expect(limiter.admit('a', 1, 2)).toBe(1)
  expect(limiter.admit('a', 1, 3)).toBeUndefined()
})

test('a changed window holds for events already let through; none lets everything through', () => {
  const limiter = new RateLimiter(10_000)
  limiter.admit('a', 1, 0)
  limiter.setWindowMs(100)
  expect([limiter.admit('a', 1, 99), limiter.admit('a', 1, 100)]).toEqual([undefined, 1])
  limiter.setWindowMs(0)
  expect([limiter.admit('a', 1, 100), limiter.admit('a', 1, 100)]).toEqual([0, 0])
})

test('keys without end do not grow it without end: the one admitted longest ago is forgotten', () => {
  const limiter = new RateLimiter(10_000)
  for (let key = 0; key < RATE_LIMIT_KEYS_MAX; key += 1) limiter.admit(`${key}`, 1, key < 5 ? 0 : 1)
  limiter.admit('one more', 1, 2)
  expect(limiter.admit('1', 1, 3)).toBeUndefined()
  expect(limiter.admit('0', 1, 3)).toBe(0)
})
