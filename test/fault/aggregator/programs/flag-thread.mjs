/** A thread that raises a flag in shared memory at the first violation. */
import { parentPort, workerData } from 'node:worker_threads'
import { connectBus } from '../../../../dist/index.js'

const { port, heard } = workerData
connectBus(port).on('perf.slo_violation', () => {
  Atomics.store(heard, 0, 1)
  Atomics.notify(heard, 0)
})
parentPort.postMessage('listening')
