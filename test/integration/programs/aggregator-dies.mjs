/** A program whose aggregator thread is ended from outside. */
import { syncBuiltinESMExports } from 'node:module'
import workerThreads from 'node:worker_threads'

const { Worker } = workerThreads
const workers = []
workerThreads.Worker = class extends Worker {
  constructor(...given) {
    super(...given)
    workers.push(this)
  }
}
syncBuiltinESMExports()
const { createTelemetry } = await import('offloop')

const lines = []
const telemetry = createTelemetry({ service: 'program', log: line => lines.push(line), laneCapacity: 16 })
const echo = telemetry.latency('echo')
const hits = telemetry.counter('hits')
echo.record(1)
await telemetry.flush()
const asked = telemetry.query('echo').then(({ metric }) => metric)
await workers[0].terminate()

// Sixteen of these find room in the lane, and wait there for whoever comes.
for (let value = 0; value < 100; value++) echo.record(value)
hits.add(5)
const flushed = await telemetry.flush()
const hitCount = (await telemetry.query('hits')).total
await telemetry.ready
const remove = telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' })
const off = telemetry.on('perf.slo_violation', () => {})
const { lanes } = await telemetry.snapshot()
const { status } = telemetry
off()
remove()
const closed = await telemetry.close()
console.log(JSON.stringify({ asked: await asked, flushed, hitCount, lanes, status, closed, lines }))
