/** A thread that records and asks when it is told to, and ends by itself. */
import { parentPort, workerData } from 'node:worker_threads'
import { attachTelemetry } from '../../../../dist/index.js'

const telemetry = attachTelemetry(workerData)
const there = telemetry.latency('there')
parentPort.on('message', async message => {
  if (message === 'end') {
    parentPort.close()
    return
  }
  there.record(1)
  const answer = await telemetry.query('there').then(
    ({ count }) => count,
    error => error.code,
  )
  parentPort.postMessage({ topic: 'answer', event: answer })
})
parentPort.postMessage({ topic: 'attached' })
