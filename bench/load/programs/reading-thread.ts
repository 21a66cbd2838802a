/** Asks for a snapshot whenever the main thread wants one, and keeps the answer to itself. */
import { parentPort, workerData } from 'node:worker_threads'
import { attachTelemetry, type TelemetryShare } from 'offloop'

const telemetry = attachTelemetry(workerData as TelemetryShare)
parentPort!.on('message', async () => {
  const { series } = await telemetry.snapshot()
  parentPort!.postMessage(series.length)
})
parentPort!.postMessage('ready')
