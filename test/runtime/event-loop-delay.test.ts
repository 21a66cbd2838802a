/** No block of the loop falls between two readings, whenever it comes. */
import { expect, test } from 'vitest'
import type { ThreadTelemetry } from '../../src/index.ts'
import { watchEventLoopDelay } from '../../src/runtime/event-loop-delay.ts'

const RESOLUTION_MS = 10
const BLOCK_MS = 200

/** As much of a telemetry as is needed, and what was recorded in it. */
function recordingTelemetry() {
  const values: Record<string, number[]> = {}
  const gauge = (name: string) => {
    const statistic = name.slice('nodejs.eventloop.delay.'.length)
    const recorded: number[] = []
    values[statistic] = recorded
    return { labels: () => ({ set: (value: number) => recorded.push(value) }) }
  }
  return { telemetry: { gauge } as unknown as ThreadTelemetry, values }
}

const passMs = (durationMs: number) => new Promise(resolve => setTimeout(resolve, durationMs))

function block() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCK_MS)
}

test.each([
  ['long before a reading', [block, 50, 'read', 50]],
  ['in the turn of a reading, before it', [50, block, 'read', 50]],
  ['in the turn of a reading, after it', [50, 'read', block, 50, 'read', 50]],
  ['while the histograms change', [50, 'read', RESOLUTION_MS, block, 50, 'read', 50]],
  ['as the histograms have changed', [50, 'read', 3 * RESOLUTION_MS, block, 50, 'read', 50]],
  ['before the end', [50, 'read', 50, block]],
] as const)('a block is seen that comes %s', async (_, steps) => {
  const { telemetry, values } = recordingTelemetry()
  const sampler = watchEventLoopDelay(telemetry, RESOLUTION_MS)
  await passMs(3 * RESOLUTION_MS)
  for (const step of steps) {
    if (step === 'read') sampler.sample()
    else if (typeof step === 'number') await passMs(step)
    else step()
  }
  await passMs(2 * RESOLUTION_MS)
  sampler.stop()
  // Up to one turn of the timer had passed already.
  expect(Math.max(...values['max']!)).toBeGreaterThanOrEqual((BLOCK_MS - RESOLUTION_MS - 2) / 1e3)
})

test('a block is seen that comes among timers of one turn, between a reading and the change', async () => {
  const { telemetry, values } = recordingTelemetry()
  const sampler = watchEventLoopDelay(telemetry, RESOLUTION_MS)
  await passMs(3 * RESOLUTION_MS)
  // Node runs timers that fall due meanwhile in the same turn: the loop's own have none in between.
  setTimeout(() => sampler.sample(), 50)
  setTimeout(block, 50)
  await passMs(BLOCK_MS + 100)
  sampler.sample()
  await passMs(50)
  sampler.stop()
  expect(Math.max(...values['max']!)).toBeGreaterThanOrEqual((BLOCK_MS - RESOLUTION_MS - 2) / 1e3)
})

test('each reading is of its own time: an old block is not in it', async () => {
  const { telemetry, values } = recordingTelemetry()
  const sampler = watchEventLoopDelay(telemetry, RESOLUTION_MS)
  await passMs(30)
  block()
  for (let reading = 0; reading < 4; reading++) {
    await passMs(80)
    sampler.sample()
  }
  await passMs(80)
  sampler.stop()
  const blocked = values['max']!.filter(delay => delay >= 0.18)
  expect(blocked).toHaveLength(1)
  for (const [index, max] of values['max']!.entries()) {
    expect(values['min']![index]).toBeLessThanOrEqual(values['p50']![index]!)
    expect(values['p50']![index]).toBeLessThanOrEqual(values['p90']![index]!)
    expect(values['p90']![index]).toBeLessThanOrEqual(values['p99']![index]!)
    expect(values['p99']![index]).toBeLessThanOrEqual(max)
  }
})

test('nothing is read of no time, and nothing after stop', () => {
  const { telemetry, values } = recordingTelemetry()
  const sampler = watchEventLoopDelay(telemetry, RESOLUTION_MS)
  sampler.sample()
  sampler.stop()
  expect(values['max']).toEqual([])
})
