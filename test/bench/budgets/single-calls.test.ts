import { expect, test } from 'vitest'
import { summarize, timeCalls, WARM_UP_COUNT } from '../../../bench/budgets/single-calls.ts'

test('percentiles are those of the calls, nearest rank', () => {
  const durationsMs = Float64Array.from({ length: 1_000 }, (_, index) => 1_000 - index)
  expect(summarize(durationsMs)).toEqual({
    callCount: 1_000,
    warmUpCount: WARM_UP_COUNT,
    p50Ms: 500,
    p95Ms: 950,
    p99Ms: 990,
    maxMs: 1_000,
  })
})

test('the first hundred calls come first, and do not count', async () => {
  let callCount = 0
  let preparedCount = 0
  const pausedAfter: number[] = []
  const times = await timeCalls(
    {
      run: () => {
        callCount += 1
        // Only what comes before the calls that count is slow.
        const endMs = performance.now() + (callCount <= WARM_UP_COUNT ? 0.5 : 0)
        while (performance.now() < endMs);
      },
      prepare: () => {
        preparedCount += 1
      },
      pauseEvery: 200,
      pause: () => {
        pausedAfter.push(callCount)
        return Promise.resolve()
      },
    },
    500,
  )
  expect([callCount, preparedCount]).toEqual([WARM_UP_COUNT + 500, WARM_UP_COUNT + 500])
  expect(pausedAfter).toEqual([100, 300, 500, 600])
  expect(times.callCount).toBe(500)
  expect(times.p50Ms).toBeGreaterThan(0)
  expect(times.p50Ms).toBeLessThan(0.5)
})
