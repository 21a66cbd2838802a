/** A worker thread that runs the functions it is sent. `ToldThread` is its other end. */
import { parentPort, workerData } from 'node:worker_threads'
import * as offloop from 'offloop'

const { share, attachOptions } = workerData
const here = {
  offloop,
  telemetry: share === undefined ? undefined : offloop.attachTelemetry(share, attachOptions),
  kept: {},
}

parentPort.on('message', async ({ callId, source, given }) => {
  if (source === undefined) {
    parentPort.close()
    return
  }
  try {
    // Function text of the very test that runs: nobody else writes to this port.
    const work = new Function(`return (${source})`)()
    parentPort.postMessage({ callId, value: await work(here, ...given) })
  } catch (error) {
    parentPort.postMessage({ callId, error: { message: String(error?.stack ?? error), code: error?.code } })
  }
})
