import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { LaneGarbage } from '../../src/worker/lane-garbage.ts'

const MIB = 2 ** 20

/** Some turns of the loop. */
const later = () => sleep(5)

test('lanes that were let go are collected each time they come to 32 MiB, and not at each of them', async () => {
  const collect = vi.fn()
  const garbage = new LaneGarbage(65_536, collect)
  for (let lane = 0; lane < 30; lane++) garbage.add()
  await later()
  expect(collect).not.toHaveBeenCalled()
  garbage.add()
  expect(collect, 'not in the turn in which somebody may still look at the lane').not.toHaveBeenCalled()
  await later()
  expect(collect).toHaveBeenCalledTimes(1)
  for (let lane = 0; lane < 31; lane++) garbage.add()
  await later()
  expect(collect).toHaveBeenCalledTimes(2)
})

test('what is collected is shared memory, which otherwise stays', async () => {
  const garbage = new LaneGarbage(2 ** 22)
  const collected: number[] = []
  const registry = new FinalizationRegistry((lane: number) => collected.push(lane))
  for (let lane = 0; lane < 4; lane++) registry.register(new SharedArrayBuffer(MIB), lane)
  garbage.add()
  await vi.waitFor(() => expect(collected).toHaveLength(4))
  expect((globalThis as { gc?: unknown }).gc, 'and nobody gets a gc of it').toBeUndefined()
})
