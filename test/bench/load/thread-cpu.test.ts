import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { threadCpuSince } from '../../../bench/load/setup/thread-cpu.ts'
import { findNewThread, listThreads } from '../../../demo/thread-cpu.ts'

const BUSY_MS = 100
const BUSY = `
  const { parentPort } = require('node:worker_threads')
  parentPort.once('message', () => {
    for (const endMs = performance.now() + ${BUSY_MS}; performance.now() < endMs; );
    parentPort.postMessage('done')
  })
  parentPort.postMessage('up')`

test('a new thread is found, and the time it takes is its own', async () => {
  const before = await listThreads()
  const worker = new Worker(BUSY, { eval: true })
  await new Promise(resolve => worker.once('message', resolve))
  const thread = await findNewThread(before)
  const cpuMs = threadCpuSince(thread)
  worker.postMessage('go')
  await new Promise(resolve => worker.once('message', resolve))
  const takenMs = cpuMs()
  await worker.terminate()
  if (existsSync('/proc/self/task')) {
    expect(takenMs).toBeGreaterThan(0)
    expect(takenMs).toBeLessThan(2 * BUSY_MS)
  } else expect(takenMs).toBeUndefined()
})

test('where the system does not tell, there is no figure', () => {
  expect(threadCpuSince(undefined)()).toBeUndefined()
})
