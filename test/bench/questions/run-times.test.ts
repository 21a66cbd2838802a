import { expect, test } from 'vitest'
import type { Candidate } from '../../../bench/core/question.ts'
import { measureRunTimes } from '../../../bench/setup/run-times.ts'

test('every run is prepared and waited for, in each round and the warm-up', async () => {
  const events: string[] = []
  const candidate: Candidate = {
    name: 'it',
    operationCount: 1,
    prepare: () => events.push('prepare'),
    async run() {
      await Promise.resolve()
      events.push('done')
    },
  }
  let roundsSeen = 0
  const onRound = () => {
    roundsSeen += 1
  }
  const figures = await measureRunTimes([candidate], { roundCount: 2, firstRound: 0, onRound }, 3)
  expect(events).toEqual(Array.from({ length: 9 }, () => ['prepare', 'done']).flat())
  expect(roundsSeen).toBe(3)
  expect(figures.get(candidate)!.p50Ms).toHaveLength(2)
})

test('the 50th percentile leaves a slow run out, and the 99th shows it', async () => {
  let runCount = 0
  const candidate: Candidate = {
    name: 'it',
    operationCount: 2,
    async run() {
      runCount += 1
      if (runCount % 50 === 0) await new Promise(resolve => setTimeout(resolve, 40))
    },
  }
  const figures = await measureRunTimes([candidate], { roundCount: 1, firstRound: 0, onRound: () => {} }, 50)
  const { p50Ms, p99Ms } = figures.get(candidate)!
  expect(p50Ms[0]).toBeLessThan(15)
  // Two operations to a run.
  expect(p99Ms[0]).toBeGreaterThan(15)
})
