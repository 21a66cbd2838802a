/** An attached thread of the kill program: records until it is told to stop, and stays until it is told to end. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { attachTelemetry } from '../../../dist/index.js'
import { streamOf } from './streams.mjs'

const { share, thread, stopWord, burstMax, pauseMs, isBlocking } = workerData
const telemetry = attachTelemetry(share, { publishEvery: thread === 1 ? 1 : 64 })
const stream = streamOf(telemetry, thread)
const asleep = new Int32Array(new SharedArrayBuffer(4))
parentPort.once('message', () => parentPort.close())
let count = 0
for (let burst = 1; Atomics.load(stopWord, 0) === 0; burst++) {
  count = stream.record(1 + ((burst * 31) % burstMax))
  // Now and then its loop turns; in between nobody but the lane tells of it.
  if (isBlocking && burst % 20 !== 0) Atomics.wait(asleep, 0, 0, pauseMs)
  else await sleep(pauseMs)
}
const { timedOut } = await telemetry.flush({ timeoutMs: 10_000 })
parentPort.postMessage({ count, timedOut })
