// Two processes that count, and one that shows what they have counted.
import cluster from 'node:cluster'
import { AggregatorRegistry, Counter, Gauge, Histogram } from 'offloop/prom-client'

const registry = new AggregatorRegistry()

if (cluster.isPrimary) {
  console.log(JSON.stringify(await registry.clusterMetrics()))
  const workers = [cluster.fork(), cluster.fork()]
  await Promise.all(workers.map(worker => new Promise(resolve => worker.once('message', resolve))))
  console.log(await registry.clusterMetrics())
  for (const worker of workers) worker.disconnect()
} else {
  const { id } = cluster.worker
  const hits = new Counter({ name: 'hits_total', help: 'Hits', labelNames: ['route'] })
  hits.inc({ route: '/' }, id)
  new Histogram({ name: 'size', help: 'Sizes', buckets: [1, 2] }).observe(id)
  new Gauge({ name: 'highest', help: 'Highest', aggregator: 'max' }).set(id)
  new Gauge({ name: 'lowest', help: 'Lowest', aggregator: 'min' }).set(id)
  new Gauge({ name: 'middle', help: 'Middle', aggregator: 'average' }).set(id)
  new Gauge({ name: 'own', help: 'Own', aggregator: 'omit' }).set(id)
  process.send('counted')
}
