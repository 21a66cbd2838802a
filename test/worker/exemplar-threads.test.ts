/** Exemplars under real threads: one writes as fast as it can, this one reads. Value, time and ids always belong together. */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build } from 'rolldown'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createControlBlock } from '../../src/shared/memory/control-block.ts'
import { createLane } from '../../src/shared/memory/lane-layout.ts'
import type { Series } from '../../src/shared/statistics/series.ts'
import { ExemplarReader } from '../../src/worker/exemplar-reader.ts'
import type { ExemplarStore } from '../../src/worker/exemplar-store.ts'

const WRITER = fileURLToPath(new URL('exemplar-thread.ts', import.meta.url))
/** On a machine that is busy with other things fewer have to do. */
const READS = 5_000
const READS_MIN = 100
const TIMEOUT_MS = 10_000

let code = ''

beforeAll(async () => {
  const { output } = await build({
    input: WRITER,
    write: false,
    logLevel: 'silent',
    output: { format: 'cjs' },
  })
  code = output[0].code
})

/** Whether all is derived from one number: see exemplar-thread.ts. */
function isWhole(name: string, value: number, timeMs: number, ids: Int32Array): boolean {
  const number = Math.floor(value) - 2 ** 21
  return (
    value === 2 ** 21 + number + number / 2 ** 22 &&
    timeMs === number * 1_000 &&
    name === `series ${number % 3}` &&
    ids.length === 6 &&
    ids.every((word, index) => word === (index % 2 === 0 ? number : ~number))
  )
}

test('what is read was written so, whole, however fast it is written over', async () => {
  const lane = createLane({ capacity: 16, laneId: 0, threadId: 1 })
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(code, {
    eval: true,
    workerData: { lane: lane.buffer, control: createControlBlock(), stop: stop.buffer },
  })
  const ended = new Promise<number>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', resolve)
  })
  onTestFinished(async () => {
    await worker.terminate()
  })
  const byId = [0, 1, 2].map(
    number => ({ metric: { kind: 'latency' }, name: `series ${number}` }) as unknown as Series,
  )
  let readCount = 0
  const torn: unknown[] = []
  const store = {
    add(series: Series & { name: string }, value: number, timeMs: number, ids: Int32Array) {
      readCount++
      if (!isWhole(series.name, value, timeMs, ids)) torn.push([series.name, value, timeMs, ...ids])
    },
  } as unknown as ExemplarStore
  const reader = new ExemplarReader(lane)
  const deadline = performance.now() + TIMEOUT_MS
  // Later than any time the writer comes to, within half the clock's turn.
  const nowMs = 2 ** 31 - 1
  while (readCount < READS && performance.now() < deadline) {
    for (let look = 0; look < 100; look++) reader.take(byId, nowMs, store)
    await new Promise(resolve => setImmediate(resolve))
  }
  Atomics.store(stop, 0, 1)
  expect(torn.slice(0, 3)).toEqual([])
  expect(readCount).toBeGreaterThan(READS_MIN)
  expect(await ended).toBeGreaterThan(readCount)
}, 30_000)
