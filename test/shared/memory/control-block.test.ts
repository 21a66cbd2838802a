import { expect, test, vi } from 'vitest'
import { ControlWord, createControlBlock, wakeAggregator } from '../../../src/shared/memory/control-block.ts'

test('waking is one notification, however many producers want it before the aggregator answers', async () => {
  const control = new Int32Array(createControlBlock())
  const notify = vi.spyOn(Atomics, 'notify')
  const wait = Atomics.waitAsync(control, ControlWord.wake, 0, 10_000)
  for (let count = 0; count < 100; count++) wakeAggregator(control)
  expect(notify).toHaveBeenCalledOnce()
  notify.mockRestore()
  await expect(wait.value).resolves.toBe('ok')
  expect(control[ControlWord.wake]).toBe(1)
})

test('a wish that comes while nobody waits is not lost: who waits next does not wait', () => {
  const control = new Int32Array(createControlBlock())
  wakeAggregator(control)
  expect(Atomics.waitAsync(control, ControlWord.wake, 0)).toMatchObject({ async: false, value: 'not-equal' })
})

test('what the aggregator writes at every tick lies apart from what producers write', () => {
  const { nextLaneId, closed, finalRequest, logTaken, generation, wake, ...byAggregator } = ControlWord
  const lineOf = (word: number) => Math.floor((word * 4) / 128)
  for (const theirs of [nextLaneId, closed, finalRequest, logTaken, generation, wake]) {
    for (const mine of Object.values(byAggregator)) expect(lineOf(mine)).not.toBe(lineOf(theirs))
  }
})
