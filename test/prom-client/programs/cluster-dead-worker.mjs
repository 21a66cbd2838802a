// A process of the cluster has just died, and the primary one does not know it yet when it asks.
import cluster from 'node:cluster'
import { AggregatorRegistry, Counter } from 'offloop/prom-client'

const registry = new AggregatorRegistry()

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()]
  await Promise.all(workers.map(worker => new Promise(resolve => worker.once('message', resolve))))
  const [dead, alive] = workers
  process.kill(dead.process.pid, 'SIGKILL')
  // Long enough for its end of the pipe to be gone; nothing is heard of it meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  const isThoughtConnected = dead.isConnected()
  const startMs = performance.now()
  const text = await registry.clusterMetrics()
  const tookMs = performance.now() - startMs
  console.log(JSON.stringify({ isThoughtConnected, tookMs, text }))
  alive.disconnect()
} else {
  new Counter({ name: 'hits_total', help: 'Hits' }).inc(1)
  process.send('counted')
}
