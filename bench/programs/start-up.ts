/** Starts telemetry in a fresh process and prints how long each step took, as JSON. */
import type { StartUpTimes } from '../questions/start-up.ts'

const beginMs = performance.now()
const { createTelemetry } = await import('offloop')
const importedMs = performance.now()
const telemetry = createTelemetry({ service: 'bench' })
const createdMs = performance.now()
await telemetry.ready
const readyMs = performance.now()
await telemetry.close()

const times: StartUpTimes = {
  importMs: importedMs - beginMs,
  createMs: createdMs - importedMs,
  readyMs: readyMs - importedMs,
}
process.stdout.write(JSON.stringify(times))
