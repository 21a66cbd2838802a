/** A thread of a program: attaches, records, asks, and then ends by itself or stays. */
import { parentPort, workerData } from 'node:worker_threads'
import { attachTelemetry } from 'offloop'

const telemetry = attachTelemetry(workerData.share)
telemetry.latency('echo').record(10)
await telemetry.query('echo')
parentPort.postMessage('recorded')
if (workerData.last === 'stay') setInterval(() => {}, 1_000)
