import { expect, test } from 'vitest'
import { createHeldAggregator } from '../../../bench/setup/held-aggregator.ts'

test('a held aggregator takes samples when it is told to tick, and not before', async () => {
  const aggregator = createHeldAggregator(10)
  aggregator.record()
  await new Promise(resolve => setTimeout(resolve, 150))
  expect(aggregator.pendingCount()).toBe(10)
  aggregator.tick()
  expect(aggregator.pendingCount()).toBe(0)
  aggregator.record()
  aggregator.tick()
  expect(aggregator.drainedCount()).toBe(20)
  aggregator.end()
})

test('the timers of everyone else are their own again after a tick', () => {
  const before = globalThis.setTimeout
  const aggregator = createHeldAggregator(0)
  aggregator.tick()
  expect(globalThis.setTimeout).toBe(before)
  aggregator.end()
})
