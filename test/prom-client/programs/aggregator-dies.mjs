// The aggregator thread dies between two scrapes: what was counted, and what was reset, is as it was.
import { syncBuiltinESMExports } from 'node:module'
import workerThreads from 'node:worker_threads'

const workers = []
workerThreads.Worker = class extends workerThreads.Worker {
  constructor(...given) {
    super(...given)
    workers.push(this)
  }
}
syncBuiltinESMExports()
const { createTelemetry } = await import('offloop')
const { Counter, Gauge, Histogram, register, useTelemetry } = await import('offloop/prom-client')

useTelemetry(createTelemetry({ service: 'aggregator-dies', log: false }))
const hits = new Counter({ name: 'hits', help: 'Hits', labelNames: ['a'] })
const size = new Histogram({ name: 'size', help: 'Sizes', buckets: [1, 2] })
const level = new Gauge({ name: 'level', help: 'Level' })
const record = () => {
  hits.inc({ a: 'x' }, 3)
  size.observe(1.5)
  level.set(7)
}
record()
hits.reset()
size.reset()
await register.metrics()
record()
hits.remove({ a: 'x' })
record()
const before = await register.metrics()
await workers[0].terminate()
console.log(JSON.stringify({ before, after: await register.metrics() }))
