/** Starts a worker thread with nothing in it in a fresh process and prints how long that took, as JSON. */
import { Worker } from 'node:worker_threads'
import type { BareWorkerTimes } from '../questions/start-up.ts'

const beginMs = performance.now()
const worker = new Worker("require('node:worker_threads').parentPort.postMessage(0)", { eval: true })
const createdMs = performance.now()
await new Promise(resolve => worker.once('message', resolve))

const times: BareWorkerTimes = {
  workerCreateMs: createdMs - beginMs,
  workerReadyMs: performance.now() - beginMs,
}
process.stdout.write(JSON.stringify(times))
