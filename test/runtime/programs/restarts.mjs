/** Its aggregator thread is ended from outside, twice. */
import { syncBuiltinESMExports } from 'node:module'
import workerThreads from 'node:worker_threads'
import { until } from './measured.mjs'

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

const telemetry = createTelemetry({ service: 'restarts', log: false, runtime: { intervalMs: 100 } })
await telemetry.ready
const COUNTERS = [
  'process.cpu.time user',
  'process.context_switches voluntary',
  'nodejs.eventloop.time idle 0',
]
const readings = []
let rounds = 0
let delays = 0
for (let life = 0; life < 3; life++) {
  // What the threads read themselves goes on as well.
  const series = await until(
    telemetry,
    series =>
      (series['process.uptime']?.total ?? 0) > rounds + 2 &&
      (series['nodejs.eventloop.delay.max 0']?.total ?? 0) > delays + 2,
  )
  rounds = series['process.uptime'].total
  delays = series['nodejs.eventloop.delay.max 0'].total
  readings.push({
    totals: COUNTERS.map(name => series[name].total),
    own: [
      process.cpuUsage().user / 1e6,
      process.resourceUsage().voluntaryContextSwitches,
      performance.eventLoopUtilization().idle / 1e3,
    ],
  })
  if (life < 2) await workers.at(-1).terminate()
}
const { restarts } = telemetry.status
console.log(JSON.stringify({ readings, restarts }))
await telemetry.close()
