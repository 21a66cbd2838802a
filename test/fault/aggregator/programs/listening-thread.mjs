/** A thread that listens to the bus, and tells the main thread what it hears. */
import { parentPort, workerData } from 'node:worker_threads'
import { connectBus } from '../../../../dist/index.js'

const bus = connectBus(workerData)
for (const topic of ['perf.aggregator_restarted', 'perf.slo_violation']) {
  bus.on(topic, event => parentPort.postMessage({ topic, event }))
}
parentPort.postMessage({ topic: 'listening' })
