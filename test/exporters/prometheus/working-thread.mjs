/** Counts its work every few milliseconds, until it is terminated. */
import { parentPort, workerData } from 'node:worker_threads'
import { attachTelemetry } from 'offloop'

const work = attachTelemetry(workerData).counter('work')
setInterval(() => work.add(1), 5)
parentPort.postMessage('working')
