/** A worker thread with a telemetry of its own. */
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'

const { createTelemetry } = await import(workerData.bare ? './no-telemetry.mjs' : 'offloop')
const { snapshotFile } = workerData
const telemetry = createTelemetry({ service: 'thread', snapshotFile, exitTimeoutMs: 10_000 })
const echo = telemetry.latency('echo')
for (let value = 0; value < 1_000; value++) echo.record(value)
writeSync(1, `${JSON.stringify({ recorded: 1_000 })}\n`)
if (workerData.way === 'exits') process.exit(3)
if (workerData.way === 'throws') throw new Error('the thread fails')
