/** A program that records on two threads, is suspended and goes on: says what arrived. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createTelemetry } from 'offloop'

const SAMPLES = 1_000
const lines = []
const telemetry = createTelemetry({
  service: 'suspended',
  sloCheckIntervalMs: 100,
  log: line => void (line.startsWith('offloop: a check of') || lines.push(line)),
})
const work = telemetry.latency('work')
const record = () => {
  for (let value = 1; value <= SAMPLES; value++) work.record(value)
}
const thread = new Worker(
  `const { parentPort, workerData } = require('node:worker_threads')
   import('offloop').then(({ attachTelemetry }) => {
     const work = attachTelemetry(workerData.share).latency('work')
     parentPort.on('message', () => {
       for (let value = 1; value <= ${SAMPLES}; value++) work.record(value)
       parentPort.postMessage('recorded')
     })
   })`,
  { eval: true, workerData: { share: telemetry.share() } },
)
const recordThere = async () => {
  thread.postMessage('record')
  await once(thread, 'message')
}
record()
await recordThere()
const before = await telemetry.query('work')
let lastMs = Date.now()
console.log('suspend me')
// The wall clock goes on while everything stands still: that is how a program notices.
for (let jumpMs = 0; jumpMs < 2_000; lastMs += jumpMs) {
  await sleep(20)
  jumpMs = Date.now() - lastMs
}
record()
await recordThere()
const afterwards = await telemetry.query('work')
// Long enough for notice to be given, and to run out.
await sleep(1_500)
const { lanes } = await telemetry.snapshot()
const { aggregator, restarts = 0 } = telemetry.status
await thread.terminate()
const { ok } = await telemetry.close()
console.log(
  JSON.stringify({
    before: before.total,
    afterwards: [afterwards.total, afterwards.totalSum],
    lanes: lanes.length,
    aggregator,
    restarts,
    ok,
    lines,
  }),
)
