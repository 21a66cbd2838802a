/** Closes, lives on, and closes another one while that is still loading. */
import { createTelemetry } from 'offloop'
import { passMs } from './measured.mjs'

const lines = []
const log = line => lines.push(line)
const telemetry = createTelemetry({ service: 'closes', log, runtime: { intervalMs: 100 } })
await telemetry.ready
await passMs(250)
await telemetry.close()
const atOnce = createTelemetry({ service: 'at-once', log, runtime: { intervalMs: 100 } })
await atOnce.close()
await passMs(300)
const [first, second] = [telemetry.status, atOnce.status].map(({ recordedAfterClose }) => recordedAfterClose)
console.log(JSON.stringify({ lines, first, second, resources: process.getActiveResourcesInfo() }))
