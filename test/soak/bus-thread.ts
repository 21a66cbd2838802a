/** A reader of the bus on a thread of its own: in time, or too slow for it. Entry of its own. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { connectBus } from 'offloop'

const { port, slowMs } = workerData as { port: MessagePort; slowMs: number }
const asleep = new Int32Array(new SharedArrayBuffer(4))
const reader = connectBus(port)
for (const topic of ['perf.slo_violation', 'perf.slo_recovered', 'perf.samples_lost'] as const) {
  reader.on(topic, () => {
    if (slowMs > 0) Atomics.wait(asleep, 0, 0, slowMs)
  })
}
// Loaded here and not with the first event: a thread that is terminated while it loads a file leaves that open.
await import('msgpackr')
parentPort!.postMessage('listening')
parentPort!.once('message', async () => {
  await reader.close()
  parentPort!.close()
})
