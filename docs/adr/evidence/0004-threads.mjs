/** What threads can be given, and what their end can be seen by: node docs/adr/evidence/0004-threads.mjs */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread, MessageChannel, Worker } from 'node:worker_threads'
import { Piscina, workerData } from 'piscina'

if (isMainThread) {
  console.log(`Node ${process.versions.node}`)
  cloneShares()
  await endThreads()
  await countBeatsBetweenTasks()
} else {
  const beats = new Int32Array(workerData)
  setInterval(() => Atomics.add(beats, 0, 1), 10).unref()
}

/** The task of the pool's thread, which loads this file, too. */
export function task() {}

/** Shared memory can be cloned for as many threads as there are; a port goes to one. */
function cloneShares() {
  const clones = [1, 2, 3].map(() => structuredClone({ memory: new SharedArrayBuffer(8) }))
  console.log(`a share of shared memory alone is cloned ${clones.length} times`)
  try {
    structuredClone({ port: new MessageChannel().port1 })
    console.log('a share with a port is cloned')
  } catch (error) {
    console.log(`a share with a port: ${error.message}`)
  }
}

async function endThreads() {
  const saysAtExit = `
    const { workerData, parentPort } = require('node:worker_threads')
    const said = new Int32Array(workerData)
    process.on('exit', () => { said[0] = 1 })
    parentPort.postMessage('up')
    setTimeout(() => {}, 200)`
  for (const isTerminated of [false, true]) {
    const said = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker(saysAtExit, { eval: true, workerData: said.buffer })
    await once(worker, 'message')
    if (isTerminated) await worker.terminate()
    else await once(worker, 'exit')
    const how = isTerminated ? 'is terminated' : 'ends by itself'
    console.log(`the exit handler of a thread that ${how} ${said[0] === 1 ? 'runs' : 'does not run'}`)
  }
}

async function countBeatsBetweenTasks() {
  const beats = new Int32Array(new SharedArrayBuffer(4))
  const pool = new Piscina({
    filename: import.meta.url,
    workerData: beats.buffer,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: 10_000,
  })
  await pool.run(undefined, { name: 'task' })
  await sleep(100)
  const beatsBefore = Atomics.load(beats, 0)
  await sleep(500)
  const beatCount = Atomics.load(beats, 0) - beatsBefore
  console.log(`a timer of 10 ms on an idle thread of a Piscina pool fires ${beatCount} times in 500 ms`)
  await pool.destroy()
}
