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
const asked = telemetry.query('echo').catch(error => error.code)
await workers[0].terminate()

for (let value = 0; value < 100; value++) echo.record(value)
hits.add(5)
const startMs = performance.now()
const flushed = await telemetry.flush({ timeoutMs: 1_000 })
const queried = await telemetry.query('echo').catch(error => error.code)
const ready = await telemetry.ready.then(
  () => 'ready',
  error => error.code,
)
const { status } = telemetry
const remove = telemetry.slo({ metric: 'echo', objective: 'p(95)<60ms' })
const off = telemetry.on('perf.slo_violation', () => {})
off()
remove()
const closed = await telemetry.close()
const tookMs = performance.now() - startMs
console.log(
  JSON.stringify({
    asked: await asked,
    flushed,
    queried,
    ready,
    status,
    stats: echo.stats()?.count,
    closed,
    tookMs,
    lines,
  }),
)
