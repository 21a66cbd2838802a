/** A program whose main thread blocks right after the aggregator was started again: the other threads go on. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createTelemetry } from '../../../../dist/index.js'
import { order } from './aggregator-fault.mjs'

const BLOCKED_MS_MAX = 5_000

const telemetry = createTelemetry({ service: 'program', log: false, sloCheckIntervalMs: 20 })
const echo = telemetry.latency('echo')
telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' })
const port = telemetry.openBus()
const heard = new Int32Array(new SharedArrayBuffer(4))
const listening = new Worker(new URL('./flag-thread.mjs', import.meta.url), {
  workerData: { port, heard },
  transferList: [port],
})
await Promise.all([telemetry.ready, new Promise(resolve => listening.once('message', resolve))])

order('throw')
while (telemetry.status.aggregator !== 'restarting') await sleep(1)
// The next one has been started, and is not up: what it sends comes while this thread stands still.
while (telemetry.status.restarts === 0) await sleep(1)
for (let sample = 0; sample < 10_000; sample++) echo.record(100)
const outcome = Atomics.wait(heard, 0, 0, BLOCKED_MS_MAX)
await telemetry.close()
console.log(outcome)
