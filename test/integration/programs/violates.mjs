/** A program that breaks its SLO again and again, with nobody to tell but the log. */
import { createTelemetry } from 'offloop'

const { mode } = JSON.parse(process.argv[2])
const lines = []
const LOGS = { silent: false, function: line => lines.push(line) }
const telemetry = createTelemetry({
  service: 'program',
  sloCheckIntervalMs: 10,
  rateLimitWindowMs: 10,
  slos: [{ metric: 'echo', objective: 'p(95)<60ms' }],
  ...(mode in LOGS ? { log: LOGS[mode] } : {}),
  ...(mode === 'publish' ? { publish: () => {} } : {}),
})
let events = 0
if (mode === 'listener') {
  telemetry.on('perf.slo_violation', () => {
    events += 1
  })
  await telemetry.flush()
}
telemetry.latency('echo').record(100)
await telemetry.flush()
// The thread is blocked, and the checks go on: they are due every 10 ms.
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
process.stderr.write('-- unblocked\n')
await telemetry.close()
console.log(JSON.stringify({ lines, events }))
